import type { Api } from "../api/client.ts";
import { type Problem, asProblem } from "../api/problem.ts";
import type { Me } from "../api/types.ts";
import { Store } from "./store.ts";

export type SessionState =
  | { phase: "opening" }
  | { phase: "signed-in"; me: Me }
  | { phase: "signed-out"; reason: SignedOutReason }
  | { phase: "failed"; problem: Problem };

/** Why nobody is signed in: never was, the link did not work, the session ended, or the learner left. */
export type SignedOutReason = { kind: "new" } | { kind: "link"; problem: Problem } | { kind: "ended" } | { kind: "left" };

const FRAGMENT = "#sign-in=";

/** Takes the sign-in token out of the address bar, so that it is neither bookmarked nor kept in the history. */
export function takeToken(location: Location, history: History): string | null {
  if (!location.hash.startsWith(FRAGMENT)) return null;
  const token = location.hash.slice(FRAGMENT.length);
  history.replaceState(null, "", location.pathname + location.search);
  return token === "" ? null : token;
}

export class Session {
  readonly store = new Store<{ state: SessionState }>({ state: { phase: "opening" } });
  readonly #api: Api;
  #token: string | null = null;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Opens the page's session: by the link's token when there is one, else by the cookie. */
  async open(token: string | null): Promise<void> {
    this.#token = token;
    await this.retry();
  }

  /** A token is kept until the server has answered about it: a server that is away has not used it up. */
  async retry(): Promise<void> {
    this.#become({ phase: "opening" });
    const refusal = this.#token === null ? null : await this.#exchange(this.#token);
    if (refusal === null || !refusal.isUnreachable) this.#token = null;
    await this.#openByCookie(refusal === null ? { kind: "new" } : { kind: "link", problem: refusal });
  }

  /** The server answered 401: keep nothing on screen that needs a session. */
  ended(): void {
    if (this.store.get().state.phase === "signed-in") this.#become({ phase: "signed-out", reason: { kind: "ended" } });
  }

  async signOut(): Promise<void> {
    try {
      await this.#api.session.signOut();
      this.#become({ phase: "signed-out", reason: { kind: "left" } });
    } catch (error) {
      const problem = asProblem(error);
      if (problem.status === 401) this.#become({ phase: "signed-out", reason: { kind: "left" } });
      else throw problem;
    }
  }

  async #exchange(token: string): Promise<Problem | null> {
    try {
      await this.#api.session.signIn(token);
      return null;
    } catch (error) {
      return asProblem(error);
    }
  }

  /** A used link doesn't matter to someone who is signed in already: reloading the printed address must work. */
  async #openByCookie(otherwise: SignedOutReason): Promise<void> {
    try {
      this.#become({ phase: "signed-in", me: await this.#api.session.me() });
    } catch (error) {
      const problem = asProblem(error);
      if (problem.status === 401) this.#become({ phase: "signed-out", reason: otherwise });
      else this.#become({ phase: "failed", problem });
    }
  }

  #become(state: SessionState): void {
    this.store.set({ state });
  }
}
