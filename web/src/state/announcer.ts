import { Store } from "./store.ts";

interface AnnouncerState {
  text: string;
  turn: number;
  /** Shown until it is dismissed: something that was asked for was not done. */
  complaint: string | null;
  /** What is read aloud one after the other: the sentences of an answer. */
  reading: { key: number; text: string }[];
}

/** So many are kept in the document, for a screen reader that is slower than the answer. */
const MAX_READING = 40;

/** What is read aloud to someone who doesn't see the screen: new answers, finished files, what was deleted. */
export class Announcer {
  readonly store = new Store<AnnouncerState>({ text: "", turn: 0, complaint: null, reading: [] });
  #key = 0;

  /** Replaces what was said before. */
  say(text: string): void {
    this.store.set(({ turn }) => ({ text, turn: turn + 1 }));
  }

  /** Adds to what is being read. */
  read(text: string): void {
    this.#key += 1;
    const sentence = { key: this.#key, text };
    this.store.set(({ reading }) => ({ reading: [...reading.slice(1 - MAX_READING), sentence] }));
  }

  complain(text: string): void {
    this.store.set({ complaint: text });
    this.say(text);
  }

  dismiss(): void {
    this.store.set({ complaint: null });
  }
}
