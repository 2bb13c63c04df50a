import { Store } from "./store.ts";

/** What is read aloud to someone who doesn't see the screen: new answers, finished files, what was deleted. */
export class Announcer {
  /** `complaint` is also shown, until it is dismissed: something that was asked for was not done. */
  readonly store = new Store<{ text: string; turn: number; complaint: string | null }>({ text: "", turn: 0, complaint: null });

  say(text: string): void {
    this.store.set(({ turn }) => ({ text, turn: turn + 1 }));
  }

  complain(text: string): void {
    this.store.set({ complaint: text });
    this.say(text);
  }

  dismiss(): void {
    this.store.set({ complaint: null });
  }
}
