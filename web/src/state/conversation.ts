import type { ChatSettings } from "../api/chats.ts";
import type { Api } from "../api/client.ts";
import { NO_FOLDER } from "../api/files.ts";
import { Problem, asProblem } from "../api/problem.ts";
import type { ServerEvent } from "../api/server-events.ts";
import type { Chat, Me, Message, Mode, Rating, TurnResult } from "../api/types.ts";
import { parseMarkdown, plainText } from "../text/markdown.ts";
import type { Announcer } from "./announcer.ts";
import { type ConversationState, type Pending, empty, pendingOf, until } from "./conversation-state.ts";
import { Listening, type Outcome } from "./listening.ts";
import { loadInto, loaded } from "./loading.ts";
import { Sentences } from "./sentences.ts";
import { Store } from "./store.ts";

const UNANSWERED = new Problem(-1, "unanswered", "This question got no answer. Ask it again, or change it.");
/** A model may name the conversation a moment after its first answer. */
const NAMED_AFTER_MS = 4_000;

type Begin = (chatId: string, signal: AbortSignal) => AsyncGenerator<ServerEvent, void, void>;

interface ConversationObserver {
  /** A new conversation has its id. */
  onBegun(chatId: string): void;
  onAnswered(chatId: string): void;
}

/** The conversation on screen: its messages, and the turn that is under way. */
export class Conversation {
  readonly store = new Store<ConversationState>(empty);
  readonly #api: Api;
  readonly #announcer: Announcer;
  readonly #observer: ConversationObserver;
  readonly #fresh: ConversationState;
  #listening: Listening | null = null;
  /** How many talk with Clara here: then it is said aloud what is asked and answered. */
  #talks = 0;
  /** How to ask once more what failed. */
  #again: (() => void) | null = null;

  /** `locked` is what holds for every new conversation. */
  constructor(api: Api, announcer: Announcer, observer: ConversationObserver, locked: Me["locked"] = null) {
    this.#api = api;
    this.#fresh = { ...empty, mode: locked?.mode ?? "explain", materialOnly: locked?.material_only ?? false };
    this.store.set(this.#fresh);
    this.#announcer = announcer;
    this.#observer = observer;
  }

  /** Shows a stored conversation, or a new one, asked in `folderId`. */
  open(chatId: string | null, folderId: string | null = null): void {
    if (chatId !== null && chatId === this.store.get().chatId) return;
    this.leave();
    const { draft, editingId, newCount, draftCount } = this.store.get();
    this.store.set({ ...this.#fresh, chatId, folderId, draft: editingId === null ? draft : "", newCount, draftCount });
    if (chatId !== null) void this.load();
  }

  /** Begins a new conversation, asked in `folderId`. */
  begin(folderId: string | null): void {
    this.open(null, folderId);
    this.store.set(({ newCount }) => ({ newCount: newCount + 1 }));
  }

  /** Listens no more; an answer is written to its end without us. */
  leave(): void {
    this.#listening?.leave();
    this.#listening = null;
  }

  async load(): Promise<void> {
    const { chatId } = this.store.get();
    if (chatId === null) return;
    let chat: Chat | null = null;
    await loadInto(
      (change) => this.store.set(({ messages }) => ({ messages: change(messages) })),
      async () => {
        const [found, messages] = await Promise.all([this.#api.chats.get(chatId), this.#api.chats.messages(chatId)]);
        chat = found;
        return messages;
      },
      () => this.#shows(chatId),
    );
    if (chat === null || !this.#shows(chatId)) return;
    this.#settle(chat);
    this.#catchUp(chatId, (chat as Chat).turn_id);
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
      if (this.#shows(chatId)) this.#settle(chat);
    } catch (error) {
      const { isUnreachable, status } = asProblem(error);
      if (!isUnreachable && status !== 404 && status !== 401) throw error;
    }
  }

  /** Sets where to look, for this and the questions to come. */
  async askIn(folderId: string | null): Promise<void> {
    await this.#change({ folderId }, { folder_id: folderId ?? NO_FOLDER });
  }

  async teachBy(mode: Mode): Promise<void> {
    await this.#change({ mode }, { mode });
  }

  async keepToMaterial(materialOnly: boolean): Promise<void> {
    await this.#change({ materialOnly }, { material_only: materialOnly });
  }

  /** Ends an exam, and shows how it went. */
  async markExam(): Promise<void> {
    const { chatId } = this.store.get();
    if (chatId === null) return;
    const message = await this.#api.chats.mark(chatId);
    this.#announcer.read(spoken(message.content));
    if (this.#shows(chatId)) await this.load();
  }

  draft(text: string): void {
    this.store.set({ draft: text });
  }

  renamed(chatId: string, title: string): void {
    this.store.set(({ chat }) => (chat?.id === chatId ? { chat: { ...chat, title } } : {}));
  }

  /** Asks what is in the composer: a new question, or one that was changed. */
  async ask(question: string): Promise<void> {
    const { editingId } = this.store.get();
    this.store.set({ draft: "", editingId: null });
    if (editingId === null) await this.#turn(question, null, (chatId, signal) => this.#api.chats.ask(chatId, question, signal));
    else await this.#turn(question, editingId, (chatId, signal) => this.#api.chats.askChanged(chatId, editingId, question, signal));
  }

  /** Asks for another answer to a question, which replaces all that follows it. */
  async askAgain(question: Pick<Message, "id" | "content">): Promise<void> {
    await this.#turn(question.content, question.id, (chatId, signal) => this.#api.chats.askAgain(chatId, question.id, signal));
  }

  retry(): void {
    if (this.store.get().pending?.problem) this.#again?.();
  }

  /** Takes a failed question back into the composer. */
  takeBack(): void {
    const { pending } = this.store.get();
    if (!pending?.problem) return;
    if (pending.questionId !== null) this.edit({ id: pending.questionId, content: pending.question });
    else this.store.set(({ draft, draftCount }) => ({ pending: null, draft: draft === "" ? pending.question : draft, draftCount: draftCount + 1 }));
  }

  edit(question: Pick<Message, "id" | "content">): void {
    this.store.set(({ draftCount }) => ({ draft: question.content, editingId: question.id, draftCount: draftCount + 1 }));
  }

  cancelEdit(): void {
    this.store.set({ draft: "", editingId: null });
  }

  /** The conversation's id; null for a new one that needs no settings but those of its first question. */
  async place(): Promise<string | null> {
    const { chatId, mode, materialOnly } = this.store.get();
    return chatId === null && (mode !== this.#fresh.mode || materialOnly !== this.#fresh.materialOnly) ? this.#create() : chatId;
  }

  /** While someone talks here, a question without an answer is nothing that failed. */
  talks(isTalking: boolean): void {
    this.#talks += isTalking ? 1 : -1;
  }

  /** Shows what was said in a conversation, which may have begun with it. */
  async spoken(chatId: string): Promise<void> {
    const wanted = this.#settings();
    if (this.#shows(null)) {
      this.store.set({ chatId });
      if (Object.keys(wanted).length > 0) await this.#api.chats.change(chatId, wanted);
    }
    if (!this.#shows(chatId)) return;
    await this.load();
    const { problem } = this.store.get().messages;
    if (problem !== null) throw problem;
    this.#observer.onAnswered(chatId);
  }

  /** Ends the answer that is being written; what is there is kept. */
  async stop(): Promise<void> {
    const { chatId, pending } = this.store.get();
    if (chatId === null || pending === null || pending.problem !== null) return;
    this.#pend({ isStopping: true });
    try {
      await this.#api.chats.stop(chatId);
    } catch (error) {
      this.#pend({ isStopping: false });
      this.#announcer.complain(asProblem(error).detail);
    }
  }

  /** Keeps what the learner thinks of an answer; null takes it back. */
  async rate(messageId: string, rating: Rating | null, note: string | null = null): Promise<void> {
    const { chatId, messages } = this.store.get();
    const before = messages.value?.items.find((message) => message.id === messageId)?.feedback ?? null;
    if (chatId === null) return;
    this.#rated(messageId, rating === null ? null : { rating, note });
    try {
      if (rating === null) await this.#api.chats.unrate(chatId, messageId);
      else await this.#api.chats.rate(chatId, messageId, rating, note);
    } catch (error) {
      this.#rated(messageId, before);
      this.#announcer.complain(asProblem(error).detail);
    }
  }

  async #turn(question: string, questionId: string | null, begin: Begin): Promise<void> {
    if (this.store.get().pending?.problem === null) return;
    this.#again = () => {
      this.store.set({ pending: null });
      void this.#turn(question, questionId, begin);
    };
    this.store.set({ pending: pendingOf(question, questionId) });
    let chatId = this.store.get().chatId;
    try {
      chatId ??= await this.#create();
    } catch (error) {
      if (this.#shows(chatId)) this.#failed(asProblem(error));
      return;
    }
    const id = chatId;
    await this.#hear(id, null, (signal) => begin(id, signal));
  }

  /** Hears a turn to its end. */
  async #hear(chatId: string, turnId: string | null, begin: ((signal: AbortSignal) => AsyncGenerator<ServerEvent, void, void>) | null): Promise<void> {
    this.#listening?.leave();
    const sentences = this.#readAloud();
    const listening = new Listening(this.#api.chats, chatId, turnId, (heard) => {
      if (this.#listening !== listening) return;
      this.#pend({ heard });
      sentences.hear(() => spoken(heard.text));
    });
    this.#listening = listening;
    const outcome = await listening.run(begin);
    if (this.#listening !== listening) return;
    this.#listening = null;
    if (outcome.kind === "done") sentences.finish(spoken(outcome.result.message.content));
    await this.#ended(chatId, outcome);
  }

  #readAloud(): Sentences {
    let isFirst = true;
    return new Sentences((sentence) => {
      this.#announcer.read(isFirst ? `Clara answered: ${sentence}` : sentence);
      isFirst = false;
    });
  }

  async #ended(chatId: string, outcome: Outcome): Promise<void> {
    switch (outcome.kind) {
      case "done":
        this.#append(outcome.result);
        this.#observer.onAnswered(chatId);
        window.setTimeout(() => {
          if (this.#shows(chatId)) this.#observer.onAnswered(chatId);
        }, NAMED_AFTER_MS);
        return;
      case "failed":
        this.#failed(outcome.problem);
        if (!outcome.problem.isUnreachable) await this.load();
        return;
      case "forgotten":
        this.store.set({ pending: null });
        await this.load();
        return;
      case "left":
    }
  }

  #failed(problem: Problem): void {
    this.#pend({ problem, isStopping: false });
    this.#announcer.say(`No answer. ${problem.detail}`);
  }

  /** After the messages were loaded: go on with the turn that runs, and find the question that has no answer. */
  #catchUp(chatId: string, turnId: string | null): void {
    const { messages, pending } = this.store.get();
    const items = messages.value?.items ?? [];
    const question = items.findLast((message) => message.role === "user");
    if (this.#talks > 0) return;
    if (question === undefined || this.#listening !== null) {
      if (question?.answered === false && pending?.questionId === null && pending.question === question.content) this.#pend({ questionId: question.id });
      return;
    }
    if (turnId !== null) this.#follow(chatId, turnId, question);
    else if (question.answered === false) this.#unanswered(question);
    else this.#giveUp(items);
  }

  #follow(chatId: string, turnId: string, question: Message): void {
    const { pending, draft } = this.store.get();
    const isOther = pending?.problem && pending.question !== question.content;
    this.#again = () => void this.askAgainFailed(question);
    this.store.set({ pending: pendingOf(question.content, question.id), draft: isOther && draft === "" ? pending.question : draft });
    void this.#hear(chatId, turnId, null);
  }

  #unanswered(question: Message): void {
    const { pending } = this.store.get();
    if (pending === null) this.#again = () => void this.askAgainFailed(question);
    if (pending !== null && pending.question !== question.content) return;
    this.store.set({ pending: { ...pendingOf(question.content, question.id), problem: pending?.problem ?? UNANSWERED } });
  }

  /** What was to be answered anew has an answer still, or has one by now. */
  #giveUp(items: readonly Message[]): void {
    const { pending } = this.store.get();
    const own = items.findLast((message) => message.id === pending?.questionId || (pending?.questionId === null && message.content === pending.question));
    if (!pending?.problem || own === undefined) return;
    this.store.set({ pending: null });
    if (own.content !== pending.question) this.edit({ id: own.id, content: pending.question });
    if (!pending.problem.isUnreachable) this.#announcer.complain(pending.problem.detail);
  }

  async askAgainFailed(question: Message): Promise<void> {
    this.store.set({ pending: null });
    await this.askAgain(question);
  }

  async #change(change: Partial<ConversationState>, wanted: ChatSettings): Promise<void> {
    const before = this.store.get();
    const { chatId } = before;
    this.store.set(change);
    if (chatId === null) return;
    try {
      const chat = await this.#api.chats.change(chatId, wanted);
      if (this.#shows(chatId)) this.#settle(chat);
    } catch (error) {
      if (this.#shows(chatId)) this.store.set({ folderId: before.folderId, mode: before.mode, materialOnly: before.materialOnly });
      this.#announcer.complain(asProblem(error).detail);
    }
  }

  /** The server says how a conversation is taught: what was asked for may be locked. */
  #settle(chat: Chat): void {
    this.store.set({ chat, folderId: chat.folder_id, mode: chat.mode, materialOnly: chat.material_only });
  }

  /** What a new conversation is to have, beyond what any has. */
  #settings(): ChatSettings {
    const { folderId, mode, materialOnly } = this.store.get();
    const settings: ChatSettings = {};
    if (folderId !== null) settings.folder_id = folderId;
    if (mode !== "explain") settings.mode = mode;
    if (materialOnly) settings.material_only = true;
    return settings;
  }

  async #create(): Promise<string> {
    const chat = await this.#api.chats.create(this.#settings());
    if (this.#shows(null)) this.store.set({ chatId: chat.id, chat, messages: loaded({ items: [], earlierCursor: null }) });
    this.#observer.onBegun(chat.id);
    return chat.id;
  }

  #append({ question, message }: TurnResult): void {
    this.store.set(({ messages }) => {
      const before = until(messages.value?.items ?? [], question.id);
      return { pending: null, messages: loaded({ earlierCursor: null, ...messages.value, items: [...before, question, message] }) };
    });
  }

  #rated(messageId: string, feedback: Message["feedback"]): void {
    this.store.set(({ messages }) => {
      if (messages.value === null) return {};
      const items = messages.value.items.map((message) => (message.id === messageId ? { ...message, feedback: feedback ?? null } : message));
      return { messages: { ...messages, value: { ...messages.value, items } } };
    });
  }

  #pend(change: Partial<Pending>): void {
    this.store.set(({ pending }) => (pending === null ? {} : { pending: { ...pending, ...change } }));
  }

  #shows(chatId: string | null): boolean {
    return this.store.get().chatId === chatId;
  }
}

function spoken(content: string): string {
  return plainText(parseMarkdown(content));
}
