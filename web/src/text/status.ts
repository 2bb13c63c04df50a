import type { FileStatus, LibraryFile } from "../api/types.ts";
import { bytes, counted } from "./format.ts";

const RUNNING: ReadonlySet<FileStatus> = new Set(["queued", "reading", "indexing"]);

export function isRunning(file: LibraryFile): boolean {
  return RUNNING.has(file.status);
}

/** Failures that aren't the file's fault, or may have been those of a busy machine. */
const PASSING: ReadonlySet<string> = new Set([
  "cancelled",
  "gave_up",
  "internal",
  "parser_crashed",
  "parser_timeout",
  "parser_out_of_memory",
]);

/** Reading a file again helps only where something else than the file was wrong. */
export function canBeReadAgain({ status, error }: LibraryFile): boolean {
  return status === "failed" && (error === null || PASSING.has(error.code));
}

/** One line that says where a file stands. */
export function statusLine(file: LibraryFile): string {
  switch (file.status) {
    case "queued":
      return "Waiting to be read";
    case "reading":
      return progressLine("Reading", file);
    case "indexing":
      return progressLine("Indexing", file);
    case "ready":
      return [file.paged && file.pages_total ? counted(file.pages_total, "page") : null, bytes(file.size)].filter(Boolean).join(" · ");
    case "needs_ocr":
      return "A scan: its pages are pictures without text, which Clara can’t read yet.";
    case "failed":
      return file.error?.detail ?? "Reading failed.";
  }
}

function progressLine(doing: string, { paged, pages_done: done, pages_total: total }: LibraryFile): string {
  if (total === null || total === 0 || !paged) return `${doing}…`;
  return done === 0 ? `${doing} ${counted(total, "page")}` : `${doing} page ${done} of ${total}`;
}
