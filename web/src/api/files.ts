import { type EventStream, openEvents } from "./events.ts";
import { type Http, address, segment } from "./http.ts";
import type { FileReceipt, LibraryFile, Listing, Page } from "./types.ts";
import { type Upload, sendFile } from "./upload.ts";

/** The folder id of files that lie in no folder. */
export const NO_FOLDER = "none";

export interface PageRequest {
  fileId: string;
  number: number;
  quote?: string | null;
  chunkId?: string | null;
}

interface FileListing {
  files: LibraryFile[];
  next_cursor?: string | null;
  total?: number | null;
}

const path = (id: string) => `/v1/files/${segment(id)}`;

export function filesApi(http: Http) {
  return {
    async list(query: { folder_id?: string; status?: string; limit?: number; cursor?: string | null }): Promise<Listing<LibraryFile>> {
      const listing = await http.request<FileListing>("GET", "/v1/files", { query });
      return { items: listing.files, nextCursor: listing.next_cursor ?? null, total: listing.total ?? null };
    },
    get: (id: string) => http.request<LibraryFile>("GET", path(id)),
    change: (id: string, change: { name?: string; folder_id?: string }) =>
      http.request<LibraryFile>("PATCH", path(id), { body: change }),
    delete: (id: string) => http.request<FileReceipt>("DELETE", path(id)),
    retry: (id: string) => http.request<unknown>("POST", `${path(id)}/retry`),
    cancel: (id: string) => http.request<unknown>("POST", `${path(id)}/cancel`),
    upload: (file: File, folderId: string | null, onProgress: (sent: number, total: number) => void): Upload<LibraryFile> =>
      sendFile<LibraryFile>(http, "/v1/files", file, folderId === null ? {} : { folder_id: folderId }, onProgress),
    /** Follows one file's status until it is final; `onLost` when the stream can't be had (the file may be gone). */
    events: (id: string, onStatus: (file: LibraryFile) => void, onLost: () => void): EventStream =>
      openEvents(`${path(id)}/events`, { status: (data) => onStatus(data as LibraryFile) }, onLost),
    page: (request: PageRequest, signal?: AbortSignal) =>
      http.request<Page>("GET", `${path(request.fileId)}/pages/${request.number}`, {
        query: { quote: request.quote, chunk_id: request.chunkId },
        ...(signal ? { signal } : {}),
      }),
    imageAddress: (id: string, number: number, width: number) => address(`${path(id)}/pages/${number}/image`, { width }),
    contentAddress: (id: string) => `${path(id)}/content`,
  };
}
