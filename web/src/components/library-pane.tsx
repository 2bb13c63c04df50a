import type { RefObject } from "react";
import { NO_FOLDER } from "../api/files.ts";
import type { Folder } from "../api/types.ts";
import { useStore } from "../state/store.ts";
import { counted } from "../text/format.ts";
import { useWorkspace } from "./context.ts";
import { FileList } from "./file-list.tsx";
import { FolderList } from "./folder-list.tsx";
import { FolderMenu } from "./folder-menu.tsx";
import { Icon } from "./icons.tsx";
import { UploadButton } from "./upload-button.tsx";
import { UploadList } from "./upload-list.tsx";
import { useFocusOnChange } from "./use-focus.ts";

/** The top of the library (folders, and files in none), or one folder that is open. */
export function LibraryPane() {
  const { library, dialogs } = useWorkspace();
  const { folders, folderId } = useStore(library.store);
  const folder = folders.value?.find((candidate) => candidate.id === folderId) ?? null;
  const isTop = folderId === NO_FOLDER;
  const heading = useFocusOnChange<HTMLHeadingElement>(folderId);
  return (
    <section className="library" aria-labelledby="library-title">
      {isTop ? <TopHeading heading={heading} /> : <FolderHeading heading={heading} folder={folder} />}
      <div className="library-actions">
        <UploadButton />
        {isTop && (
          <button type="button" className="button" onClick={() => dialogs.open({ kind: "create-folder" })}>
            <Icon name="add" /> New folder
          </button>
        )}
      </div>
      <UploadList />
      {isTop && <FolderList />}
      <FileList />
    </section>
  );
}

type Heading = { heading: RefObject<HTMLHeadingElement | null> };

function TopHeading({ heading }: Heading) {
  const { library } = useWorkspace();
  const { overview } = useStore(library.store);
  return (
    <div className="pane-heading">
      <h2 ref={heading} id="library-title" tabIndex={-1} data-focus-fallback data-pane-heading>
        Your library
      </h2>
      {overview.value !== null && <p className="quiet">{overview.value.total === 0 ? "No files yet" : counted(overview.value.total, "file")}</p>}
    </div>
  );
}

function FolderHeading({ heading, folder }: Heading & { folder: Folder | null }) {
  const { library } = useWorkspace();
  return (
    <>
      <button type="button" className="link-button" onClick={() => library.openFolder(NO_FOLDER)}>
        <Icon name="back" /> Library
      </button>
      <div className="pane-heading">
        <h2 ref={heading} id="library-title" tabIndex={-1} data-focus-fallback data-pane-heading>
          {folder?.name ?? "Folder"}
        </h2>
        {folder !== null && <FolderMenu folder={folder} />}
      </div>
    </>
  );
}
