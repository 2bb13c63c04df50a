import type { Chat, Folder, LibraryFile, StudySetSummary } from "../api/types.ts";
import { Store } from "./store.ts";

/** The one dialog that may be open. */
export type DialogRequest =
  | { kind: "create-folder" }
  | { kind: "rename-folder"; folder: Folder }
  | { kind: "delete-folder"; folder: Folder }
  | { kind: "rename-file"; file: LibraryFile }
  | { kind: "move-file"; file: LibraryFile }
  | { kind: "delete-file"; file: LibraryFile }
  | { kind: "rename-chat"; chat: Chat }
  | { kind: "delete-chat"; chat: Chat }
  | { kind: "mark-exam" }
  /** Of a file or folder, or of what is chosen in it. */
  | { kind: "make-set"; file?: LibraryFile; folder?: Folder }
  | { kind: "rename-set"; set: StudySetSummary }
  | { kind: "delete-set"; set: StudySetSummary };

export class Dialogs {
  readonly store = new Store<{ request: DialogRequest | null }>({ request: null });

  open(request: DialogRequest): void {
    this.store.set({ request });
  }

  close(): void {
    this.store.set({ request: null });
  }
}
