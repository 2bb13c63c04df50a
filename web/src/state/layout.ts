import { Store } from "./store.ts";

export type Pane = "library" | "chats" | "chat" | "page";

/** Which pane a narrow screen shows, and which list stands at the side of a wide one. */
export class Layout {
  readonly store = new Store<{ pane: Pane; side: "library" | "chats" }>({ pane: "chat", side: "library" });
  #before: Pane = "chat";

  show(pane: Pane): void {
    const { pane: now } = this.store.get();
    if (now !== "page") this.#before = now;
    this.store.set(pane === "library" || pane === "chats" ? { pane, side: pane } : { pane });
  }

  /** Leaves the page for where it was opened from. */
  leavePage(): void {
    this.show(this.#before);
  }
}
