import { Sentences } from "../state/sentences.ts";

/** Voices that a browser has from the net fall silent after 15 seconds, without a word: nothing is given to them as long as that. */
const MOST_CHARS = 160;
/** After so long without a sign an utterance won't end, or won't begin. */
const ENDS_WITHIN_MS = 30_000;
const BEGINS_WITHIN_MS = 8_000;
/** Browsers without any voice don't say so; but voices may be loaded late. */
const VOICES_WITHIN_MS = 2_500;

export interface SynthesisObserver {
  onSpeaking(isSpeaking: boolean): void;
  /** So many characters of the text were said: word by word where the voice tells, else breath by breath (`isEnd`). */
  onSpoken(chars: number, isEnd: boolean): void;
  /** There is no voice after all. */
  onFailed(): void;
}

export function canSynthesise(): boolean {
  return "speechSynthesis" in window;
}

/** Reads a text aloud while it is written, sentence by sentence, with the browser's own voice. */
export class Synthesis {
  readonly #language: string;
  readonly #observer: SynthesisObserver;
  #sentences: Sentences;
  /** What was begun lately: a microphone hears it too. */
  #lately: string[] = [];
  /** Kept until they end: Chromium forgets an utterance that nobody holds, and says nothing of its end. */
  readonly #waiting = new Set<SpeechSynthesisUtterance>();
  #timer: number | undefined;

  constructor(language: string, observer: SynthesisObserver) {
    this.#language = language;
    this.#observer = observer;
    this.#sentences = this.#read();
  }

  get isSpeaking(): boolean {
    return this.#waiting.size > 0;
  }

  /** `text` is all of it so far, in plain words. */
  say(text: string, isWhole: boolean): void {
    if (isWhole) {
      this.#sentences.finish(text);
      this.#sentences = this.#read();
    } else this.#sentences.hear(() => text);
  }

  /** Says no more of what there is. */
  cancel(): void {
    const wasSpeaking = this.isSpeaking;
    this.#waiting.clear();
    window.clearTimeout(this.#timer);
    this.#sentences = this.#read();
    if (canSynthesise()) speechSynthesis.cancel();
    if (wasSpeaking) this.#observer.onSpeaking(false);
  }

  /** Whether words that were heard are our own, come back from the loudspeaker. */
  isEcho(words: string): boolean {
    const own = new Set(wordsOf(this.#lately.join(" ")));
    const heard = wordsOf(words);
    return heard.filter((word) => own.has(word)).length * 2 > heard.length;
  }

  #read(): Sentences {
    return new Sentences((sentence, end) => {
      let from = 0;
      for (const breath of breaths(sentence)) {
        from = sentence.indexOf(breath, from);
        this.#speak(breath, Math.max(0, end - sentence.length) + from);
        from += breath.length;
      }
    }, 0);
  }

  /** `at` is where the words begin in the text. */
  #speak(words: string, at: number): void {
    if (!canSynthesise()) return;
    const utterance = new SpeechSynthesisUtterance(words);
    const voice = voiceFor(this.#language);
    utterance.lang = this.#language;
    if (voice !== null) utterance.voice = voice;
    utterance.addEventListener("start", () => {
      this.#lately = [...this.#lately.slice(-2), words];
      this.#expect(ENDS_WITHIN_MS);
    });
    utterance.addEventListener("boundary", ({ charIndex }) => this.#waiting.has(utterance) && this.#observer.onSpoken(at + charIndex, false));
    utterance.addEventListener("end", () => {
      if (this.#waiting.has(utterance)) this.#observer.onSpoken(at + words.length, true);
      this.#ended(utterance, true);
    });
    utterance.addEventListener("error", (event) => this.#ended(utterance, ["interrupted", "canceled"].includes((event as SpeechSynthesisErrorEvent).error)));
    this.#waiting.add(utterance);
    if (this.#waiting.size === 1) {
      this.#observer.onSpeaking(true);
      this.#expect(speechSynthesis.getVoices().length > 0 ? BEGINS_WITHIN_MS : VOICES_WITHIN_MS);
    }
    speechSynthesis.speak(utterance);
  }

  #expect(ms: number): void {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#fail(), ms);
  }

  #ended(utterance: SpeechSynthesisUtterance, isWell: boolean): void {
    // What was cut off says so too.
    if (!this.#waiting.delete(utterance)) return;
    if (!isWell) this.#fail();
    else if (this.isSpeaking) this.#expect(BEGINS_WITHIN_MS);
    else {
      window.clearTimeout(this.#timer);
      this.#observer.onSpeaking(false);
    }
  }

  #fail(): void {
    this.cancel();
    this.#observer.onSpeaking(false);
    this.#observer.onFailed();
  }
}

/** A voice of this computer before one of the net: what is read stays here. Null leaves the choice to the browser. */
function voiceFor(tag: string): SpeechSynthesisVoice | null {
  const language = tag.split("-")[0];
  // Android's tags have underscores.
  const tagOf = ({ lang }: SpeechSynthesisVoice) => lang.replace("_", "-");
  const own = speechSynthesis.getVoices().filter((voice) => voice.localService && tagOf(voice).split("-")[0] === language);
  const near = own.filter((voice) => tagOf(voice) === tag);
  const candidates = near.length > 0 ? near : own;
  return candidates.find((voice) => voice.default) ?? candidates[0] ?? null;
}

/** Cuts a long sentence where one would breathe. */
export function breaths(sentence: string): string[] {
  const taken: string[] = [];
  let rest = sentence;
  while (rest.length > MOST_CHARS) {
    const room = rest.slice(0, MOST_CHARS);
    const at = Math.max(...[/[,;:–—](?=\s)[^,;:–—]*$/, /[，、；：][^，、；：]*$/].map((pause) => room.search(pause) + 1)) || room.lastIndexOf(" ") || MOST_CHARS;
    taken.push(rest.slice(0, Math.max(at, 1)).trim());
    rest = rest.slice(Math.max(at, 1)).trim();
  }
  return rest === "" ? taken : [...taken, rest];
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
