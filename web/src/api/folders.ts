import { type Http, segment } from "./http.ts";
import type { Folder, FolderReceipt } from "./types.ts";

/** Far more folders than anyone keeps; a server that never stops giving cursors must not keep the page busy for ever. */
const MAX_LISTING_PAGES = 20;

interface FolderListing {
  folders: Folder[];
  next_cursor?: string | null;
}

export function foldersApi(http: Http) {
  return {
    /** Every folder, through all pages of the listing: the move and scope choices need them whole. */
    async all(): Promise<Folder[]> {
      const folders: Folder[] = [];
      let cursor: string | null = null;
      for (let turn = 0; turn < MAX_LISTING_PAGES; turn += 1) {
        const query = { limit: 100, cursor };
        const listing: FolderListing = await http.request<FolderListing>("GET", "/v1/folders", { query });
        folders.push(...listing.folders);
        cursor = listing.next_cursor ?? null;
        if (cursor === null) break;
      }
      return folders;
    },
    create: (name: string) => http.request<Folder>("POST", "/v1/folders", { body: { name } }),
    rename: (id: string, name: string) => http.request<Folder>("PATCH", `/v1/folders/${segment(id)}`, { body: { name } }),
    delete: (id: string, files: "keep" | "delete") =>
      http.request<FolderReceipt>("DELETE", `/v1/folders/${segment(id)}`, { query: { files } }),
  };
}
