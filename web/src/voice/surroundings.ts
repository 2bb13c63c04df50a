export interface SurroundingsObserver {
  /** The browser has stopped the page's sound, for a call, say; or lets it go on. */
  onSound(): void;
  /** A microphone or loudspeaker came or went. */
  onDevices(): void;
  /** The page is left for good. */
  onLeaving(): void;
}

/** What happens around a talk: the system's sound, its devices, a screen that would go dark, a page that is left. */
export class Surroundings {
  readonly #context: AudioContext | null;
  readonly #observer: SurroundingsObserver;
  #lock: WakeLockSentinel | null = null;
  #isWatching = false;

  constructor(context: AudioContext | null, observer: SurroundingsObserver) {
    this.#context = context;
    this.#observer = observer;
  }

  watch(): void {
    this.#isWatching = true;
    this.#each((target, kind, listener) => target.addEventListener(kind, listener));
    void this.#stayAwake();
  }

  leave(): void {
    this.#isWatching = false;
    this.#each((target, kind, listener) => target.removeEventListener(kind, listener));
    void this.#lock?.release();
    this.#lock = null;
  }

  #each(change: (target: EventTarget, kind: string, listener: () => void) => void): void {
    change(window, "pagehide", this.#onLeaving);
    change(document, "visibilitychange", this.#onVisibility);
    // Not there on pages that aren't secure.
    if (navigator.mediaDevices !== undefined) change(navigator.mediaDevices, "devicechange", this.#onDevices);
    if (this.#context !== null) change(this.#context, "statechange", this.#onSound);
  }

  #onLeaving = (): void => this.#observer.onLeaving();

  #onDevices = (): void => this.#observer.onDevices();

  #onSound = (): void => this.#observer.onSound();

  #onVisibility = (): void => {
    if (document.hidden) return;
    if (this.#context !== null && this.#context.state !== "running") this.#context.resume().catch(() => undefined);
    void this.#stayAwake();
  };

  /** A phone whose screen goes dark stops the page, and its microphone. The browser takes the lock back whenever the page is hidden. */
  async #stayAwake(): Promise<void> {
    if (!("wakeLock" in navigator) || document.hidden) return;
    try {
      const lock = await navigator.wakeLock.request("screen");
      if (this.#isWatching) this.#lock = lock;
      else await lock.release();
    } catch {
      // A battery that is nearly empty comes first.
    }
  }
}
