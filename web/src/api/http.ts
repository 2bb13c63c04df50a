import { Problem, problemFrom, unreachable } from "./problem.ts";
import { EventReader, type ServerEvent } from "./server-events.ts";

export interface RequestOptions {
  query?: Record<string, string | number | null | undefined>;
  body?: unknown;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

export interface HttpObserver {
  /** Called after every attempt: whether the server answered at all. */
  reached(ok: boolean): void;
  /** The session no longer holds (401). */
  signedOut(): void;
}

/** The one place that calls fetch: JSON in and out, problems thrown, reachability and lost sessions reported. */
export class Http {
  readonly #observer: HttpObserver;

  constructor(observer: HttpObserver) {
    this.#observer = observer;
  }

  async request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
    const init = initOf(method, "application/json", options);
    const { status, ok, body } = await this.#send(address(path, options.query), init);
    if (!ok) throw this.failure(status, body);
    return (body === "" ? undefined : JSON.parse(body)) as T;
  }

  /** The events of an answer as they come. Ends without a word when the connection breaks: the caller knows what is missing. */
  async *stream(method: string, path: string, options: RequestOptions = {}): AsyncGenerator<ServerEvent, void, void> {
    const response = await this.#reach(() => fetch(address(path, options.query), initOf(method, "text/event-stream", options)));
    if (!response.ok || response.body === null) throw this.failure(response.status, await this.#reach(() => response.text()));
    this.#observer.reached(true);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const events = new EventReader();
    try {
      for (;;) {
        const { done, value } = await this.#reach(() => reader.read());
        if (done) return;
        yield* events.read(value);
      }
    } finally {
      void reader.cancel().catch(() => undefined);
    }
  }

  /** The problem of an answer, with a lost session reported; for callers that can't use fetch (uploads with progress). */
  failure(status: number, body: string): Problem {
    const problem = status === 0 ? unreachable() : problemFrom(status, body);
    this.#observer.reached(status !== 0);
    if (status === 401) this.#observer.signedOut();
    return problem;
  }

  async #send(url: string, init: RequestInit): Promise<{ status: number; ok: boolean; body: string }> {
    return this.#reach(async () => {
      const response = await fetch(url, init);
      const body = await response.text();
      this.#observer.reached(true);
      return { status: response.status, ok: response.ok, body };
    });
  }

  async #reach<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") throw error;
      this.#observer.reached(false);
      throw unreachable();
    }
  }
}

function initOf(method: string, accept: string, { body, signal, headers }: RequestOptions): RequestInit {
  const init: RequestInit = { method, headers: { Accept: accept, ...headers }, credentials: "same-origin" };
  if (body !== undefined) {
    init.headers = { ...init.headers, "Content-Type": "application/json" };
    init.body = JSON.stringify(body);
  }
  if (signal) init.signal = signal;
  return init;
}

export function address(path: string, query: RequestOptions["query"] = {}): string {
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") words.set(name, String(value));
  }
  const search = words.toString();
  return search === "" ? path : `${path}?${search}`;
}

/** A path segment from an id, so that no id can leave its place in the path. */
export function segment(id: string): string {
  return encodeURIComponent(id);
}
