import { useEffect, useRef, useState } from "react";
import type { DueCard, ReviewRating } from "../../api/types.ts";
import { useStore } from "../../state/store.ts";
import { counted, moment } from "../../text/format.ts";
import { useWorkspace } from "../context.ts";
import { ProblemNote } from "../problem-note.tsx";
import { CardFace } from "./card-face.tsx";
import { onDeckKey } from "./flashcards.tsx";
import { Ratings } from "./ratings.tsx";

/** The cards that are due, one after the other, from all sets. */
export function Review() {
  const { study } = useWorkspace();
  const { queue, due, reviewed } = useStore(study.store);
  if (queue.problem) return <ProblemNote problem={queue.problem} onRetry={() => void study.loadQueue()} />;
  if (queue.value === null) return <p className="quiet">Looking for cards that are due…</p>;
  const [card] = queue.value;
  if (card === undefined) return <Done reviewed={reviewed} nextAt={due.value?.nextAt ?? null} />;
  return <DueDeck key={`${card.id} ${reviewed}`} card={card} left={due.value?.total ?? queue.value.length} />;
}

function DueDeck({ card, left }: { card: DueCard; left: number }) {
  const { study } = useWorkspace();
  const [isFlipped, setFlipped] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const deck = useRef<HTMLDivElement>(null);
  useEffect(() => deck.current?.focus({ preventScroll: true }), []);
  const rate = async (rating: ReviewRating) => {
    if (isBusy) return;
    setBusy(true);
    await study.rate(card.id, rating);
    setBusy(false);
  };
  return (
    <div
      ref={deck}
      className="deck"
      role="group"
      tabIndex={0}
      aria-label={`A card of ${card.set_title}. Space turns it over; then 1 to 4 say how well you knew it.`}
      onKeyDown={(event) => onDeckKey(event, { flip: () => setFlipped(!isFlipped), go: () => undefined, rate: isFlipped ? rate : null })}
    >
      <p className="quiet deck-of">{card.set_title}</p>
      <CardFace card={card} isFlipped={isFlipped} onFlip={() => setFlipped(!isFlipped)} />
      {isFlipped ? (
        <Ratings isBusy={isBusy} onRate={(rating) => void rate(rating)} />
      ) : (
        <div className="deck-bar">
          <button type="button" className="button primary" onClick={() => setFlipped(true)}>
            Show the answer
          </button>
        </div>
      )}
      <p className="deck-count quiet">{counted(left, "card")} to go</p>
    </div>
  );
}

function Done({ reviewed, nextAt }: { reviewed: number; nextAt: string | null }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (reviewed > 0) heading.current?.focus();
  }, [reviewed]);
  return (
    <div className="welcome">
      <h3 ref={heading} tabIndex={-1}>
        {reviewed === 0 ? "Nothing is due" : "That was all for now"}
      </h3>
      <p>
        {reviewed > 0 && `You answered ${counted(reviewed, "card")}. `}
        {nextAt === null ? "Make flashcards of your material, and they will be asked here." : `The next card is asked ${moment(nextAt)}.`}
      </p>
    </div>
  );
}
