import type { FromLoudspeaker, FromMicrophone, ToLoudspeaker } from "./worklet-messages.ts";
import { PlayQueue } from "./play-queue.ts";
import { Resampler } from "./resampler.ts";

/** Runs in the browser's sound thread: what the microphone hears as frames to send, and what comes as sound to play. */

declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

const SENT_RATE = 16_000;
const FRAME_SAMPLES = 640;
/** How often the loudspeaker says how far it is, in blocks of 128 samples: some 40 ms. */
const TOLD_EVERY = 15;

class Microphone extends AudioWorkletProcessor {
  readonly #resampler = new Resampler(sampleRate, SENT_RATE);
  #frame = new Int16Array(FRAME_SAMPLES);
  #filled = 0;
  #energy = 0;

  process([input]: Float32Array[][]): boolean {
    const heard = input?.[0];
    if (heard === undefined) return true;
    for (const sample of this.#resampler.push(heard)) {
      this.#energy += sample * sample;
      this.#frame[this.#filled] = Math.round(Math.max(-1, Math.min(1, sample)) * 32_767);
      this.#filled += 1;
      if (this.#filled === FRAME_SAMPLES) this.#send();
    }
    return true;
  }

  #send(): void {
    const told: FromMicrophone = { pcm: this.#frame.buffer as ArrayBuffer, loudness: Math.sqrt(this.#energy / FRAME_SAMPLES) };
    this.port.postMessage(told, [told.pcm]);
    this.#frame = new Int16Array(FRAME_SAMPLES);
    this.#filled = 0;
    this.#energy = 0;
  }
}

class Loudspeaker extends AudioWorkletProcessor {
  #queue = new PlayQueue(sampleRate);
  #blocks = 0;
  #wasQuiet = true;
  #energy = 0;
  #samples = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<ToLoudspeaker>) => this.#take(data);
  }

  process(_: Float32Array[][], [output]: Float32Array[][]): boolean {
    const out = output?.[0];
    if (out === undefined) return true;
    this.#queue.read(out);
    for (const sample of out) this.#energy += sample * sample;
    this.#samples += out.length;
    this.#blocks += 1;
    if (this.#queue.isQuiet !== this.#wasQuiet || (!this.#wasQuiet && this.#blocks >= TOLD_EVERY)) this.#tell();
    return true;
  }

  #take(message: ToLoudspeaker): void {
    if (message.type === "sound") this.#queue.add(message.segment, message.offset, message.pcm, message.rate);
    else if (message.type === "end") this.#queue.end(message.segment);
    else if (message.type === "clear") this.#queue.clear(message.segment);
    else if (message.type === "renew") this.#queue = new PlayQueue(sampleRate);
    else if (message.type === "pause") this.#queue.pause();
    else this.#queue.resume();
    if (message.type === "clear" || message.type === "pause") this.#tell();
  }

  #tell(): void {
    const { heard, isQuiet } = this.#queue;
    this.#wasQuiet = isQuiet;
    const told: FromLoudspeaker = { heard, isQuiet, loudness: this.#samples === 0 ? 0 : Math.sqrt(this.#energy / this.#samples) };
    this.port.postMessage(told);
    this.#blocks = this.#energy = this.#samples = 0;
  }
}

registerProcessor("clara-microphone", Microphone);
registerProcessor("clara-loudspeaker", Loudspeaker);
