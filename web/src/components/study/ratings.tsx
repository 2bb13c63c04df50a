import type { ReviewRating } from "../../api/types.ts";

export const RATINGS: { rating: ReviewRating; name: string; about: string }[] = [
  { rating: "again", name: "Again", about: "I didn’t know it" },
  { rating: "hard", name: "Hard", about: "I knew it, with trouble" },
  { rating: "good", name: "Good", about: "I knew it" },
  { rating: "easy", name: "Easy", about: "I knew it at once" },
];

interface Props {
  isBusy: boolean;
  onRate: (rating: ReviewRating) => void;
}

/** How well a card was known: it decides when the card comes again. */
export function Ratings({ isBusy, onRate }: Props) {
  return (
    <div className="ratings" role="group" aria-label="How well did you know it?">
      {RATINGS.map(({ rating, name, about }, at) => (
        <button key={rating} type="button" className="button" title={`${about} (key ${at + 1})`} aria-disabled={isBusy} onClick={() => !isBusy && onRate(rating)}>
          {name}
        </button>
      ))}
    </div>
  );
}
