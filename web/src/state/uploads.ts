import type { Api } from "../api/client.ts";
import { NO_FOLDER } from "../api/files.ts";
import { Problem, asProblem } from "../api/problem.ts";
import type { LibraryFile } from "../api/types.ts";
import type { Upload } from "../api/upload.ts";
import { bytes } from "../text/format.ts";
import type { Announcer } from "./announcer.ts";
import { Store } from "./store.ts";

/** Two at a time keep a connection busy without holding up the requests of the rest of the page. */
const MAX_SENDING = 2;

export interface UploadItem {
  key: number;
  file: File;
  folderId: string;
  phase: "waiting" | "sending" | "failed";
  sent: number;
  total: number;
  problem: Problem | null;
}

/** Files on their way to the server: waiting, being sent, or refused. What was accepted goes to the library. */
export class Uploads {
  readonly store = new Store<{ items: UploadItem[] }>({ items: [] });
  readonly #api: Api;
  readonly #announcer: Announcer;
  readonly #maxBytes: number | null;
  readonly #onAccepted: (file: LibraryFile) => void;
  readonly #sending = new Map<number, Upload<LibraryFile>>();
  #nextKey = 1;

  constructor(api: Api, announcer: Announcer, maxBytes: number | null, onAccepted: (file: LibraryFile) => void) {
    this.#api = api;
    this.#announcer = announcer;
    this.#maxBytes = maxBytes;
    this.#onAccepted = onAccepted;
  }

  get isSending(): boolean {
    return this.store.get().items.some((item) => item.phase !== "failed");
  }

  add(files: readonly File[], folderId: string): void {
    const items = files.map((file) => this.#itemOf(file, folderId));
    this.store.set((state) => ({ items: [...state.items, ...items] }));
    if (files.length > 0) this.#announcer.say(files.length === 1 ? `Uploading ${files[0]?.name}.` : `Uploading ${files.length} files.`);
    this.#sendNext();
  }

  retry(key: number): void {
    this.#update(key, { phase: "waiting", problem: null, sent: 0 });
    this.#sendNext();
  }

  /** Stops an upload, or takes a failed one off the list. */
  remove(key: number): void {
    const upload = this.#sending.get(key);
    this.#sending.delete(key);
    this.store.set(({ items }) => ({ items: items.filter((item) => item.key !== key) }));
    upload?.abort();
    this.#sendNext();
  }

  close(): void {
    for (const upload of this.#sending.values()) upload.abort();
    this.#sending.clear();
  }

  #itemOf(file: File, folderId: string): UploadItem {
    const problem = this.#refusal(file);
    const phase = problem === null ? "waiting" : "failed";
    this.#nextKey += 1;
    return { key: this.#nextKey, file, folderId, phase, sent: 0, total: file.size, problem };
  }

  /** What the server would refuse anyway, said before hundreds of megabytes are sent. */
  #refusal(file: File): Problem | null {
    if (this.#maxBytes === null || file.size <= this.#maxBytes) return null;
    return new Problem(413, "too_large", `It has ${bytes(file.size)}; files may have up to ${bytes(this.#maxBytes)}.`);
  }

  #sendNext(): void {
    for (const item of this.store.get().items) {
      if (this.#sending.size >= MAX_SENDING) return;
      if (item.phase === "waiting") void this.#send(item);
    }
  }

  async #send(item: UploadItem): Promise<void> {
    this.#update(item.key, { phase: "sending" });
    const folderId = item.folderId === NO_FOLDER ? null : item.folderId;
    const upload = this.#api.files.upload(item.file, folderId, (sent, total) => this.#update(item.key, { sent, total }));
    this.#sending.set(item.key, upload);
    try {
      const file = await upload.done;
      this.#onAccepted(file);
      this.#sending.delete(item.key);
      this.remove(item.key);
    } catch (error) {
      if (!this.#sending.delete(item.key)) return;
      const problem = asProblem(error);
      this.#update(item.key, { phase: "failed", problem });
      this.#announcer.say(`${item.file.name} was not uploaded. ${problem.detail}`);
      this.#sendNext();
    }
  }

  #update(key: number, change: Partial<UploadItem>): void {
    this.store.set(({ items }) => ({ items: items.map((item) => (item.key === key ? { ...item, ...change } : item)) }));
  }
}
