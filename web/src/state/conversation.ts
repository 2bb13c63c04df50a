import type { Api } from "../api/client.ts";
import { NO_FOLDER } from "../api/files.ts";
import type { Transcript } from "../api/chats.ts";
import { type Problem, asProblem } from "../api/problem.ts";
import type { Chat, Message } from "../api/types.ts";
import type { Announcer } from "./announcer.ts";
import { type Loading, loadInto, loaded, notLoaded } from "./loading.ts";
import { Store } from "./store.ts";

/** The question that is being answered, or that failed: shown below the stored messages until it is one of them. */
export interface Pending {
  question: string;
  problem: Problem | null;
}

export interface ConversationState {
  /** null: a new conversation, which is made with its first question. */
  chatId: string | null;
  chat: Chat | null;
  messages: Loading<Transcript>;
  pending: Pending | null;
  /** The folder to ask in, or null for everything. */
  folderId: string | null;
  /** What is typed and not yet asked. */
  draft: string;
  /** How many new conversations were begun here; each begins in the composer. */
  newCount: number;
}

const empty: ConversationState = { chatId: null, chat: null, messages: notLoaded(), pending: null, folderId: null, draft: "", newCount: 0 };

/** The conversation on screen: its messages, and the turn that is under way. */
export class Conversation {
  readonly store = new Store<ConversationState>(empty);
  readonly #api: Api;
  readonly #announcer: Announcer;
  readonly #onAnswered: (chatId: string) => void;

  constructor(api: Api, announcer: Announcer, onAnswered: (chatId: string) => void) {
    this.#api = api;
    this.#announcer = announcer;
    this.#onAnswered = onAnswered;
  }

  /** Shows a stored conversation, or a new one, asked in `folderId`. */
  open(chatId: string | null, folderId: string | null = null): void {
    if (chatId !== null && chatId === this.store.get().chatId) return;
    const { draft, newCount } = this.store.get();
    this.store.set({ ...empty, chatId, folderId, draft, newCount });
    if (chatId !== null) void this.load();
  }

  /** Begins a new conversation, asked in `folderId`. */
  begin(folderId: string | null): void {
    this.open(null, folderId);
    this.store.set(({ newCount }) => ({ newCount: newCount + 1 }));
  }

  async load(): Promise<void> {
    const { chatId } = this.store.get();
    if (chatId === null) return;
    await loadInto(
      (change) => this.store.set(({ messages }) => ({ messages: change(messages) })),
      async () => {
        const [chat, messages] = await Promise.all([this.#api.chats.get(chatId), this.#api.chats.messages(chatId)]);
        if (this.#shows(chatId)) this.store.set({ chat, folderId: chat.folder_id });
        return messages;
      },
      () => this.#shows(chatId),
    );
  }

  async loadEarlier(): Promise<void> {
    const { chatId, messages } = this.store.get();
    const shown = messages.value;
    if (chatId === null || messages.isLoading || shown === null || shown.earlierCursor === null) return;
    await loadInto(
      (change) => this.store.set((state) => ({ messages: change(state.messages) })),
      async () => {
        const earlier = await this.#api.chats.messages(chatId, shown.earlierCursor);
        const now = this.store.get().messages.value?.items ?? [];
        return { ...earlier, items: [...earlier.items, ...now] };
      },
      () => this.#shows(chatId),
    );
  }

  /** The server may have named the conversation after its first question. */
  async refreshChat(chatId: string): Promise<void> {
    try {
      const chat = await this.#api.chats.get(chatId);
      if (this.#shows(chatId)) this.store.set({ chat });
    } catch (error) {
      if (!asProblem(error).isUnreachable) throw error;
    }
  }

  /** Sets where to look, for this and the questions to come. */
  async askIn(folderId: string | null): Promise<void> {
    const { chatId, folderId: before } = this.store.get();
    this.store.set({ folderId });
    if (chatId === null) return;
    try {
      const chat = await this.#api.chats.change(chatId, { folder_id: folderId ?? NO_FOLDER });
      if (this.#shows(chatId)) this.store.set({ chat });
    } catch (error) {
      if (this.#shows(chatId)) this.store.set({ folderId: before });
      this.#announcer.complain(asProblem(error).detail);
    }
  }

  draft(text: string): void {
    this.store.set({ draft: text });
  }

  renamed(chatId: string, title: string): void {
    this.store.set(({ chat }) => (chat?.id === chatId ? { chat: { ...chat, title } } : {}));
  }

  async ask(question: string): Promise<void> {
    this.store.set({ pending: { question, problem: null }, draft: "" });
    let chatId = this.store.get().chatId;
    try {
      chatId ??= await this.#create();
      const turn = await this.#api.chats.ask(chatId, question);
      this.#announcer.say(`Clara answered: ${turn.answer.content}`);
      if (this.#shows(chatId)) this.#append(turn.question, turn.answer);
      this.#onAnswered(chatId);
    } catch (error) {
      const problem = asProblem(error);
      if (this.#shows(chatId)) this.store.set({ pending: { question, problem } });
      this.#announcer.say(`No answer. ${problem.detail}`);
    }
  }

  retry(): void {
    const { pending } = this.store.get();
    if (pending?.problem) void this.ask(pending.question);
  }

  /** Takes a failed question back into the composer. */
  takeBack(): void {
    const { pending, draft } = this.store.get();
    if (pending?.problem) this.store.set({ pending: null, draft: draft === "" ? pending.question : draft });
  }

  async #create(): Promise<string> {
    const chat = await this.#api.chats.create(this.store.get().folderId);
    if (this.#shows(null)) this.store.set({ chatId: chat.id, chat, messages: loaded({ items: [], earlierCursor: null }) });
    return chat.id;
  }

  #append(question: Message, answer: Message): void {
    this.store.set(({ messages }) => ({
      pending: null,
      messages: loaded({ earlierCursor: null, ...messages.value, items: [...(messages.value?.items ?? []), question, answer] }),
    }));
  }

  #shows(chatId: string | null): boolean {
    return this.store.get().chatId === chatId;
  }
}
