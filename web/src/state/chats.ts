import type { Api } from "../api/client.ts";
import type { Chat, Listing } from "../api/types.ts";
import { type Loading, loadInto, notLoaded } from "./loading.ts";
import { Store } from "./store.ts";

const TYPED_MS = 250;

/** The list of conversations. */
export class Chats {
  /** `words` are what is looked for; empty lists all. */
  readonly store = new Store<{ list: Loading<Listing<Chat>>; words: string }>({ list: notLoaded(), words: "" });
  readonly #api: Api;
  #timer: number | undefined;

  constructor(api: Api) {
    this.#api = api;
  }

  async load(): Promise<void> {
    const { words } = this.store.get();
    await loadInto(
      this.#put,
      () => this.#api.chats.list(words.trim()),
      () => this.store.get().words === words,
    );
  }

  /** Looks for words, once they are typed. */
  find(words: string): void {
    this.store.set({ words });
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.load(), TYPED_MS);
  }

  async loadMore(): Promise<void> {
    const { words, list } = this.store.get();
    const { value, isLoading } = list;
    if (isLoading || value === null || value.nextCursor === null) return;
    await loadInto(this.#put, async () => {
      const more = await this.#api.chats.list(words.trim(), value.nextCursor);
      const known = new Set(value.items.map((chat) => chat.id));
      return { ...more, items: [...value.items, ...more.items.filter((chat) => !known.has(chat.id))] };
    });
  }

  async rename(id: string, title: string): Promise<void> {
    const renamed = await this.#api.chats.change(id, { title });
    this.#change((items) => items.map((chat) => (chat.id === id ? renamed : chat)));
  }

  async delete(id: string): Promise<void> {
    await this.#api.chats.delete(id);
    this.#change((items) => items.filter((chat) => chat.id !== id));
  }

  #put = (change: (before: Loading<Listing<Chat>>) => Loading<Listing<Chat>>): void => {
    this.store.set(({ list }) => ({ list: change(list) }));
  };

  #change(change: (items: Chat[]) => Chat[]): void {
    this.store.set(({ list }) => (list.value === null ? {} : { list: { ...list, value: { ...list.value, items: change(list.value.items) } } }));
  }
}
