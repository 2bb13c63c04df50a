import { useStore } from "../state/store.ts";
import { counted } from "../text/format.ts";
import { useWorkspace } from "./context.ts";
import { FolderMenu } from "./folder-menu.tsx";
import { Icon } from "./icons.tsx";
import { ProblemNote } from "./problem-note.tsx";

export function FolderList() {
  const { library } = useWorkspace();
  const { folders } = useStore(library.store);
  if (folders.value === null) {
    return folders.problem ? <ProblemNote problem={folders.problem} onRetry={() => void library.loadFolders()} /> : null;
  }
  if (folders.value.length === 0) return null;
  return (
    <ul className="rows" aria-label="Folders">
      {folders.value.map((folder) => (
        <li key={folder.id} className="row">
          <button type="button" className="row-main" onClick={() => library.openFolder(folder.id)}>
            <Icon name="folder" />
            <span className="row-text">
              <span className="row-name" dir="auto">
                {folder.name}
              </span>
              <span className="row-meta">{folder.file_count === 0 ? "Empty" : counted(folder.file_count, "file")}</span>
            </span>
          </button>
          <FolderMenu folder={folder} />
        </li>
      ))}
    </ul>
  );
}
