import type { Api } from "../api/client.ts";
import { asProblem } from "../api/problem.ts";
import type { Me } from "../api/types.ts";
import type { Announcer } from "../state/announcer.ts";
import type { Conversation } from "../state/conversation.ts";
import { Store } from "../state/store.ts";
import { Ears } from "./ears.ts";
import { type Ending, Link } from "./link.ts";
import { CLOSED, type Hello, type Ready, type ServerMessage } from "./messages.ts";
import { Mouth, type Who } from "./mouth.ts";
import { LISTENS_NOWHERE, type Trouble, endingTrouble, insecure, microphoneTrouble } from "./troubles.ts";
import { Written } from "./written.ts";

export type Phase = "connecting" | "live" | "reconnecting" | "over";
export type Doing = "listening" | "hearing" | "thinking" | "speaking";

export interface TalkState {
  phase: Phase;
  doing: Doing;
  isMuted: boolean;
  /** The browser asks the learner for the microphone. */
  isAsking: boolean;
  /** Who hears the learner and who speaks: the server's services, or the browser's own. */
  hearer: Who;
  speaker: Who;
  /** Why nothing is heard, or why it is over. */
  trouble: Trouble | null;
  /** What went wrong with the last answer, while all goes on. */
  notice: string | null;
}

export interface TalkParts {
  api: Api;
  me: Me;
  announcer: Announcer;
  conversation: Conversation;
  /** Made while the button was pressed: only then may a page make sound. Null where the browser can't. */
  context: AudioContext | null;
  /** Something to study with was made. */
  onMade: () => void;
  /** It is over; with `hasLeft` there is nothing more to show. */
  onOver: (hasLeft: boolean) => void;
}

/** Talking with Clara: what is heard goes to the server, what comes is spoken and shown. */
export class Talk {
  readonly store = new Store<TalkState>({
    phase: "connecting",
    doing: "listening",
    isMuted: false,
    isAsking: false,
    hearer: "nobody",
    speaker: "nobody",
    trouble: null,
    notice: null,
  });
  /** How loud both are, 0 to 1, some 25 times a second. */
  readonly loudness = new Store<{ heard: number; said: number }>({ heard: 0, said: 0 });
  readonly written: Written;
  readonly #parts: TalkParts;
  readonly #ears: Ears;
  readonly #mouth: Mouth;
  #stopFollowing: () => void = () => undefined;
  #link: Link;
  #audio: Hello["audio"] = "pcm16";
  /** The conversation as the server has it, and as the page shows it: a new one is shown with its first question. */
  #chatId: string | null;
  #shownId: string | null;
  #ownWords = 0;

  constructor(parts: TalkParts) {
    const language = navigator.language || "en";
    this.#parts = parts;
    this.#chatId = this.#shownId = parts.conversation.store.get().chatId;
    this.written = new Written(parts.conversation, parts.announcer);
    this.#ears = new Ears(language, {
      onFrame: ({ pcm, loudness }) => {
        this.loudness.set({ heard: loudness });
        this.#link.sendSound(pcm);
      },
      onWords: (text, isFinal) => this.#recognised(text, isFinal),
      onFailed: (name) => this.#deaf(microphoneTrouble(name)),
    });
    this.#mouth = new Mouth(language, {
      onPlayed: (heard) => this.#link.send({ type: "played", ...heard }),
      onLoudness: (said) => this.loudness.set({ said }),
      onSpeaking: (isSpeaking) => this.#set({ doing: isSpeaking ? "speaking" : "listening" }),
    });
    this.#link = this.#newLink();
    window.addEventListener("pagehide", this.#onLeaving);
  }

  async start(): Promise<void> {
    const { conversation, context, announcer } = this.#parts;
    conversation.talks(true);
    announcer.say("Connecting, to talk with Clara.");
    const { voice } = this.#parts.me;
    const hasSound = voice === undefined || voice.hears || voice.speaks;
    try {
      const [canPlay, chatId] = await Promise.all([this.#mouth.open(hasSound ? context : null), conversation.place()]);
      if (!canPlay) this.#audio = "none";
      this.#chatId = this.#shownId = chatId;
    } catch (error) {
      await this.#ended({ kind: "problem", problem: asProblem(error) });
    }
    if (this.store.get().phase !== "connecting") return;
    this.#stopFollowing = conversation.store.subscribe(() => this.#follow());
    this.#link.open();
  }

  /** Ends it. What was heard is kept, and shown once the server has done so. */
  leave(): void {
    this.#silence();
    this.#link.leave();
    this.#parts.onOver(true);
  }

  /** Asks for the microphone once more. */
  async listen(): Promise<void> {
    const { context } = this.#parts;
    const { hearer } = this.store.get();
    const trouble = hearer === "nobody" ? (insecure() ?? LISTENS_NOWHERE) : null;
    this.#set({ trouble, isAsking: trouble === null });
    if (trouble !== null) this.#parts.announcer.say(trouble.text);
    else if (await this.#ears.open(hearer, context)) this.#parts.announcer.say("Clara is listening. Escape interrupts her.");
    this.#set({ isAsking: false });
  }

  get isInterruptible(): boolean {
    const { phase, doing } = this.store.get();
    return phase === "live" && (doing === "speaking" || doing === "thinking");
  }

  /** Makes Clara stop speaking. */
  interrupt(): void {
    if (!this.isInterruptible) return;
    this.#mouth.hush();
    this.#link.send({ type: "interrupt" });
    this.#set({ doing: "listening" });
  }

  mute(isMuted: boolean): void {
    this.#set({ isMuted });
    this.loudness.set({ heard: 0 });
    this.#ears.mute(isMuted);
    this.#link.send({ type: "mic", muted: isMuted });
  }

  /** Asks in writing; false where there is no connection to ask by. */
  ask(text: string): boolean {
    if (this.store.get().phase !== "live") return false;
    this.#mouth.hush();
    if (!this.#link.send({ type: "text", text })) return false;
    this.#ownWords += 1;
    this.written.words({ role: "user", id: this.#ownId, text, final: true });
    return true;
  }

  #newLink(): Link {
    const { api, me, conversation } = this.#parts;
    const hello = () => {
      const { folderId } = conversation.store.get();
      return {
        audio: this.#audio,
        language: (navigator.language || "en").slice(0, 2).toLowerCase(),
        ...(this.#chatId === null ? {} : { conversation_id: this.#chatId }),
        ...(folderId === null ? {} : { folder_id: folderId }),
      };
    };
    return new Link(api, me.user_id, hello, {
      onReady: (ready, isNew) => this.#ready(ready, isNew),
      onMessage: (message) => this.#take(message),
      onSound: (sound) => this.#mouth.play(sound),
      onLost: () => this.#lost(),
      onEnded: (ending) => void this.#ended(ending),
    });
  }

  #ready({ conversation_id: chatId, hears, speaks }: Ready, isNew: boolean): void {
    const { phase, isMuted } = this.store.get();
    const hasSound = this.#audio === "pcm16";
    this.#chatId = chatId ?? this.#chatId;
    this.#set({ phase: "live", doing: "listening", hearer: insecure() ? "nobody" : Ears.whoHears(hears && hasSound), speaker: this.#mouth.use(speaks && hasSound) });
    if (isMuted) this.#link.send({ type: "mic", muted: true });
    if (phase === "connecting") void this.listen();
    else this.#parts.announcer.say("Connected again. Clara is listening.");
    if (isNew && this.#chatId !== null) void this.written.reload(this.#chatId);
  }

  #lost(): void {
    if (this.store.get().phase === "reconnecting") return;
    this.#mouth.hush();
    this.written.unheard();
    this.#set({ phase: "reconnecting", doing: "listening" });
    this.#parts.announcer.say("The connection broke. Connecting again…");
  }

  #take(message: Exclude<ServerMessage, Ready>): void {
    switch (message.type) {
      case "state":
        if (!this.#mouth.isSynthesising) this.#set({ doing: message.user === "speaking" ? "hearing" : message.agent });
        return;
      case "transcript":
        if (message.role === "user") this.#set({ notice: null });
        else this.#mouth.say(message.text, message.final);
        this.written.words(message);
        return;
      case "audio_start":
        this.#mouth.begin(message.rate);
        return;
      case "audio_end":
        this.#mouth.end(message.segment, message.interrupted);
        return;
      case "clear":
        this.#mouth.end(message.segment, true);
        return;
      case "pause":
        this.#mouth.pause();
        return;
      case "resume":
        this.#mouth.resume();
        return;
      case "citation":
        this.written.citation(message.citation);
        return;
      case "visual":
        this.written.made(message.set_id);
        this.#parts.onMade();
        return;
      case "turn":
        if (this.#chatId === null || !this.#isShown) return;
        this.#shownId = this.#chatId;
        this.written.stored(message, this.#chatId);
        return;
      case "error":
        this.#set({ notice: message.detail });
        this.#parts.announcer.say(message.detail);
        return;
      case "pong":
      case "bye":
    }
  }

  /** The browser's own recognition heard something. Over Clara's voice it may be that voice itself. */
  #recognised(text: string, isFinal: boolean): void {
    if (this.#mouth.isSynthesising && this.#mouth.isEcho(text)) return;
    this.interrupt();
    if (isFinal) this.#link.send({ type: "text", text });
    this.#set({ doing: isFinal ? "thinking" : "hearing", notice: null });
    this.written.words({ role: "user", id: this.#ownId, text, final: isFinal });
    if (isFinal) this.#ownWords += 1;
  }

  get #ownId(): string {
    return `own-${this.#ownWords}`;
  }

  #deaf(trouble: Trouble): void {
    this.loudness.set({ heard: 0 });
    this.#set({ trouble, isAsking: false });
    this.#parts.announcer.say(trouble.text);
  }

  /** Another conversation is opened: this one is over. */
  #follow(): void {
    if (!this.#isShown && this.store.get().phase !== "over") this.leave();
  }

  get #isShown(): boolean {
    return this.#parts.conversation.store.get().chatId === this.#shownId;
  }

  async #ended(ending: Ending): Promise<void> {
    if (ending.kind === "closed" && ending.code === CLOSED.notInstalled && this.#audio === "pcm16") {
      this.#audio = "none";
      this.#link = this.#newLink();
      this.#link.open();
      return;
    }
    const trouble = endingTrouble(ending);
    this.#silence();
    this.#set({ trouble });
    if (trouble !== null) this.#parts.announcer.say(trouble.text);
    if (ending.kind !== "left") this.#parts.onOver(trouble === null);
    this.#parts.conversation.talks(false);
    if (this.#chatId !== null && this.#isShown) await this.written.reload(this.#chatId);
  }

  /** Neither hears nor speaks from now on. */
  #silence(): void {
    this.#set({ phase: "over", doing: "listening", notice: null });
    this.#stopFollowing();
    window.removeEventListener("pagehide", this.#onLeaving);
    this.#ears.close();
    this.#mouth.close();
    if (this.#parts.context?.state !== "closed") void this.#parts.context?.close();
  }

  #onLeaving = (): void => this.leave();

  #set(change: Partial<TalkState>): void {
    this.store.set(change);
  }
}
