import type { Api } from "../api/client.ts";
import type { EventStream } from "../api/events.ts";
import type { LibraryFile } from "../api/types.ts";
import { isRunning } from "../text/status.ts";

/** A browser opens six connections to a server over HTTP/1.1; streams must leave most of them for requests. */
const MAX_STREAMS = 2;
const POLL_EVERY_MS = 4_000;

interface Observer {
  onStatus(file: LibraryFile): void;
  onFinished(file: LibraryFile): void;
  /** The stream was refused: ask for the file again. */
  onLost(fileId: string): void;
  /** Files are waiting for a stream: time to list them again. */
  onPoll(): void;
}

/** Follows files until their status is final: a few by event streams, the rest by listing now and then. */
export class FileProgress {
  readonly #api: Api;
  readonly #observer: Observer;
  readonly #streams = new Map<string, EventStream>();
  readonly #waiting = new Set<string>();
  readonly #timer: number;

  constructor(api: Api, observer: Observer) {
    this.#api = api;
    this.#observer = observer;
    this.#timer = window.setInterval(() => {
      if (this.#waiting.size > 0 && !document.hidden) this.#observer.onPoll();
    }, POLL_EVERY_MS);
    document.addEventListener("visibilitychange", this.#onVisibility);
  }

  follow(files: readonly LibraryFile[]): void {
    for (const file of files) {
      if (isRunning(file) && !this.#streams.has(file.id)) this.#waiting.add(file.id);
      if (!isRunning(file)) this.forget(file.id);
    }
    this.#openStreams();
  }

  forget(fileId: string): void {
    this.#streams.get(fileId)?.close();
    this.#streams.delete(fileId);
    this.#waiting.delete(fileId);
  }

  close(): void {
    window.clearInterval(this.#timer);
    document.removeEventListener("visibilitychange", this.#onVisibility);
    for (const stream of this.#streams.values()) stream.close();
    this.#streams.clear();
    this.#waiting.clear();
  }

  #openStreams(): void {
    if (document.hidden) return;
    for (const id of this.#waiting) {
      if (this.#streams.size >= MAX_STREAMS) return;
      this.#waiting.delete(id);
      this.#streams.set(id, this.#open(id));
    }
  }

  #open(id: string): EventStream {
    return this.#api.files.events(
      id,
      (file) => {
        if (isRunning(file)) {
          this.#observer.onStatus(file);
          return;
        }
        this.forget(id);
        this.#observer.onFinished(file);
        this.#openStreams();
      },
      () => {
        this.forget(id);
        this.#observer.onLost(id);
        this.#openStreams();
      },
    );
  }

  /** A hidden tab gives its connections back; a shown one catches up. */
  #onVisibility = (): void => {
    if (document.hidden) {
      for (const [id, stream] of this.#streams) {
        stream.close();
        this.#waiting.add(id);
      }
      this.#streams.clear();
    } else {
      this.#openStreams();
    }
  };
}
