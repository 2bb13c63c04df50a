/** Gives a text that is still being written in whole sentences, for being read aloud. */
export class Sentences {
  readonly #say: (text: string, end: number) => void;
  readonly #everyMs: number;
  #said = 0;
  #saidAt = 0;

  /** `say` is told too where in the text a sentence ends. */
  constructor(say: (text: string, end: number) => void, everyMs = 1_500) {
    this.#say = say;
    this.#everyMs = everyMs;
  }

  /** `read` returns all of it so far, as plain words; it is called only when it is time to say something. */
  hear(read: () => string, now: number = Date.now()): void {
    if (now - this.#saidAt < this.#everyMs) return;
    const text = read();
    const end = lastEnd(text, this.#said);
    if (end > this.#said) this.#take(text.slice(this.#said, end), end, now);
  }

  /** The text is whole: what is left is said. */
  finish(text: string): void {
    this.#take(text.slice(this.#said), text.length, 0);
  }

  #take(words: string, end: number, now: number): void {
    this.#said = end;
    this.#saidAt = now;
    if (words.trim() !== "") this.#say(words.trim(), end - (words.length - words.trimEnd().length));
  }
}

function lastEnd(text: string, from: number): number {
  let end = from;
  for (const match of text.slice(from).matchAll(/[.!?…]["”’)\]]*(?=\s)|[。！？]["”』」]*|\n/g)) end = from + match.index + match[0].length;
  return end;
}
