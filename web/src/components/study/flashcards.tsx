import { type KeyboardEvent, useRef, useState } from "react";
import type { ReviewRating, StudyCard, StudySet } from "../../api/types.ts";
import { moment } from "../../text/format.ts";
import { useWorkspace } from "../context.ts";
import { Icon } from "../icons.tsx";
import { CardFace } from "./card-face.tsx";
import { RATINGS, Ratings } from "./ratings.tsx";

/** A set's cards, one at a time. Those that are due can be rated, which says when they come again. */
export function Flashcards({ set }: { set: StudySet }) {
  const { study } = useWorkspace();
  const [at, setAt] = useState(0);
  const [isFlipped, setFlipped] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const deck = useRef<HTMLDivElement>(null);
  const card = set.cards[Math.min(at, set.cards.length - 1)];
  if (card === undefined) return <p className="empty">There are no cards in this set any more.</p>;
  const go = (to: number) => {
    if (to < 0 || to >= set.cards.length) return;
    setAt(to);
    setFlipped(false);
  };
  const rate = async (rating: ReviewRating) => {
    if (isBusy) return;
    setBusy(true);
    if (await study.rate(card.id, rating)) go(at + 1);
    setBusy(false);
    deck.current?.focus();
  };
  const isDue = canRate(card);
  return (
    <div
      ref={deck}
      className="deck"
      role="group"
      tabIndex={0}
      aria-label={`Card ${at + 1} of ${set.cards.length}. Space turns it over, the arrows lead to the next.`}
      onKeyDown={(event) => onDeckKey(event, { flip: () => setFlipped(!isFlipped), go: (by) => go(at + by), rate: isFlipped && isDue ? rate : null })}
    >
      <CardFace key={card.id} card={card} isFlipped={isFlipped} onFlip={() => setFlipped(!isFlipped)} />
      <div className="deck-bar">
        <button type="button" className="icon-button" aria-label="Previous card" aria-disabled={at === 0} onClick={() => go(at - 1)}>
          <Icon name="back" />
        </button>
        <button type="button" className="button" onClick={() => setFlipped(!isFlipped)}>
          {isFlipped ? "Show the question" : "Show the answer"}
        </button>
        <button type="button" className="icon-button" aria-label="Next card" aria-disabled={at === set.cards.length - 1} onClick={() => go(at + 1)}>
          <Icon name="forward" />
        </button>
      </div>
      {isFlipped && isDue && <Ratings isBusy={isBusy} onRate={(rating) => void rate(rating)} />}
      <p className="deck-count quiet">
        {at + 1} of {set.cards.length}
        {isDue ? "" : ` · asked again ${moment(card.due_at)}`}
      </p>
    </div>
  );
}

function canRate(card: StudyCard): boolean {
  return new Date(card.due_at).getTime() <= Date.now();
}

interface DeckActions {
  flip: () => void;
  go: (by: number) => void;
  /** Null while the card can't be rated. */
  rate: ((rating: ReviewRating) => void) | null;
}

/** Space and Enter turn the card over, unless they press a button; the arrows lead on; 1 to 4 rate. */
export function onDeckKey(event: KeyboardEvent<HTMLElement>, { flip, go, rate }: DeckActions): void {
  const isOnDeck = event.target === event.currentTarget;
  const rating = RATINGS[Number(event.key) - 1];
  if ((event.key === " " || event.key === "Enter") && isOnDeck) flip();
  else if (event.key === "ArrowRight") go(1);
  else if (event.key === "ArrowLeft") go(-1);
  else if (rating !== undefined && rate !== null) rate(rating.rating);
  else return;
  event.preventDefault();
}
