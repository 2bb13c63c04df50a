import { parseMarkdown, plainText } from "../text/markdown.ts";
import { Synthesis } from "./synthesis.ts";

export interface ReadAloudObserver {
  onSpeaking(isSpeaking: boolean): void;
  /** So many characters (of Unicode) of what is written were heard. */
  onRead(id: string, chars: number): void;
  onFailed(): void;
}

const TOLD_EVERY_MS = 200;
const MOST_OF_A_MARK = 80;

/** Reads an answer with the browser's voice while it is written, and says how far of its written form it is. */
export class ReadAloud {
  readonly #observer: ReadAloudObserver;
  readonly #synthesis: Synthesis;
  #answer: { id: string; written: string; isWhole: boolean } | null = null;
  #cutId: string | null = null;
  /** How far, in characters of what is spoken. */
  #spoken = 0;
  #toldAt = 0;

  constructor(language: string, observer: ReadAloudObserver) {
    this.#observer = observer;
    this.#synthesis = new Synthesis(language, {
      onSpeaking: (isSpeaking) => {
        if (!isSpeaking) this.#finish();
        observer.onSpeaking(isSpeaking);
      },
      onSpoken: (chars, isEnd) => this.#heard(chars, isEnd),
      onFailed: () => {
        this.#tellAll();
        observer.onFailed();
      },
    });
  }

  get isSpeaking(): boolean {
    return this.#synthesis.isSpeaking;
  }

  isEcho(words: string): boolean {
    return this.#synthesis.isEcho(words);
  }

  /** `written` is all of an answer so far. */
  say(id: string, written: string, isWhole: boolean): void {
    // What was cut off, or is said to its end, isn't said again, however late more of it comes.
    if (id === this.#cutId || (this.#answer?.id === id && this.#answer.isWhole)) return;
    if (this.#answer?.id !== id) this.#spoken = 0;
    this.#answer = { id, written, isWhole };
    this.#synthesis.say(spokenForm(written), isWhole);
    if (!this.isSpeaking) this.#finish();
  }

  /** Stops at once, and says how far it came. */
  cancel(): void {
    if (this.isSpeaking) this.#tell();
    this.#cutId = this.#answer?.id ?? this.#cutId;
    this.#answer = null;
    this.#synthesis.cancel();
  }

  #heard(chars: number, isEnd: boolean): void {
    this.#spoken = chars;
    if (isEnd || Date.now() - this.#toldAt >= TOLD_EVERY_MS) this.#tell();
  }

  #tell(): void {
    if (this.#answer === null || this.#spoken === 0) return;
    this.#toldAt = Date.now();
    this.#observer.onRead(this.#answer.id, writtenLength(this.#answer.written, this.#spoken));
  }

  /** Nothing of a whole answer is left to say; what ends it may be no word, but a mark. */
  #finish(): void {
    if (this.#answer?.isWhole) this.#tellAll();
  }

  #tellAll(): void {
    if (this.#answer !== null) this.#observer.onRead(this.#answer.id, lengthOf(this.#answer.written));
  }
}

export function lengthOf(text: string): number {
  return [...text].length;
}

/** How much of a written text has been said with so many characters of its spoken form. */
export function writtenLength(written: string, spoken: number): number {
  const whole = spokenForm(written);
  const begun = (end: number) => spokenForm(written.slice(0, end)).trimEnd();
  let [from, to] = [0, written.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (begun(middle).length < spoken) from = middle + 1;
    else to = middle;
  }
  // Half a mark is read as what it is made of: it is taken whole.
  for (let end = from; end <= from + MOST_OF_A_MARK; end += 1) {
    const said = begun(end);
    if (said.length >= spoken && whole.startsWith(said)) return lengthOf(written.slice(0, end));
  }
  return lengthOf(written.slice(0, from));
}

function spokenForm(written: string): string {
  return plainText(parseMarkdown(written)).replace(/\s+(?=[.,;:!?])/g, "");
}
