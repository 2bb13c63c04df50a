/** What goes over the wire, as the server's OpenAPI describes it. Fields that this page never reads are left out. */

export type FileStatus = "queued" | "reading" | "indexing" | "ready" | "failed" | "needs_ocr";

export interface Me {
  user_id: string;
  model: string;
  limits?: { file_bytes?: number };
}

export interface Folder {
  id: string;
  name: string;
  file_count: number;
}

export interface LibraryFile {
  id: string;
  name: string;
  type: string;
  size: number;
  folder_id: string | null;
  status: FileStatus;
  pages_done: number;
  pages_total: number | null;
  paged: boolean;
  error: { code: string; detail: string } | null;
}

export interface Chat {
  id: string;
  title: string;
  folder_id: string | null;
  updated_at: string;
}

export interface Citation {
  n: number;
  file_id: string;
  /** null: the file was deleted. */
  file_name: string | null;
  page_from: number | null;
  page_to: number | null;
  heading: string | null;
  quote: string | null;
  chunk_id: string | null;
}

export interface Message {
  id: string;
  role: "user" | "assistant";
  content: string;
  citations?: Citation[];
}

export interface Page {
  file_id: string;
  file_name: string;
  number: number;
  label: string | null;
  paged: boolean;
  text: string;
  heading: string;
  /** Half-open ranges of Unicode code points of `text`. */
  marks: [number, number][];
  pages_total: number | null;
}

export interface FileReceipt {
  file_id: string;
  /** Rows and blobs removed, by kind. */
  deleted: Record<string, number>;
  /** The same bytes lie in another folder, so that their text stays. */
  document_kept: boolean;
  conversations: { id: string; title: string }[];
}

export interface FolderReceipt {
  folder_id: string;
  files: FileReceipt[];
}

export interface Listing<T> {
  items: T[];
  nextCursor: string | null;
  total: number | null;
}
