import type { Citation } from "../api/types.ts";
import { Problem } from "../api/problem.ts";
import type { Announcer } from "../state/announcer.ts";
import type { Conversation } from "../state/conversation.ts";
import { Store } from "../state/store.ts";
import { parseMarkdown, plainText } from "../text/markdown.ts";
import { type Captions, withCitation, withSet, withStored, withWords, withoutStored, withoutUnheard } from "./captions.ts";
import type { StoredTurn, Words } from "./messages.ts";

/** What is said, in writing: as captions until it is stored, and from then on as messages of the conversation. */
export class Written {
  readonly store = new Store<{ captions: Captions }>({ captions: [] });
  readonly #conversation: Conversation;
  readonly #announcer: Announcer;
  #loading: Promise<void> | null = null;
  #isStale = false;
  #isBegun = false;

  constructor(conversation: Conversation, announcer: Announcer) {
    this.#conversation = conversation;
    this.#announcer = announcer;
  }

  /** A question that is being said leaves nothing of an answer that wasn't heard. */
  words(words: Omit<Words, "type">): void {
    this.#set((captions) => withWords(words.role === "user" ? withoutUnheard(captions) : captions, words));
  }

  citation(citation: Citation): void {
    this.#set((captions) => withCitation(captions, citation));
  }

  made(setId: string): void {
    this.#set((captions) => withSet(captions, setId));
  }

  unheard(): void {
    this.#set(withoutUnheard);
  }

  /** A whole question is read out, and an answer that wasn't heard: both voices at once would be too much. */
  stored(turn: Omit<StoredTurn, "type">, chatId: string, wasHeard: boolean): void {
    this.#isBegun = true;
    if (turn.role === "user") this.#announcer.read(`You said: ${turn.text}`);
    else if (!wasHeard) this.readOut(turn.text);
    this.#set((captions) => withStored(captions, turn));
    void this.reload(chatId);
  }

  /** For whoever doesn't see an answer that nobody said aloud. */
  readOut(answer: string): void {
    this.#announcer.read(`Clara answered: ${plainText(parseMarkdown(answer))}`);
  }

  /** Shows the conversation as it is stored, in place of the captions that it has by now. */
  async reload(chatId: string): Promise<void> {
    if (!this.#isBegun) return;
    this.#isStale = true;
    this.#loading ??= this.#load(chatId).finally(() => (this.#loading = null));
    await this.#loading;
  }

  async #load(chatId: string): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false;
      const stored = new Set(this.store.get().captions.flatMap(({ storedId }) => storedId ?? []));
      try {
        await this.#conversation.spoken(chatId);
        this.#set((captions) => withoutStored(captions, stored));
      } catch (error) {
        // The conversation says so itself, and the captions stand for it until it can be loaded.
        if (!(error instanceof Problem)) throw error;
      }
    }
  }

  #set(change: (captions: Captions) => Captions): void {
    this.store.set(({ captions }) => ({ captions: change(captions) }));
  }
}
