import type { Citation, LibraryFile } from "../api/types.ts";

const numbers = new Intl.NumberFormat("en");

export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${numbers.format(count)} ${count === 1 ? noun : plural}`;
}

export function bytes(size: number): string {
  if (size < 1000) return `${size} B`;
  if (size < 1_000_000) return `${Math.round(size / 1000)} KB`;
  if (size < 1_000_000_000) return `${(size / 1_000_000).toFixed(1)} MB`;
  return `${(size / 1_000_000_000).toFixed(1)} GB`;
}

/** "page 12", "page 12 (printed: iv)", "pages 12–13", or the heading where a format has no pages. */
export function place(citation: Citation): string {
  const { page_from: from, page_to: to, heading } = citation;
  if (from === null) return heading || "in the text";
  if (to === null || to === from) return `page ${from}${printed(from, citation.page_label_from)}`;
  return `pages ${from}–${to}`;
}

function printed(number: number, label: string | null | undefined): string {
  return label && label !== String(number) ? ` (printed: ${label})` : "";
}

/** A short name of a file's type: what stands after the last dot of its name, else of its media type. */
export function kind(file: Pick<LibraryFile, "name" | "type">): string {
  const dot = file.name.lastIndexOf(".");
  const ending = dot > 0 ? file.name.slice(dot + 1) : (file.type.split("/").at(-1) ?? "");
  return ending.slice(0, 4).toUpperCase();
}

export function isPdf(name: string): boolean {
  return name.toLowerCase().endsWith(".pdf");
}

/** "at 14:05", "tomorrow at 2:00 AM" or "on 3 May at 2:00 AM", in the reader's own time. */
export function moment(timestamp: string, now: Date = new Date()): string {
  const date = new Date(timestamp);
  if (Number.isNaN(date.getTime())) return "soon";
  const time = date.toLocaleTimeString("en", { hour: "numeric", minute: "2-digit" });
  const days = Math.round((midnight(date) - midnight(now)) / 86_400_000);
  if (days === 0) return `at ${time}`;
  if (days === 1) return `tomorrow at ${time}`;
  return `on ${date.toLocaleDateString("en", { day: "numeric", month: "short" })} at ${time}`;
}

function midnight(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
