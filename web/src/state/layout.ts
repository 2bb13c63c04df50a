import { Store } from "./store.ts";

/** The lists at the side. */
export type Side = "library" | "chats" | "study";
/** What stands in the middle: a conversation, or something to study with. */
export type Main = "chat" | "set";
export type Pane = Side | Main | "page";

/** Which pane a narrow screen shows; on a wide one, which list stands at the side and what in the middle. */
export class Layout {
  readonly store = new Store<{ pane: Pane; side: Side; main: Main }>({ pane: "chat", side: "library", main: "chat" });
  #before: Pane = "chat";

  show(pane: Pane): void {
    const { pane: now } = this.store.get();
    if (now !== "page") this.#before = now;
    if (pane === "page") this.store.set({ pane });
    else if (pane === "chat" || pane === "set") this.store.set({ pane, main: pane });
    else this.store.set({ pane, side: pane });
  }

  /** Leaves the page for where it was opened from. */
  leavePage(): void {
    this.show(this.#before);
  }
}
