import type { Heard } from "./play-queue.ts";
import type { Sound } from "./messages.ts";
import type { FromLoudspeaker, FromMicrophone, ToLoudspeaker } from "./worklet-messages.ts";

/** Microphone and loudspeaker belong to one context, so that the browser knows which echo to cancel. */
export async function loadSound(context: AudioContext): Promise<void> {
  const address = document.querySelector<HTMLMetaElement>("meta[name=clara-voice]")?.content;
  if (!address) throw new Error("the page names no voice worklet");
  await context.audioWorklet.addModule(address);
}

const WANTED: MediaTrackConstraints = { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true };

export interface MicrophoneObserver {
  onFrame(frame: FromMicrophone): void;
  /** The system has silenced it, for a call or by a switch; or gives it back. */
  onSilenced(isSilenced: boolean): void;
  /** It was unplugged, or taken away. */
  onLost(): void;
}

/** What the learner says, in frames as they are sent. */
export class Microphone {
  readonly #stream: MediaStream;
  readonly #source: MediaStreamAudioSourceNode;
  readonly #node: AudioWorkletNode;

  private constructor(context: AudioContext, stream: MediaStream, observer: MicrophoneObserver) {
    this.#stream = stream;
    this.#source = context.createMediaStreamSource(stream);
    this.#node = new AudioWorkletNode(context, "clara-microphone", { channelCount: 1, channelCountMode: "explicit" });
    this.#node.port.onmessage = ({ data }: MessageEvent<FromMicrophone>) => observer.onFrame(data);
    for (const track of stream.getTracks()) {
      track.addEventListener("ended", () => observer.onLost());
      for (const kind of ["mute", "unmute"]) track.addEventListener(kind, () => observer.onSilenced(track.muted));
    }
    // Its output is silence: a node that leads nowhere isn't run everywhere.
    this.#source.connect(this.#node).connect(context.destination);
  }

  /** Asks for the microphone. Rejects with the browser's DOMException where it isn't given. */
  static async open(context: AudioContext, observer: MicrophoneObserver): Promise<Microphone> {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: WANTED });
    return new Microphone(context, stream, observer);
  }

  mute(muted: boolean): void {
    for (const track of this.#stream.getTracks()) track.enabled = !muted;
  }

  close(): void {
    this.#node.port.onmessage = null;
    this.#source.disconnect();
    this.#node.disconnect();
    for (const track of this.#stream.getTracks()) track.stop();
  }
}

const TOLD_EVERY_MS = 200;

/** Plays what comes, and says how far it is: every 200 ms of a segment, and whenever it comes to a stop. */
export class Loudspeaker {
  readonly #context: AudioContext;
  readonly #node: AudioWorkletNode;
  readonly #onPlayed: (heard: Heard) => void;
  readonly #onLoudness: (loudness: number) => void;
  #told: Heard | null = null;

  constructor(context: AudioContext, onPlayed: (heard: Heard) => void, onLoudness: (loudness: number) => void) {
    this.#context = context;
    this.#onPlayed = onPlayed;
    this.#onLoudness = onLoudness;
    this.#node = new AudioWorkletNode(context, "clara-loudspeaker", { numberOfInputs: 0, outputChannelCount: [1] });
    this.#node.port.onmessage = ({ data }: MessageEvent<FromLoudspeaker>) => this.#take(data);
    this.#node.connect(context.destination);
  }

  add({ segment, offset, pcm }: Sound, rate: number): void {
    this.#send({ type: "sound", segment, offset, pcm, rate });
  }

  end(segment: number): void {
    this.#send({ type: "end", segment });
  }

  /** Cuts a segment off; null: all that there is. */
  clear(segment: number | null): void {
    this.#send({ type: "clear", segment });
  }

  /** Forgets the segments of a session that is no more. */
  renew(): void {
    this.#told = null;
    this.#send({ type: "renew" });
  }

  pause(): void {
    this.#send({ type: "pause" });
  }

  resume(): void {
    this.#send({ type: "resume" });
  }

  close(): void {
    this.#node.port.onmessage = null;
    this.#node.disconnect();
  }

  #take({ heard, isQuiet, loudness }: FromLoudspeaker): void {
    this.#onLoudness(isQuiet ? 0 : loudness);
    if (heard === null) return;
    const told = this.#told?.segment === heard.segment ? this.#told.ms : -TOLD_EVERY_MS;
    // What was read isn't heard yet: it is on its way to the ear.
    const ms = isQuiet ? heard.ms : Math.max(0, heard.ms - this.#latencyMs);
    if (ms <= told || (!isQuiet && ms - told < TOLD_EVERY_MS)) return;
    this.#told = { segment: heard.segment, ms };
    this.#onPlayed({ segment: heard.segment, ms: Math.round(ms) });
  }

  get #latencyMs(): number {
    // Firefox and Safari know one of the two.
    return (this.#context.outputLatency || this.#context.baseLatency || 0) * 1000;
  }

  #send(message: ToLoudspeaker): void {
    this.#node.port.postMessage(message);
  }
}
