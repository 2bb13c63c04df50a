import { Resampler } from "./resampler.ts";

/** What was played of a segment. */
export interface Heard {
  segment: number;
  ms: number;
}

interface Piece {
  segment: number;
  /** Where it begins in its segment. */
  ms: number;
  samples: Float32Array;
}

/** So much is waited for before a segment begins, or goes on after it ran dry: pieces come unevenly. */
const HELD_MS = 80;
/** Sound that is cut off is faded out, since a sudden end clicks. */
const FADE_MS = 6;

/** Segments of speech one after another, as a loudspeaker of some rate reads them. Knows nothing of threads or browsers. */
export class PlayQueue {
  readonly #rate: number;
  readonly #cut = new Set<number>();
  readonly #whole = new Set<number>();
  readonly #resamplers = new Map<number, Resampler>();
  #pieces: Piece[] = [];
  /** How many samples of the first piece were read. */
  #read = 0;
  #fading = new Float32Array(0);
  #isRunning = false;
  #isPaused = false;
  #heard: Heard | null = null;

  constructor(rate: number) {
    this.#rate = rate;
  }

  /** What was played last. */
  get heard(): Heard | null {
    return this.#heard;
  }

  /** Nothing is left to play, or may be played yet. */
  get isQuiet(): boolean {
    return !this.#isRunning || this.#isPaused;
  }

  /** Adds sound whose first sample is the segment's sample number `offset`; what comes late of a segment that was cut is dropped. */
  add(segment: number, offset: number, pcm: Int16Array, rate: number): void {
    if (this.#cut.has(segment) || pcm.length === 0) return;
    const open = this.#resamplers.get(segment);
    const resampler = open ?? new Resampler(rate, this.#rate);
    this.#resamplers.set(segment, resampler);
    const samples = resampler.push(Float32Array.from(pcm, (sample) => sample / 32_768));
    const ms = (offset * 1000) / rate - (open === undefined ? 0 : resampler.lateMs);
    if (samples.length > 0) this.#pieces.push({ segment, ms, samples });
  }

  /** No more of a segment comes. */
  end(segment: number): void {
    this.#whole.add(segment);
    this.#resamplers.delete(segment);
  }

  /** Cuts a segment off; null: all that there is. */
  clear(segment: number | null): void {
    const isCut = (piece: Piece) => segment === null || piece.segment === segment;
    if (this.#pieces[0] !== undefined && isCut(this.#pieces[0]) && !this.isQuiet) this.#fade();
    for (const piece of this.#pieces) if (isCut(piece)) this.#cut.add(piece.segment);
    if (segment !== null) this.#cut.add(segment);
    else for (const open of this.#resamplers.keys()) this.#cut.add(open);
    for (const cut of this.#cut) this.#resamplers.delete(cut);
    if (this.#pieces[0] !== undefined && isCut(this.#pieces[0])) this.#read = 0;
    this.#pieces = this.#pieces.filter((piece) => !isCut(piece));
    this.#isPaused = false;
    if (this.#pieces.length === 0) this.#isRunning = false;
  }

  pause(): void {
    if (!this.isQuiet) this.#fade();
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
  }

  /** Fills `out` with what comes next, and silence. */
  read(out: Float32Array): void {
    out.fill(0);
    this.#readFading(out);
    if (this.#isPaused || !this.#mayRun()) return;
    let at = 0;
    while (at < out.length) {
      const piece = this.#pieces[0];
      if (piece === undefined) {
        this.#isRunning = false;
        return;
      }
      const samples = piece.samples.subarray(this.#read, this.#read + out.length - at);
      for (let n = 0; n < samples.length; n += 1) out[at + n]! += samples[n]!;
      at += samples.length;
      this.#read += samples.length;
      this.#heard = { segment: piece.segment, ms: piece.ms + (this.#read * 1000) / this.#rate };
      if (this.#read < piece.samples.length) return;
      this.#pieces.shift();
      this.#read = 0;
      if (this.#pieces[0]?.segment !== piece.segment && this.#whole.has(piece.segment)) return;
    }
  }

  #mayRun(): boolean {
    const first = this.#pieces[0];
    if (first === undefined) this.#isRunning = false;
    else if (!this.#isRunning) this.#isRunning = this.#whole.has(first.segment) || this.#heldMs(first.segment) >= HELD_MS;
    return this.#isRunning;
  }

  #heldMs(segment: number): number {
    const samples = this.#pieces.reduce((sum, piece) => sum + (piece.segment === segment ? piece.samples.length : 0), 0);
    return (samples * 1000) / this.#rate;
  }

  #fade(): void {
    const length = Math.round((FADE_MS * this.#rate) / 1000);
    const rest = this.#pieces[0]?.samples.subarray(this.#read, this.#read + length) ?? new Float32Array(0);
    this.#fading = rest.map((sample, n) => sample * (1 - n / length));
  }

  #readFading(out: Float32Array): void {
    const samples = this.#fading.subarray(0, out.length);
    out.set(samples);
    this.#fading = this.#fading.subarray(samples.length);
  }
}
