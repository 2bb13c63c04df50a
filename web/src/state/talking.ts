import type { Talk, TalkParts } from "../voice/talk.ts";
import { Store } from "./store.ts";

/** Whether the learner talks with Clara. What that needs is loaded when they first do. */
export class Talking {
  /** A talk that isn't on any more is there until the learner has read why. */
  readonly store = new Store<{ talk: Talk | null; isOn: boolean; isLoading: boolean }>({ talk: null, isOn: false, isLoading: false });
  readonly #parts: Omit<TalkParts, "context" | "onOver">;

  constructor(parts: Omit<TalkParts, "context" | "onOver">) {
    this.#parts = parts;
  }

  /** Begins, or begins anew what ended. To be called while a button is pressed: only then may a page make sound. */
  async begin(): Promise<void> {
    if (this.store.get().isLoading) return;
    const context = newContext();
    this.store.set({ isLoading: true });
    try {
      const { Talk } = await import("../voice/talk.ts");
      const talk: Talk = new Talk({ ...this.#parts, context, onOver: (hasLeft) => this.#over(talk, hasLeft) });
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

function newContext(): AudioContext | null {
  // Worklets are for secure pages only.
  return "AudioContext" in window && "AudioWorkletNode" in window ? new AudioContext({ latencyHint: "interactive" }) : null;
}
