import { useEffect, useRef } from "react";
import type { StudyCard } from "../../api/types.ts";
import { plainText } from "../../text/markdown.ts";
import { parsePlain } from "../../text/plain.ts";
import { useWorkspace } from "../context.ts";
import { Places } from "./places.tsx";
import { Words } from "./words.tsx";

interface Props {
  card: StudyCard;
  isFlipped: boolean;
  onFlip: () => void;
}

/** One card, which turns over. What is on its other side is not there for a screen reader. */
export function CardFace({ card, isFlipped, onFlip }: Props) {
  const { announcer } = useWorkspace();
  const wasFlipped = useRef(isFlipped);
  useEffect(() => {
    if (isFlipped && !wasFlipped.current) announcer.say(plainText(parsePlain(card.back)));
    wasFlipped.current = isFlipped;
  }, [announcer, card, isFlipped]);
  return (
    <div className="flashcard" data-flipped={isFlipped} onClick={onFlip}>
      <div className="flashcard-sides">
        <div className="flashcard-side front" aria-hidden={isFlipped}>
          <p className="flashcard-name">Question</p>
          <Words text={card.front} />
        </div>
        <div className="flashcard-side back" aria-hidden={!isFlipped} inert={!isFlipped}>
          <p className="flashcard-name">Answer</p>
          <Words text={card.back} />
          <Places citations={card.citations} />
        </div>
      </div>
    </div>
  );
}
