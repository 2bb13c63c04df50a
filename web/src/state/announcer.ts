import { Store } from "./store.ts";

/** What is read aloud to someone who doesn't see the screen: new answers, finished files, what was deleted. */
export class Announcer {
  readonly store = new Store<{ text: string; turn: number }>({ text: "", turn: 0 });

  say(text: string): void {
    this.store.set(({ turn }) => ({ text, turn: turn + 1 }));
  }
}
