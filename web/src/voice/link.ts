import type { Api } from "../api/client.ts";
import { segment } from "../api/http.ts";
import { Problem, asProblem } from "../api/problem.ts";
import { CLOSED, type ClientMessage, type Hello, type Ready, SUBPROTOCOL, type ServerMessage, type Sound, readSound } from "./messages.ts";

/** How a connection ended for good. */
export type Ending =
  | { kind: "left" }
  /** The server ended it, in peace. */
  | { kind: "bye"; reason: string }
  /** `detail` is what the server said before, where no session stood yet. */
  | { kind: "closed"; code: number; detail: string | null }
  | { kind: "problem"; problem: Problem };

export interface LinkObserver {
  /** A session stands; `isNew`: another than before, which knows only what was stored. */
  onReady(ready: Ready, isNew: boolean): void;
  onMessage(message: Exclude<ServerMessage, Ready>): void;
  onSound(sound: Sound): void;
  /** The connection broke, and is being made again. */
  onLost(): void;
  onEnded(ending: Ending): void;
}

/** A session is held so long after its connection broke. */
const HELD_MS = 30_000;
/** A first connection that can't be made is told of sooner. */
const PATIENCE_MS = 8_000;
const PAUSES_MS = [250, 500, 1_000, 2_000, 4_000];
const PING_EVERY_MS = 5_000;
const ANSWERED_WITHIN_MS = 10_000;
/** The server has so long to keep what was heard last, and to tell us. */
const GOODBYE_MS = 3_000;
/** Two seconds of sound: what waits longer than that is told too late. */
const MAX_WAITING_BYTES = 64_000;
const FINAL: ReadonlySet<number> = new Set(Object.values(CLOSED).filter((code) => code !== CLOSED.busy && code !== CLOSED.unauthenticated));

/** The socket to a voice session, through broken connections: each with a ticket of its own, and no message read twice. */
export class Link {
  readonly #api: Api;
  readonly #userId: string;
  readonly #hello: () => Omit<Hello, "type" | "v" | "resume">;
  readonly #observer: LinkObserver;
  #socket: WebSocket | null = null;
  #session: Ready | null = null;
  #lastSeq = 0;
  #isReady = false;
  #isOver = false;
  #isLeaving = false;
  #brokeAt: number | null = null;
  #tries = 0;
  #refusals = 0;
  #refusal: string | null = null;
  #timer: number | undefined;
  #pinging: number | undefined;
  #pingedAt: number | null = null;

  constructor(api: Api, userId: string, hello: () => Omit<Hello, "type" | "v" | "resume">, observer: LinkObserver) {
    this.#api = api;
    this.#userId = userId;
    this.#hello = hello;
    this.#observer = observer;
  }

  open(): void {
    this.#brokeAt = Date.now();
    window.addEventListener("online", this.#now);
    window.addEventListener("visibilitychange", this.#seen);
    void this.#connect();
  }

  /** Sends a message; false where there is no session to send it to. */
  send(message: ClientMessage): boolean {
    if (!this.#isReady || this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Sends sound, unless so much waits already that it would come too late. */
  sendSound(pcm: ArrayBuffer): void {
    const socket = this.#socket;
    if (this.#isReady && socket?.readyState === WebSocket.OPEN && socket.bufferedAmount < MAX_WAITING_BYTES) socket.send(pcm);
  }

  /** Says goodbye, and listens until the server has said it too. */
  leave(): void {
    if (this.#isOver || this.#isLeaving) return;
    this.#isLeaving = true;
    if (this.send({ type: "bye" })) this.#timer = window.setTimeout(() => this.#end({ kind: "left" }), GOODBYE_MS);
    else this.#end({ kind: "left" });
  }

  async #connect(): Promise<void> {
    let ticket: string;
    try {
      ticket = (await this.#api.voice.ticket()).ticket;
    } catch (error) {
      this.#noTicket(asProblem(error));
      return;
    }
    if (this.#isOver) return;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/voice/ws/${segment(this.#userId)}`, [SUBPROTOCOL, `ticket.${ticket}`]);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    let bye: string | null = null;
    this.#refusal = null;
    socket.addEventListener("open", () => socket.send(JSON.stringify(this.#greeting())));
    socket.addEventListener("message", ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (socket !== this.#socket) return;
      this.#pingedAt = null;
      if (typeof data !== "string") this.#sound(data);
      else bye = this.#take(JSON.parse(data) as ServerMessage & { seq?: number }) ?? bye;
    });
    socket.addEventListener("close", ({ code }) => socket === this.#socket && this.#closed(code, bye));
  }

  #greeting(): Hello {
    const session = this.#session;
    const hello: Hello = { type: "hello", v: 1, ...this.#hello() };
    if (session === null) return hello;
    return { ...hello, resume: { session_id: session.session_id, token: session.resume_token, last_seq: this.#lastSeq } };
  }

  /** Returns the reason of a goodbye. */
  #take(message: ServerMessage & { seq?: number }): string | null {
    const { seq } = message;
    if (message.type === "ready") {
      this.#ready(message, seq ?? 0);
      return null;
    }
    if (seq !== undefined && this.#session !== null) {
      if (seq <= this.#lastSeq) return null;
      this.#lastSeq = seq;
    }
    if (message.type === "bye") return message.reason;
    if (message.type === "error" && !this.#isReady) this.#refusal = message.detail;
    else if (message.type !== "pong") this.#observer.onMessage(message);
    return null;
  }

  /** What was missed of a session that goes on may come before or after: then with numbers before this one's. */
  #ready(ready: Ready, seq: number): void {
    const isNew = ready.restored || this.#session?.session_id !== ready.session_id;
    if (isNew || seq === this.#lastSeq + 1) this.#lastSeq = seq;
    this.#session = ready;
    this.#isReady = true;
    this.#brokeAt = null;
    this.#tries = this.#refusals = 0;
    this.#pingedAt = null;
    window.clearInterval(this.#pinging);
    this.#pinging = window.setInterval(() => this.#ping(), PING_EVERY_MS);
    this.#observer.onReady(ready, isNew);
  }

  #sound(frame: ArrayBuffer): void {
    const sound = readSound(frame);
    if (sound !== null && this.#isReady) this.#observer.onSound(sound);
  }

  /** A connection may be dead without a word: then its ping has no answer. */
  #ping(): void {
    if (this.#pingedAt === null) {
      if (this.send({ type: "ping", t: Date.now() })) this.#pingedAt = Date.now();
    } else if (Date.now() - this.#pingedAt > ANSWERED_WITHIN_MS) {
      this.#drop();
      this.#again();
    }
  }

  #closed(code: number, bye: string | null): void {
    const closed: Ending = { kind: "closed", code, detail: this.#refusal };
    this.#drop();
    if (this.#isOver) return;
    if (this.#isLeaving) this.#end({ kind: "left" });
    else if (code === 1000) this.#end({ kind: "bye", reason: bye ?? "" });
    else if (FINAL.has(code)) this.#end(closed);
    else if (code === CLOSED.busy && this.#session === null) this.#end(closed);
    // A ticket may have run out on its way; a second one won't.
    else if (code === CLOSED.unauthenticated && (this.#refusals += 1) > 1) this.#end(closed);
    else this.#again();
  }

  #noTicket(problem: Problem): void {
    if (this.#isOver) return;
    if (problem.status === 401 || !problem.isPassing) this.#end({ kind: "problem", problem });
    else this.#again(problem);
  }

  #again(problem: Problem | null = null): void {
    if (this.#isOver) return;
    this.#brokeAt ??= Date.now();
    const left = this.#brokeAt + (this.#session === null ? PATIENCE_MS : HELD_MS) - Date.now();
    if (left <= 0) {
      this.#end(problem === null ? { kind: "closed", code: 1006, detail: null } : { kind: "problem", problem });
      return;
    }
    if (this.#session !== null) this.#observer.onLost();
    const pause = PAUSES_MS[Math.min(this.#tries, PAUSES_MS.length - 1)] ?? 0;
    this.#tries += 1;
    // Not all pages at once, when it was the server that went away.
    this.#timer = window.setTimeout(this.#now, Math.min(pause * (0.75 + Math.random() / 2), left));
  }

  #now = (): void => {
    if (this.#isOver || this.#isLeaving || this.#socket !== null || this.#timer === undefined) return;
    window.clearTimeout(this.#timer);
    this.#timer = undefined;
    void this.#connect();
  };

  /** Of a page in the background, timers are late, and a phone that sleeps loses its connections. */
  #seen = (): void => {
    if (document.hidden) return;
    if (this.#isReady) this.#ping();
    else this.#now();
  };

  #drop(): void {
    window.clearInterval(this.#pinging);
    this.#isReady = false;
    this.#pingedAt = null;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #end(ending: Ending): void {
    this.#isOver = true;
    window.removeEventListener("online", this.#now);
    window.removeEventListener("visibilitychange", this.#seen);
    window.clearTimeout(this.#timer);
    this.#drop();
    this.#observer.onEnded(ending);
  }
}
