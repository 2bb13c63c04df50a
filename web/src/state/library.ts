import type { Api } from "../api/client.ts";
import { NO_FOLDER } from "../api/files.ts";
import { asProblem } from "../api/problem.ts";
import type { FileReceipt, Folder, FolderReceipt, LibraryFile, Listing } from "../api/types.ts";
import { isRunning } from "../text/status.ts";
import type { Announcer } from "./announcer.ts";
import { FileProgress } from "./file-progress.ts";
import { type Loading, loadInto, notLoaded } from "./loading.ts";
import { Store } from "./store.ts";

export interface LibraryState {
  folders: Loading<Folder[]>;
  /** The folder that is open, or NO_FOLDER at the top of the library. */
  folderId: string;
  files: Loading<Listing<LibraryFile>>;
  /** How many files there are in all, and how many of them can be asked about. */
  overview: Loading<{ total: number; ready: number }>;
}

/** Folders and files: what is listed, what is done to it, and the progress of what is being read. */
export class Library {
  readonly store = new Store<LibraryState>({
    folders: notLoaded(),
    folderId: NO_FOLDER,
    files: notLoaded(),
    overview: notLoaded(),
  });
  readonly #api: Api;
  readonly #announcer: Announcer;
  readonly #progress: FileProgress;

  constructor(api: Api, announcer: Announcer) {
    this.#api = api;
    this.#announcer = announcer;
    this.#progress = new FileProgress(api, {
      onStatus: (file) => this.#replace(file),
      onFinished: (file) => this.#finished(file),
      onLost: (id) => void this.#refresh(id),
      onPoll: () => void this.loadFiles(),
    });
  }

  close(): void {
    this.#progress.close();
  }

  async reload(): Promise<void> {
    await Promise.all([this.loadFolders(), this.loadFiles(), this.loadOverview()]);
  }

  async loadFolders(): Promise<void> {
    await loadInto((change) => this.store.set(({ folders }) => ({ folders: change(folders) })), () => this.#api.folders.all());
  }

  async loadFiles(): Promise<void> {
    const { folderId } = this.store.get();
    await loadInto(
      (change) => this.store.set(({ files }) => ({ files: change(files) })),
      () => this.#api.files.list({ folder_id: folderId, limit: this.#shownCount() }),
      () => this.store.get().folderId === folderId,
    );
    this.#progress.follow(this.store.get().files.value?.items ?? []);
  }

  async loadOverview(): Promise<void> {
    await loadInto(
      (change) => this.store.set(({ overview }) => ({ overview: change(overview) })),
      async () => {
        const [all, ready] = await Promise.all([
          this.#api.files.list({ limit: 1 }),
          this.#api.files.list({ limit: 1, status: "ready" }),
        ]);
        return { total: all.total ?? all.items.length, ready: ready.total ?? ready.items.length };
      },
    );
  }

  async loadMoreFiles(): Promise<void> {
    const { files, folderId } = this.store.get();
    if (files.isLoading || files.value === null || files.value.nextCursor === null) return;
    const shown = files.value.items;
    const cursor = files.value.nextCursor;
    await loadInto(
      (change) => this.store.set((now) => ({ files: change(now.files) })),
      async () => {
        const more = await this.#api.files.list({ folder_id: folderId, limit: PAGE_SIZE, cursor });
        const known = new Set(shown.map((file) => file.id));
        return { ...more, items: [...shown, ...more.items.filter((file) => !known.has(file.id))] };
      },
      () => this.store.get().folderId === folderId,
    );
    this.#progress.follow(this.store.get().files.value?.items ?? []);
  }

  openFolder(folderId: string): void {
    this.store.set({ folderId, files: notLoaded() });
    void this.loadFiles();
  }

  async createFolder(name: string): Promise<Folder> {
    const folder = await this.#api.folders.create(name);
    await this.loadFolders();
    this.#announcer.say(`Folder ${folder.name} created.`);
    return folder;
  }

  async renameFolder(id: string, name: string): Promise<void> {
    await this.#api.folders.rename(id, name);
    await this.loadFolders();
  }

  async deleteFolder(id: string, files: "keep" | "delete"): Promise<FolderReceipt> {
    const receipt = await this.#api.folders.delete(id, files);
    if (this.store.get().folderId === id) this.openFolder(NO_FOLDER);
    await this.reload();
    this.#announcer.say("Folder deleted.");
    return receipt;
  }

  /** A file that was just accepted. */
  accepted(file: LibraryFile): void {
    const { folderId, files } = this.store.get();
    if ((file.folder_id ?? NO_FOLDER) === folderId && files.value !== null) {
      const others = files.value.items.filter((other) => other.id !== file.id);
      this.store.set({ files: { ...files, value: { ...files.value, items: [file, ...others] } } });
    }
    this.#progress.follow([file]);
    void this.loadFolders();
    void this.loadOverview();
  }

  async renameFile(id: string, name: string): Promise<void> {
    this.#replace(await this.#api.files.change(id, { name }));
  }

  async moveFile(id: string, folderId: string): Promise<void> {
    await this.#api.files.change(id, { folder_id: folderId });
    await Promise.all([this.loadFiles(), this.loadFolders()]);
  }

  async deleteFile(id: string): Promise<FileReceipt> {
    const receipt = await this.#api.files.delete(id);
    this.#progress.forget(id);
    await this.reload();
    this.#announcer.say("File deleted.");
    return receipt;
  }

  async retryFile(id: string): Promise<void> {
    await this.#act(id, this.#api.files.retry(id));
  }

  async cancelFile(id: string): Promise<void> {
    await this.#act(id, this.#api.files.cancel(id));
  }

  async #act(id: string, call: Promise<unknown>): Promise<void> {
    try {
      await call;
    } catch (error) {
      this.#announcer.complain(asProblem(error).detail);
    }
    await this.#refresh(id);
  }

  async #refresh(id: string): Promise<void> {
    try {
      const file = await this.#api.files.get(id);
      this.#replace(file);
      this.#progress.follow([file]);
    } catch (error) {
      if (asProblem(error).status === 404) await this.reload();
    }
  }

  #finished(file: LibraryFile): void {
    this.#replace(file);
    this.#announcer.say(file.status === "ready" ? `${file.name} is ready.` : `${file.name} could not be read.`);
    void this.loadOverview();
  }

  #replace(file: LibraryFile): void {
    this.store.set(({ files }) => {
      if (files.value === null) return {};
      const items = files.value.items.map((other) => (other.id === file.id ? file : other));
      return { files: { ...files, value: { ...files.value, items } } };
    });
  }

  /** A refresh lists as many as are shown, so that "Show more" isn't undone. */
  #shownCount(): number {
    return Math.min(MAX_PAGE_SIZE, Math.max(PAGE_SIZE, this.store.get().files.value?.items.length ?? 0));
  }
}

const PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 100;

export function runningCount(state: LibraryState): number {
  return (state.files.value?.items ?? []).filter(isRunning).length;
}
