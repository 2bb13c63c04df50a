import type { Api } from "../api/client.ts";
import { asProblem } from "../api/problem.ts";
import type { Me } from "../api/types.ts";
import type { Announcer } from "../state/announcer.ts";
import type { Conversation } from "../state/conversation.ts";
import { Store } from "../state/store.ts";
import { Ears } from "./ears.ts";
import { type Ending, Link } from "./link.ts";
import { SpokenLanguage } from "./language.ts";
import { CLOSED, type Hello, type Ready, type ServerMessage, type StudyTime, type Words } from "./messages.ts";
import { Mouth } from "./mouth.ts";
import { canSynthesise } from "./synthesis.ts";
import { BEGUN, type TalkState } from "./talk-state.ts";
import { Surroundings } from "./surroundings.ts";
import { LISTENS_NOWHERE, NO_MICROPHONE, SILENCED, SOUND_STOPPED, type Trouble, endingTrouble, insecure, microphoneTrouble } from "./troubles.ts";
import { Written } from "./written.ts";

export interface TalkParts {
  api: Api;
  me: Me;
  announcer: Announcer;
  conversation: Conversation;
  /** Made while the button was pressed: only then may a page make sound. Null where the browser can't. */
  context: AudioContext | null;
  /** It is a study session. */
  isStudy: boolean;
  /** Something to study with was made. */
  onMade: () => void;
  /** It is over; with `hasLeft` there is nothing more to show. */
  onOver: (hasLeft: boolean) => void;
}

/** Talking with Clara: what is heard goes to the server, what comes is spoken and shown. */
export class Talk {
  readonly store = new Store<TalkState>(BEGUN);
  /** How loud both are, 0 to 1, some 25 times a second. */
  readonly loudness = new Store<{ heard: number; said: number }>({ heard: 0, said: 0 });
  readonly written: Written;
  readonly language: SpokenLanguage;
  readonly #parts: TalkParts;
  readonly #ears: Ears;
  readonly #mouth: Mouth;
  readonly #surroundings: Surroundings;
  #stopFollowing: () => void = () => undefined;
  #link: Link;
  #audio: Hello["audio"] = "pcm16";
  /** The conversation as the server has it, and as the page shows it: a new one is shown with its first question. */
  #chatId: string | null;
  #shownId: string | null;
  #ownWords = 0;
  /** Something of the answer that is given now was said aloud. */
  #isAloud = false;
  /** The one that was given last, once it is stored. */
  #answer: string | null = null;
  #wantsStudy: boolean;

  constructor(parts: TalkParts) {
    this.#parts = parts;
    this.#wantsStudy = parts.isStudy;
    this.language = new SpokenLanguage(parts.me.user_id);
    this.#chatId = this.#shownId = parts.conversation.store.get().chatId;
    this.written = new Written(parts.conversation, parts.announcer);
    this.#ears = new Ears(this.language.tag, {
      onFrame: ({ pcm, loudness }) => {
        this.loudness.set({ heard: loudness });
        this.#link.sendSound(pcm);
      },
      onWords: (text, isFinal) => this.#recognised(text, isFinal),
      onFailed: (name) => this.#deaf(microphoneTrouble(name)),
      onSilenced: (isSilenced) => this.#hindered(SILENCED, isSilenced),
    });
    this.#mouth = new Mouth(this.language.tag, {
      onPlayed: (heard) => this.#link.send({ type: "played", ...heard }),
      onLoudness: (said) => this.loudness.set({ said }),
      onRead: (id, chars) => this.#link.send({ type: "played", id, chars }),
      onSpeaking: (isSpeaking) => this.#set({ doing: isSpeaking ? "speaking" : "listening" }),
      onVoiceless: () => {
        this.#set({ speaker: "nobody" });
        this.#isAloud = false;
        if (this.#answer !== null) this.written.readOut(this.#answer);
      },
    });
    this.#surroundings = new Surroundings(parts.context, {
      onSound: () => this.#checkSound(),
      onDevices: () => this.store.get().trouble === NO_MICROPHONE && void this.listen(),
      onLeaving: () => this.leave(),
    });
    this.#link = this.#newLink();
  }

  async start(): Promise<void> {
    const { conversation, context, announcer } = this.#parts;
    conversation.talks(true);
    this.#surroundings.watch();
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
    else {
      // It was asked for by a press, which lets it sound again.
      context?.resume().catch(() => undefined);
      if (await this.#ears.open(hearer, context)) this.#parts.announcer.say("Clara is listening. Escape interrupts her.");
      this.#set({ isAsking: false });
      this.#checkSound();
    }
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
    if (this.store.get().phase !== "live") {
      this.#note("There is no connection to ask by yet. Your question stays here: ask it again in a moment.");
      return false;
    }
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
        reads_aloud: canSynthesise(),
        ...(this.language.code === undefined ? {} : { language: this.language.code }),
        ...(this.#wantsStudy ? { study_session: true } : {}),
        ...(this.#chatId === null ? {} : { conversation_id: this.#chatId }),
        ...(folderId === null ? {} : { folder_id: folderId }),
      };
    };
    return new Link(api, me.user_id, hello, {
      onReady: (ready, isNew) => this.#ready(ready, isNew),
      onMessage: (message) => this.#take(message),
      onSound: (sound) => {
        this.#isAloud = true;
        this.#mouth.play(sound);
      },
      onLost: () => this.#lost(),
      onEnded: (ending) => void this.#ended(ending),
    });
  }

  #ready({ conversation_id: chatId, hears, speaks }: Ready, isNew: boolean): void {
    const { phase, isMuted, study } = this.store.get();
    const hasSound = this.#audio === "pcm16";
    this.#chatId = chatId ?? this.#chatId;
    this.#set({ phase: "live", doing: "listening", hearer: insecure() ? "nobody" : Ears.whoHears(hears && hasSound), speaker: this.#mouth.use(speaks && hasSound) });
    this.#wantsStudy = false;
    if (isNew) this.#mouth.renew();
    if (isMuted) this.#link.send({ type: "mic", muted: true });
    if (phase === "connecting") void this.listen();
    else this.#parts.announcer.say("Connected again. Clara is listening.");
    if (isNew && study !== null) {
      this.#set({ study: null });
      this.#note("The study session ended when the server was started anew; Clara is listening still.");
    }
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
        else this.#say(message);
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
        this.written.stored(message, this.#chatId, this.#isAloud);
        this.#answer = message.role === "user" ? null : message.text;
        if (message.role === "user") this.#isAloud = false;
        return;
      case "study":
        this.#studies(message);
        return;
      case "error":
        this.#note(message.detail);
        return;
      case "pong":
      case "bye":
    }
  }

  /** Reads aloud what the server wrote, where it doesn't speak itself. */
  #say({ id, text, final }: Words): void {
    if (this.store.get().speaker === "browser" && text !== "") this.#isAloud = true;
    this.#mouth.say(id, text, final);
  }

  #studies({ stage, left_s, summary }: StudyTime): void {
    this.#set({ study: stage === "over" ? null : { stage, endsAt: Date.now() + left_s * 1000 } });
    if (stage === "over") this.#note(summary === "" ? "The study session is over." : `The study session is over. What it was about: ${summary}`);
  }

  #note(notice: string): void {
    this.#set({ notice });
    this.#parts.announcer.say(notice);
  }

  /** The browser's own recognition heard something. Over Clara's voice it may be that voice itself. */
  #recognised(text: string, isFinal: boolean): void {
    if (this.store.get().phase !== "live") return;
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

  #checkSound(): void {
    if (this.#audio === "pcm16") this.#hindered(SOUND_STOPPED, this.#parts.context?.state !== "running");
  }

  /** Something that begins and ends by itself, after which all goes on. */
  #hindered(by: Trouble, isSo: boolean): void {
    const { phase, trouble } = this.store.get();
    if (phase === "over" || isSo === (trouble === by)) return;
    if (isSo) this.#deaf(by);
    else this.#set({ trouble: null });
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
    this.#set({ phase: "over", doing: "listening", notice: null, study: null });
    this.#stopFollowing();
    this.#surroundings.leave();
    this.#ears.close();
    this.#mouth.close();
    if (this.#parts.context?.state !== "closed") void this.#parts.context?.close();
  }

  #set(change: Partial<TalkState>): void {
    this.store.set(change);
  }
}
