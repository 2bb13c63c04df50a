import type { FileStatus, LibraryFile } from "../api/types.ts";
import { bytes, counted, number } from "./format.ts";

const RUNNING: ReadonlySet<FileStatus> = new Set(["queued", "reading", "indexing"]);

export function isRunning(file: LibraryFile): boolean {
  return RUNNING.has(file.status);
}

/** One line that says where a file stands. */
export function statusLine(file: LibraryFile): string {
  switch (file.status) {
    case "queued":
      return "Waiting to be read";
    case "reading":
      return file.pages_total === null ? "Reading…" : `Reading page ${number(file.pages_done)} of ${number(file.pages_total)}`;
    case "indexing":
      return file.pages_total === null ? "Indexing…" : `Indexing page ${number(file.pages_done)} of ${number(file.pages_total)}`;
    case "ready":
      return [file.paged && file.pages_total ? counted(file.pages_total, "page") : null, bytes(file.size)].filter(Boolean).join(" · ");
    case "needs_ocr":
      return "A scan: its pages are pictures without text, which Clara can’t read yet.";
    case "failed":
      return file.error?.detail ?? "Reading failed.";
  }
}
