import { useId, useRef, useState } from "react";
import { useStore } from "../../state/store.ts";
import { counted } from "../../text/format.ts";
import { codeOf, languages, nameOf } from "../../voice/language.ts";
import type { Talk } from "../../voice/talk.ts";
import { useWorkspace } from "../context.ts";
import { Icon } from "../icons.tsx";
import { useDismiss } from "../use-dismiss.ts";

/** What is chosen seldom: the language that is spoken, and a study session. Either begins the talk anew, in the same conversation. */
export function TalkOptions({ talk, isStudying }: { talk: Talk; isStudying: boolean }) {
  const { talking, me } = useWorkspace();
  const { chosen } = useStore(talk.language.store);
  const [wanted, setWanted] = useState(chosen);
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const frame = useDismiss<HTMLDivElement>(isOpen, () => setOpen(false));
  const beginAnew = (isStudy: boolean) => {
    setOpen(false);
    void talking.begin(isStudy);
  };
  const minutes = Math.round((me.voice?.study_session_s ?? 0) / 60);
  return (
    <div
      ref={frame}
      className="talk-options"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !isOpen) return;
        // It closes this, and interrupts nobody.
        event.stopPropagation();
        setOpen(false);
        button.current?.focus();
      }}
    >
      <button
        ref={button}
        type="button"
        className="icon-button"
        aria-label="Language and study session"
        title="Language and study session"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="more" />
      </button>
      {isOpen && (
        <div id={id} className="talk-panel" role="group" aria-label="Language and study session">
          <label className="talk-language">
            I speak
            <select value={wanted ?? ""} onChange={(event) => setWanted(event.target.value || null)}>
              <option value="">Automatic: {nameOf(codeOf(navigator.language) ?? "en")}</option>
              {languages().map(({ code, name }) => (
                <option key={code} value={code} lang={code}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          {wanted !== chosen && (
            <button
              type="button"
              className="button small"
              onClick={() => {
                talk.language.choose(wanted);
                beginAnew(false);
              }}
            >
              Go on in this language
            </button>
          )}
          {minutes > 0 && !isStudying && (
            <button type="button" className="button small" onClick={() => beginAnew(true)}>
              Study for {counted(minutes, "minute")}
            </button>
          )}
        </div>
      )}
    </div>
  );
}
