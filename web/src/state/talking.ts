import type { Talk, TalkParts } from "../voice/talk.ts";
import { Store } from "./store.ts";

type SharedParts = Omit<TalkParts, "context" | "isStudy" | "onOver">;

/** Whether the learner talks with Clara. What that needs is loaded when they first do. */
export class Talking {
  /** A talk that isn't on any more is there until the learner has read why. */
  readonly store = new Store<{ talk: Talk | null; isOn: boolean; isLoading: boolean }>({ talk: null, isOn: false, isLoading: false });
  readonly #parts: SharedParts;

  constructor(parts: SharedParts) {
    this.#parts = parts;
  }

  /** Begins, or begins anew. To be called while a button is pressed: only then may a page make sound. */
  async begin(isStudy = false): Promise<void> {
    if (this.store.get().isLoading) return;
    this.end();
    const context = newContext();
    if (this.#parts.me.voice?.speaks === false) allowVoice();
    this.store.set({ isLoading: true });
    try {
      const { Talk } = await import("../voice/talk.ts");
      const talk: Talk = new Talk({ ...this.#parts, context, isStudy, onOver: (hasLeft) => this.#over(talk, hasLeft) });
      this.store.set({ talk, isOn: true });
      void talk.start();
    } catch {
      void context?.close();
      this.#parts.announcer.complain("What is needed for talking could not be loaded. Check that you are online, and load the page again.");
    } finally {
      this.store.set({ isLoading: false });
    }
  }

  end(): void {
    this.store.get().talk?.leave();
  }

  #over(talk: Talk, hasLeft: boolean): void {
    if (this.store.get().talk === talk) this.store.set({ talk: hasLeft ? null : talk, isOn: false });
  }
}

/** Safari lets its voice speak only where it spoke while something was pressed. */
function allowVoice(): void {
  if ("speechSynthesis" in window) speechSynthesis.speak(new SpeechSynthesisUtterance(""));
}

function newContext(): AudioContext | null {
  // Worklets are for secure pages only.
  return "AudioContext" in window && "AudioWorkletNode" in window ? new AudioContext({ latencyHint: "interactive" }) : null;
}
