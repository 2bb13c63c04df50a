const ZERO_CROSSINGS = 12;
/** Below half of the lower rate by so much, so that what can't be kept doesn't come back as noise. */
const PASSED = 0.92;

/** Changes the rate of sound that comes in pieces, by a windowed sinc. */
export class Resampler {
  /** What comes out is as much behind what was put in: the half of a window. */
  readonly lateMs: number;
  readonly #step: number;
  readonly #phases: number;
  readonly #taps: number;
  readonly #weights: Float32Array;
  #held: Float32Array;
  /** Where the next sample is taken: whole samples into what is held, and phases beyond. */
  #at = 0;
  #phase = 0;

  constructor(from: number, to: number) {
    const divisor = greatestCommon(from, to);
    this.#step = from / divisor;
    this.#phases = to / divisor;
    const passed = Math.min(1, to / from) * PASSED;
    const half = Math.ceil(ZERO_CROSSINGS / passed);
    this.#taps = 2 * half;
    this.lateMs = (half * 1000) / from;
    this.#weights = weightsOf(this.#phases, half, passed);
    this.#held = new Float32Array(half - 1);
  }

  push(piece: Float32Array): Float32Array {
    const held = joined(this.#held, piece);
    const room = held.length - this.#taps + 1 - this.#at;
    const out = new Float32Array(Math.max(0, Math.ceil((room * this.#phases - this.#phase) / this.#step)));
    for (let n = 0; n < out.length; n += 1) {
      out[n] = this.#sample(held);
      this.#phase += this.#step;
      this.#at += Math.floor(this.#phase / this.#phases);
      this.#phase %= this.#phases;
    }
    const used = Math.min(this.#at, held.length);
    this.#held = held.slice(used);
    this.#at -= used;
    return out;
  }

  #sample(held: Float32Array): number {
    const from = this.#phase * this.#taps;
    let sum = 0;
    for (let tap = 0; tap < this.#taps; tap += 1) sum += (this.#weights[from + tap] ?? 0) * (held[this.#at + tap] ?? 0);
    return sum;
  }
}

/** For each phase, how much each sample around it weighs; together 1, so that loudness stays. */
function weightsOf(phases: number, half: number, passed: number): Float32Array {
  const taps = 2 * half;
  const weights = new Float32Array(phases * taps);
  for (let phase = 0; phase < phases; phase += 1) {
    let sum = 0;
    for (let tap = 0; tap < taps; tap += 1) {
      const distance = tap - (half - 1) - phase / phases;
      const weight = sinc(passed * distance) * window(distance / half);
      weights[phase * taps + tap] = weight;
      sum += weight;
    }
    for (let tap = 0; tap < taps; tap += 1) weights[phase * taps + tap]! /= sum;
  }
  return weights;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Blackman's, over -1 to 1. */
function window(x: number): number {
  return Math.abs(x) >= 1 ? 0 : 0.42 + 0.5 * Math.cos(Math.PI * x) + 0.08 * Math.cos(2 * Math.PI * x);
}

function joined(before: Float32Array, after: Float32Array): Float32Array {
  const both = new Float32Array(before.length + after.length);
  both.set(before);
  both.set(after, before.length);
  return both;
}

function greatestCommon(a: number, b: number): number {
  return b === 0 ? a : greatestCommon(b, a % b);
}
