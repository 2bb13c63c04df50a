import type { Api } from "../api/client.ts";
import type { Announcer } from "./announcer.ts";
import type { Session } from "./session.ts";
import { Store } from "./store.ts";
import { Workspace } from "./workspace.ts";

/** Opens a workspace when someone signs in and closes it when they leave. */
export class Desk {
  readonly store = new Store<{ workspace: Workspace | null }>({ workspace: null });
  readonly announcer: Announcer;
  readonly #session: Session;
  readonly #api: Api;

  constructor(session: Session, api: Api, announcer: Announcer) {
    this.#session = session;
    this.#api = api;
    this.announcer = announcer;
    session.store.subscribe(this.#onSession);
  }

  catchUp(): void {
    const { state } = this.#session.store.get();
    if (state.phase === "failed") void this.#session.retry();
    else this.store.get().workspace?.catchUp();
  }

  #onSession = (): void => {
    const { state } = this.#session.store.get();
    const { workspace } = this.store.get();
    if (state.phase === "signed-in" && workspace?.me === state.me) return;
    workspace?.close();
    const opened = state.phase === "signed-in" ? new Workspace(state.me, this.#api, this.announcer) : null;
    if (opened !== workspace) this.store.set({ workspace: opened });
  };
}
