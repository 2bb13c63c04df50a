import { type KeyboardEvent, useId, useRef, useState } from "react";
import type { Mode } from "../api/types.ts";
import { useStore } from "../state/store.ts";
import { useWorkspace } from "./context.ts";
import { useDismiss } from "./use-dismiss.ts";

const MODES: { mode: Mode; name: string; about: string }[] = [
  { mode: "explain", name: "Explain", about: "Answers in full, with the pages." },
  { mode: "hints", name: "Hints", about: "Helps you to find the answer: a nudge first, more once you tried." },
  { mode: "exam", name: "Exam", about: "Closed book. Your answers are marked afterwards." },
];

/** How this conversation is taught, and whether only the learner's files count. */
export function Teaching() {
  const { conversation, me } = useWorkspace();
  const { mode, materialOnly, chat } = useStore(conversation.store);
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !isOpen) return;
    event.stopPropagation();
    close();
  };
  const frame = useDismiss<HTMLDivElement>(isOpen, () => setOpen(false));
  const isLocked = chat === null ? Boolean(me.locked) : chat.locked;
  const name = MODES.find((known) => known.mode === mode)?.name ?? mode;
  return (
    <div ref={frame} className="teaching" onKeyDown={onKey}>
      <button
        ref={button}
        type="button"
        className="button small"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        aria-label={`How Clara teaches: ${name}${materialOnly ? ", from your material only" : ""}${isLocked ? ", locked" : ""}`}
        onClick={() => setOpen(!isOpen)}
      >
        {name}
        {materialOnly && <span className="teaching-mark" aria-hidden="true" />}
        {isLocked && <span aria-hidden="true"> · locked</span>}
      </button>
      {isOpen && (
        <div id={id} className="teaching-panel" role="group" aria-label="How Clara teaches">
          <fieldset className="choices">
            <legend>How Clara teaches here</legend>
            {isLocked && <p className="note">Whoever set this task has locked how freely Clara answers. You can only make it stricter.</p>}
            {MODES.map((known) => (
              <label key={known.mode} className="choice tall">
                <input type="radio" name="mode" checked={mode === known.mode} onChange={() => void conversation.teachBy(known.mode)} />
                <span>
                  {known.name}
                  <span className="quiet">{known.about}</span>
                </span>
              </label>
            ))}
          </fieldset>
          <label className="choice tall">
            <input
              type="checkbox"
              checked={materialOnly}
              onChange={(event) => void conversation.keepToMaterial(event.target.checked)}
            />
            <span>
              Only from my material
              <span className="quiet">Nothing is answered from general knowledge.</span>
            </span>
          </label>
        </div>
      )}
    </div>
  );
}
