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
  /** The page, or part, that has the citation's quote; known once it was opened. */
  citedNumber: number | null;
}

/** The page beside the conversation. */
export class Viewer {
  readonly store = new Store<ViewerState>({ target: null, number: 1, page: notLoaded(), view: "text", citedNumber: null });
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
    this.store.set({ target: null, page: notLoaded(), view: "text", citedNumber: null });
  }

  async load(): Promise<void> {
    const { target, number } = this.store.get();
    if (target === null) return;
    this.#turn += 1;
    const turn = this.#turn;
    await loadInto(
      (change) => this.store.set((state) => ({ page: change(state.page) })),
      () => this.#fetch(target, number),
      () => this.#turn === turn,
    );
    const loaded = this.store.get().page.value;
    if (this.#turn !== turn || loaded === null) return;
    this.store.set(({ citedNumber }) => ({ number: loaded.number, citedNumber: citedNumber ?? (target.citation && loaded.number) }));
  }

  /**
   * A citation of several pages is opened at the first that has its quote; one of a part (a format without pages) where
   * the server finds its passage.
   */
  async #fetch({ fileId, citation }: ViewerTarget, number: number): Promise<Page> {
    if (citation === null || !this.#isCited(citation, number)) return this.#api.files.page({ fileId, number });
    const quoted = { fileId, quote: citation.quote, chunkId: citation.chunk_id };
    const isOpening = this.store.get().page.value === null;
    let page = await this.#api.files.page({ ...quoted, number });
    while (isOpening && page.marks.length === 0 && page.number < (citation.page_to ?? 0)) {
      page = await this.#api.files.page({ ...quoted, number: page.number + 1 });
    }
    return page;
  }

  #isCited(citation: Citation, number: number): boolean {
    const { page, citedNumber } = this.store.get();
    if (citation.page_from !== null) return isCitedPage(citation, number);
    return page.value === null || number === citedNumber;
  }

  #open(target: ViewerTarget, number: number): void {
    this.store.set({ target, number, page: notLoaded(), citedNumber: null });
    void this.load();
  }
}

function isCitedPage(citation: Citation, number: number): boolean {
  const from = citation.page_from ?? 0;
  return from <= number && number <= (citation.page_to ?? from);
}
