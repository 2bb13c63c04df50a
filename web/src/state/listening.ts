import type { Api } from "../api/client.ts";
import { type Problem, asProblem, problemOf, unreachable } from "../api/problem.ts";
import type { ServerEvent } from "../api/server-events.ts";
import type { Artifact, Citation, TurnResult } from "../api/types.ts";

/** What was heard of an answer so far. */
export interface Heard {
  text: string;
  citations: Citation[];
  artifacts: Artifact[];
  /** What the tutor is doing, null while it writes. */
  doing: { name: string; detail: string } | null;
  /** The connection broke, and is being made again. */
  isLost: boolean;
}

export const nothingHeard: Heard = { text: "", citations: [], artifacts: [], doing: null, isLost: false };

export type Outcome =
  | { kind: "done"; result: TurnResult }
  | { kind: "failed"; problem: Problem }
  /** It ended longer ago than the server remembers: the messages say how. */
  | { kind: "forgotten" }
  | { kind: "left" };

type Source = AsyncGenerator<ServerEvent, void, void>;

/** Text comes in pieces; so often they are shown. */
const SHOWN_EVERY_MS = 40;
const PAUSES_MS = [300, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000, 8_000];

/** Listens to one turn to its end, through broken connections. */
export class Listening {
  readonly #chats: Api["chats"];
  readonly #chatId: string;
  readonly #onHeard: (heard: Heard) => void;
  readonly #leaving = new AbortController();
  #heard = nothingHeard;
  #lastId: string | null = null;
  #turnId: string | null;
  #timer: number | undefined;

  constructor(chats: Api["chats"], chatId: string, turnId: string | null, onHeard: (heard: Heard) => void) {
    this.#chats = chats;
    this.#chatId = chatId;
    this.#turnId = turnId;
    this.#onHeard = onHeard;
  }

  /** Stops listening; the server goes on writing. */
  leave(): void {
    this.#leaving.abort();
    window.clearTimeout(this.#timer);
  }

  /** `begin` asks; without it, a turn that is running already is followed. */
  async run(begin: ((signal: AbortSignal) => Source) | null): Promise<Outcome> {
    try {
      return await this.#run(begin);
    } catch (error) {
      if (this.#leaving.signal.aborted) return { kind: "left" };
      return { kind: "failed", problem: asProblem(error) };
    } finally {
      window.clearTimeout(this.#timer);
    }
  }

  async #run(begin: ((signal: AbortSignal) => Source) | null): Promise<Outcome> {
    let source = begin === null ? this.#follow() : begin(this.#leaving.signal);
    for (let breaks = 0; ; breaks += 1) {
      const before = this.#lastId;
      const outcome = await this.#listen(source);
      if (outcome !== null) return outcome;
      if (this.#lastId !== before) breaks = 0;
      const pause = PAUSES_MS[breaks];
      if (pause === undefined) return { kind: "failed", problem: unreachable() };
      this.#show({ isLost: true });
      await wait(pause, this.#leaving.signal);
      this.#turnId ??= (await this.#runningTurn()) ?? null;
      if (this.#turnId === null) return { kind: "failed", problem: unreachable() };
      source = this.#follow();
    }
  }

  /** Returns null when the stream broke off, and listening again may help. */
  async #listen(source: Source): Promise<Outcome | null> {
    try {
      for await (const event of source) {
        const outcome = this.#take(event);
        if (outcome !== null) return outcome;
        if (event.event === "shutdown") return null;
      }
      return null;
    } catch (error) {
      const problem = asProblem(error);
      if (this.#leaving.signal.aborted) return { kind: "left" };
      if (problem.code === "turn_not_found") return { kind: "forgotten" };
      const mayReturn = problem.isUnreachable || (problem.status === 503 && this.#turnId !== null);
      return mayReturn ? null : { kind: "failed", problem };
    }
  }

  #take({ id, event, data }: ServerEvent): Outcome | null {
    if (id !== null) {
      this.#lastId = id;
      this.#turnId ??= id.slice(0, Math.max(0, id.lastIndexOf(":"))) || null;
    }
    switch (event) {
      case "text":
        this.#heard = { ...this.#heard, text: this.#heard.text + (data as { text: string }).text, doing: null, isLost: false };
        this.#timer ??= window.setTimeout(() => this.#show({}), SHOWN_EVERY_MS);
        return null;
      case "citation":
        this.#heard = { ...this.#heard, citations: [...this.#heard.citations, data as Citation] };
        return null;
      case "tool": {
        const { name, detail, state } = data as { name: string; detail: string; state: string };
        // A search is over at once; what it found is being read until the next word.
        if (state !== "ended") this.#show({ doing: state === "started" ? { name, detail } : null, isLost: false });
        return null;
      }
      case "artifact":
        this.#show({ artifacts: [...this.#heard.artifacts, data as Artifact], doing: null });
        return null;
      case "done":
        return { kind: "done", result: data as TurnResult };
      case "error": {
        const members = data as Record<string, unknown>;
        return { kind: "failed", problem: problemOf(Number(members["status"]) || 500, members) };
      }
      default:
        return null;
    }
  }

  #show(change: Partial<Heard>): void {
    window.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#heard = { ...this.#heard, ...change };
    if (!this.#leaving.signal.aborted) this.#onHeard(this.#heard);
  }

  #follow(): Source {
    return this.#chats.follow(this.#chatId, this.#turnId ?? "", this.#lastId, this.#leaving.signal);
  }

  /** Asked, and the connection broke before a first word: was the question heard? */
  async #runningTurn(): Promise<string | null> {
    try {
      return (await this.#chats.get(this.#chatId)).turn_id;
    } catch (error) {
      if (asProblem(error).isUnreachable) return null;
      throw error;
    }
  }
}

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = window.setTimeout(resolve, milliseconds);
    const now = () => {
      window.clearTimeout(timer);
      resolve();
    };
    signal.addEventListener("abort", now, { once: true });
    window.addEventListener("online", now, { once: true });
  });
}
