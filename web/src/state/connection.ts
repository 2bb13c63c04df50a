import { Store } from "./store.ts";

const PING_EVERY_MS = 3_000;

/** Whether the server can be reached. After a failure it asks again until it can, then calls `onBack`. */
export class Connection {
  readonly store = new Store<{ isLost: boolean }>({ isLost: false });
  readonly #onBack: () => void;
  readonly #ping: () => Promise<unknown>;
  #timer: number | undefined;

  constructor(ping: () => Promise<unknown>, onBack: () => void) {
    this.#ping = ping;
    this.#onBack = onBack;
    window.addEventListener("online", () => this.#retry());
    window.addEventListener("offline", () => this.reached(false));
  }

  reached(ok: boolean): void {
    if (ok && this.store.get().isLost) {
      window.clearTimeout(this.#timer);
      this.#timer = undefined;
      this.store.set({ isLost: false });
      this.#onBack();
    }
    if (!ok) {
      if (!this.store.get().isLost) this.store.set({ isLost: true });
      this.#timer ??= window.setTimeout(() => this.#retry(), PING_EVERY_MS);
    }
  }

  /** The ping reports through `reached` like every request. */
  #retry(): void {
    window.clearTimeout(this.#timer);
    this.#timer = undefined;
    void this.#ping().catch(() => undefined);
  }
}
