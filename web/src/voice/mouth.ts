import type { Sound } from "./messages.ts";
import type { Heard } from "./play-queue.ts";
import { ReadAloud, lengthOf } from "./read-aloud.ts";
import { Loudspeaker, loadSound } from "./sound.ts";
import { canSynthesise } from "./synthesis.ts";

/** Who makes what Clara says heard, or what the learner says read: the server's services, or the browser's own. */
export type Who = "server" | "browser" | "nobody";

export interface MouthObserver {
  onPlayed(heard: Heard): void;
  onLoudness(loudness: number): void;
  /** So many characters of what was written were heard, of an answer that the server doesn't speak. */
  onRead(id: string, chars: number): void;
  /** The browser's voice began to speak, or has done. */
  onSpeaking(isSpeaking: boolean): void;
  /** The browser has no voice after all: nothing is said aloud from now on. */
  onVoiceless(): void;
}

const SOUNDS_WITHIN_MS = 1_000;

/** What Clara says, made heard: the server's sound, or the browser's own voice where the server has none. */
export class Mouth {
  readonly #observer: MouthObserver;
  readonly #reader: ReadAloud;
  #loudspeaker: Loudspeaker | null = null;
  #rate = 24_000;
  #who: Who = "nobody";

  constructor(language: string, observer: MouthObserver) {
    this.#observer = observer;
    this.#reader = new ReadAloud(language, {
      onSpeaking: (isSpeaking) => observer.onSpeaking(isSpeaking),
      onRead: (id, chars) => observer.onRead(id, chars),
      onFailed: () => {
        this.#who = "nobody";
        observer.onVoiceless();
      },
    });
  }

  /** Makes ready for the server's sound; false where this browser can't play it. */
  async open(context: AudioContext | null): Promise<boolean> {
    if (context === null) return false;
    try {
      // Where a browser doesn't let it sound yet, the promise is never kept.
      await Promise.all([Promise.race([context.resume(), pause(SOUNDS_WITHIN_MS)]), loadSound(context)]);
    } catch {
      return false;
    }
    this.#loudspeaker = new Loudspeaker(context, this.#observer.onPlayed, this.#observer.onLoudness);
    return true;
  }

  /** Settles who speaks, and says so. */
  use(serverSpeaks: boolean): Who {
    if (serverSpeaks && this.#loudspeaker !== null) this.#who = "server";
    else this.#who = canSynthesise() ? "browser" : "nobody";
    return this.#who;
  }

  get isSynthesising(): boolean {
    return this.#reader.isSpeaking;
  }

  isEcho(words: string): boolean {
    return this.#reader.isEcho(words);
  }

  /** Sound of the next segment has so many samples a second. */
  begin(rate: number): void {
    this.#rate = rate;
  }

  play(sound: Sound): void {
    this.#loudspeaker?.add(sound, this.#rate);
  }

  end(segment: number, isCut: boolean): void {
    if (isCut) this.#loudspeaker?.clear(segment);
    else this.#loudspeaker?.end(segment);
  }

  /** What is said from now on is another session's. */
  renew(): void {
    this.#loudspeaker?.renew();
  }

  pause(): void {
    this.#loudspeaker?.pause();
  }

  resume(): void {
    this.#loudspeaker?.resume();
  }

  /** Reads an answer aloud where the server doesn't; `written` is all of it so far. */
  say(id: string, written: string, isWhole: boolean): void {
    if (this.#who === "browser") this.#reader.say(id, written, isWhole);
    else if (this.#who === "nobody") this.#observer.onRead(id, lengthOf(written));
  }

  /** Stops at once. */
  hush(): void {
    this.#loudspeaker?.clear(null);
    this.#reader.cancel();
  }

  close(): void {
    this.hush();
    this.#loudspeaker?.close();
    this.#loudspeaker = null;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => window.setTimeout(resolve, ms));
}
