import type { Heard } from "./play-queue.ts";

/** What goes between the page and the browser's sound thread. */

export interface FromMicrophone {
  /** PCM16 of one channel at 16 kHz. */
  pcm: ArrayBuffer;
  /** Root mean square, 0 to 1. */
  loudness: number;
}

export type ToLoudspeaker =
  | { type: "sound"; segment: number; offset: number; pcm: Int16Array; rate: number }
  | { type: "end"; segment: number }
  /** null: all that there is. */
  | { type: "clear"; segment: number | null }
  /** Another session counts its segments from the first again. */
  | { type: "renew" }
  | { type: "pause" }
  | { type: "resume" };

export interface FromLoudspeaker {
  heard: Heard | null;
  /** Nothing sounds. */
  isQuiet: boolean;
  loudness: number;
}
