import { Sentences } from "../state/sentences.ts";

export function canSynthesise(): boolean {
  return "speechSynthesis" in window;
}

/** Reads a text aloud while it is written, sentence by sentence, with the browser's own voice. */
export class Synthesis {
  readonly #language: string;
  readonly #onSpeaking: (isSpeaking: boolean) => void;
  #sentences: Sentences;
  /** What was begun lately: a microphone hears it too. */
  #lately: string[] = [];
  #waiting = 0;
  /** Counts what was cut off, whose end says nothing. */
  #round = 0;

  constructor(language: string, onSpeaking: (isSpeaking: boolean) => void) {
    this.#language = language;
    this.#onSpeaking = onSpeaking;
    this.#sentences = this.#read();
  }

  get isSpeaking(): boolean {
    return this.#waiting > 0;
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
    this.#round += 1;
    this.#sentences = this.#read();
    if (canSynthesise()) speechSynthesis.cancel();
    if (this.#waiting > 0) this.#onSpeaking(false);
    this.#waiting = 0;
  }

  /** Whether words that were heard are our own, come back from the loudspeaker. */
  isEcho(words: string): boolean {
    const own = new Set(wordsOf(this.#lately.join(" ")));
    const heard = wordsOf(words);
    return heard.filter((word) => own.has(word)).length * 2 > heard.length;
  }

  #read(): Sentences {
    return new Sentences((sentence) => this.#speak(sentence), 0);
  }

  #speak(sentence: string): void {
    if (!canSynthesise()) return;
    const round = this.#round;
    const utterance = new SpeechSynthesisUtterance(sentence);
    utterance.lang = this.#language;
    utterance.addEventListener("start", () => (this.#lately = [...this.#lately.slice(-1), sentence]));
    const ended = () => {
      if (round !== this.#round) return;
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#onSpeaking(false);
    };
    utterance.addEventListener("end", ended);
    utterance.addEventListener("error", ended);
    this.#waiting += 1;
    if (this.#waiting === 1) this.#onSpeaking(true);
    speechSynthesis.speak(utterance);
  }
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
