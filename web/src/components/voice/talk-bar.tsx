import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import { useStore } from "../../state/store.ts";
import type { Talk } from "../../voice/talk.ts";
import type { TalkState } from "../../voice/talk-state.ts";
import { useWorkspace } from "../context.ts";
import { Icon } from "../icons.tsx";
import { LevelMeter } from "./level-meter.tsx";
import { StudyClock } from "./study-clock.tsx";
import { TalkOptions } from "./talk-options.tsx";

/** How the talk stands, and what can be done: interrupt, switch the microphone, end. */
export function TalkBar({ talk }: { talk: Talk }) {
  const state = useStore(talk.store);
  const section = useFocusKept();
  useInterruptKeys(talk);
  const interrupt = () => {
    section.current?.focus();
    talk.interrupt();
  };
  const isLive = state.phase === "live";
  const isUnmeasured = (state.doing === "speaking" && state.speaker === "browser") || (state.doing === "hearing" && state.hearer === "browser");
  return (
    <section ref={section} className="talk" tabIndex={-1} aria-label="Talking with Clara" data-phase={state.phase} data-doing={state.doing}>
      <div className="talk-bar">
        <LevelMeter talk={talk} isClara={state.doing === "speaking"} isOn={isLive && (state.doing === "speaking" || state.trouble === null)} isUnmeasured={isUnmeasured} />
        <p className="talk-state">{words(state)}</p>
        {talk.isInterruptible && (
          <button type="button" className="button small" aria-label="Interrupt" aria-keyshortcuts="Escape Space" title="Interrupt (Escape)" onClick={interrupt}>
            <Icon name="stop" /> <span className="talk-word">Interrupt</span> <kbd className="talk-key pointer-only" aria-hidden="true">Esc</kbd>
          </button>
        )}
        {state.phase !== "over" && (
          <button
            type="button"
            className="icon-button"
            aria-label="Microphone"
            aria-pressed={!state.isMuted}
            title={state.isMuted ? "Switch the microphone on" : "Switch the microphone off"}
            onClick={() => talk.mute(!state.isMuted)}
          >
            <Icon name={state.isMuted ? "micOff" : "mic"} />
          </button>
        )}
        {isLive && <TalkOptions talk={talk} isStudying={state.study !== null} />}
        <button type="button" className="button small" onClick={() => talk.leave()}>
          {state.phase === "over" ? "Close" : "End"}
        </button>
      </div>
      {state.study !== null && <StudyClock study={state.study} />}
      <Trouble talk={talk} state={state} />
      <Mode state={state} />
    </section>
  );
}

function words({ phase, doing, isMuted, isAsking, trouble, hearer }: TalkState): string {
  if (phase === "connecting") return "Connecting…";
  if (phase === "reconnecting") return "Connecting again…";
  if (phase === "over") return "Not talking";
  if (isAsking && hearer === "server") return "Allow the microphone";
  if (doing === "thinking") return "Thinking…";
  if (doing === "speaking") return "Speaking";
  if (isMuted) return "Microphone off";
  if (trouble !== null) return "Not hearing you";
  return doing === "hearing" ? "Hearing you" : "Listening";
}

function Trouble({ talk, state: { phase, trouble, notice } }: { talk: Talk; state: TalkState }) {
  const { talking } = useWorkspace();
  if (trouble === null) return notice === null ? null : <p className="talk-note">{notice}</p>;
  return (
    <div className="talk-note">
      <p>{trouble.text}</p>
      {trouble.action !== null && (
        <button type="button" className="button small" onClick={() => void (phase === "over" ? talking.begin() : talk.listen())}>
          {trouble.action}
        </button>
      )}
    </div>
  );
}

/** Which mode holds, where it isn't the server that hears and speaks. */
function Mode({ state: { phase, hearer, speaker, trouble } }: { state: TalkState }) {
  if (phase !== "live" && phase !== "reconnecting") return null;
  const hears = hearer === "browser" ? "hears you" : null;
  const speaks = speaker === "browser" ? "speaks" : null;
  const own = [hears, speaks].filter(Boolean).join(" and ");
  if (own === "" && speaker !== "nobody") return null;
  return (
    <p className="talk-mode">
      {own !== "" && `Instead of this server, your browser ${own}${hears ? "; it may send what you say to its maker" : ""}. `}
      {speaker === "nobody" && "Answers are only shown: neither this server nor this browser can speak. "}
      {hearer === "nobody" && trouble === null && "Type your questions. "}
    </p>
  );
}

/** The button that began this is gone, and comes back at its end: the focus goes with them. */
function useFocusKept(): RefObject<HTMLElement | null> {
  const section = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const bar = section.current;
    if (document.activeElement === document.body) bar?.focus();
    return () => {
      if (bar?.contains(document.activeElement)) setTimeout(() => document.querySelector<HTMLElement>(".talk-button")?.focus());
    };
  }, []);
  return section;
}

/** Escape interrupts wherever the focus is; the space bar where it has nothing else to do. */
function useInterruptKeys(talk: Talk): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      // An Escape may belong to a word that is being composed, or to what else is open.
      if (event.defaultPrevented || event.repeat || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
      if (!talk.isInterruptible || document.querySelector("dialog[open]")) return;
      const isFree = event.target === document.body || (event.target instanceof HTMLElement && event.target.matches("[tabindex='-1']:not(button, a, input)"));
      if (event.key !== "Escape" && !(event.key === " " && isFree && !event.shiftKey)) return;
      event.preventDefault();
      talk.interrupt();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [talk]);
}
