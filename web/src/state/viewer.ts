import type { Api } from "../api/client.ts";
import type { Citation, LibraryFile, Page } from "../api/types.ts";
import { type Loading, loadInto, notLoaded } from "./loading.ts";
import { Store } from "./store.ts";

/** What is open: a file at a page and, when it was opened by a citation, the quote to mark there. */
export interface ViewerTarget {
  fileId: string;
  fileName: string;
  citation: Citation | null;
}

export interface ViewerState {
  target: ViewerTarget | null;
  number: number;
  page: Loading<Page>;
  view: "text" | "image";
}

/** The page beside the conversation. */
export class Viewer {
  readonly store = new Store<ViewerState>({ target: null, number: 1, page: notLoaded(), view: "text" });
  readonly #api: Api;
  /** Counts what was asked for, so that a slow page never replaces a later one. */
  #turn = 0;

  constructor(api: Api) {
    this.#api = api;
  }

  openFile(file: Pick<LibraryFile, "id" | "name">): void {
    this.#open({ fileId: file.id, fileName: file.name, citation: null }, 1);
  }

  /** In a format without pages the server finds the part by the citation's passage; the number it answers with is kept. */
  openCitation(citation: Citation): void {
    this.#open({ fileId: citation.file_id, fileName: citation.file_name ?? "Deleted file", citation }, citation.page_from ?? 1);
  }

  go(number: number): void {
    const { target } = this.store.get();
    if (target === null) return;
    this.store.set({ number });
    void this.load();
  }

  show(view: "text" | "image"): void {
    this.store.set({ view });
  }

  close(): void {
    this.#turn += 1;
    this.store.set({ target: null, page: notLoaded(), view: "text" });
  }

  async load(): Promise<void> {
    const { target, number, page } = this.store.get();
    if (target === null) return;
    this.#turn += 1;
    const turn = this.#turn;
    const isFirst = page.value === null;
    const { citation } = target;
    const isCited = citation !== null && (citation.page_from === null ? isFirst || number === this.#citedPart : isCitedPage(citation, number));
    const request = { fileId: target.fileId, number, ...(isCited ? { quote: citation.quote, chunkId: citation.chunk_id } : {}) };
    await loadInto(
      (change) => this.store.set((state) => ({ page: change(state.page) })),
      () => this.#api.files.page(request),
      () => this.#turn === turn,
    );
    const loaded = this.store.get().page.value;
    if (this.#turn !== turn || loaded === null) return;
    if (isFirst && citation?.page_from === null) this.#citedPart = loaded.number;
    this.store.set({ number: loaded.number });
  }

  #citedPart = 0;

  #open(target: ViewerTarget, number: number): void {
    this.store.set({ target, number, page: notLoaded() });
    void this.load();
  }
}

export function isCitedPage(citation: Citation, number: number): boolean {
  const from = citation.page_from ?? 0;
  return from <= number && number <= (citation.page_to ?? from);
}
