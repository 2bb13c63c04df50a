import { useId, useRef, useState } from "react";
import type { Message, Rating } from "../api/types.ts";
import { useWorkspace } from "./context.ts";
import { CopyButton } from "./copy-button.tsx";
import { Icon } from "./icons.tsx";

const MAX_NOTE = 1000;

/** What can be done with an answer: copy it, ask again, say what it was worth. */
export function AnswerActions({ message, question }: { message: Message; question: Message | null }) {
  const { conversation } = useWorkspace();
  const [asksWhy, setAsksWhy] = useState(false);
  const rating = message.feedback?.rating ?? null;
  const rate = (wanted: Rating) => {
    const next = rating === wanted ? null : wanted;
    void conversation.rate(message.id, next);
    setAsksWhy(next === "down");
  };
  return (
    <>
      <div className="answer-actions" role="group" aria-label="This answer">
        <CopyButton text={message.content} label="Copy this answer" />
        {question !== null && (
          <button type="button" className="icon-button small" aria-label="Answer again" title="Answer again" onClick={() => void conversation.askAgain(question)}>
            <Icon name="again" />
          </button>
        )}
        <button type="button" className="icon-button small" aria-label="Good answer" title="Good answer" aria-pressed={rating === "up"} onClick={() => rate("up")}>
          <Icon name="up" />
        </button>
        <button type="button" className="icon-button small" aria-label="Bad answer" title="Bad answer" aria-pressed={rating === "down"} onClick={() => rate("down")}>
          <Icon name="down" />
        </button>
        {rating !== null && !asksWhy && (
          <button type="button" className="text-button" onClick={() => setAsksWhy(true)}>
            {message.feedback?.note ? "Change the note" : "Add a note"}
          </button>
        )}
      </div>
      {asksWhy && rating !== null && <NoteForm message={message} rating={rating} onClose={() => setAsksWhy(false)} />}
    </>
  );
}

function NoteForm({ message, rating, onClose }: { message: Message; rating: Rating; onClose: () => void }) {
  const { conversation, announcer } = useWorkspace();
  const [note, setNote] = useState(message.feedback?.note ?? "");
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  return (
    <form
      className="note-form"
      onSubmit={(event) => {
        event.preventDefault();
        void conversation.rate(message.id, rating, note.trim() || null);
        announcer.say("Thank you, your note is kept.");
        onClose();
      }}
      onKeyDown={(event) => event.key === "Escape" && onClose()}
    >
      <label htmlFor={id}>{rating === "down" ? "What was wrong with it?" : "What was good about it?"}</label>
      <textarea ref={field} id={id} className="field" rows={2} maxLength={MAX_NOTE} value={note} onChange={(event) => setNote(event.target.value)} />
      <div className="note-actions">
        <button type="button" className="button small" onClick={onClose}>
          Not now
        </button>
        <button type="submit" className="button small primary" aria-disabled={note.trim() === ""}>
          Send
        </button>
      </div>
    </form>
  );
}
