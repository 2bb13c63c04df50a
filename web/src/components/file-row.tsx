import type { LibraryFile } from "../api/types.ts";
import { download } from "../text/download.ts";
import { kind } from "../text/format.ts";
import { canBeReadAgain, isRunning, statusLine } from "../text/status.ts";
import { useWorkspace } from "./context.ts";
import { Menu, type MenuItem } from "./menu.tsx";

export function FileRow({ file }: { file: LibraryFile }) {
  const workspace = useWorkspace();
  return (
    <li className="row" data-status={file.status}>
      {file.status === "ready" ? (
        <button type="button" className="row-main" onClick={() => workspace.openFile(file)}>
          <FileLabel file={file} />
        </button>
      ) : (
        <div className="row-main">
          <FileLabel file={file} />
        </div>
      )}
      <FileMenu file={file} />
    </li>
  );
}

function FileLabel({ file }: { file: LibraryFile }) {
  const { library } = useWorkspace();
  return (
    <>
      <span className="kind" aria-hidden="true">
        {kind(file)}
      </span>
      <span className="row-text">
        <span className="row-name" dir="auto" title={file.name}>
          {file.name}
        </span>
        <span className="row-meta">{statusLine(file)}</span>
        {isRunning(file) && <ReadingProgress file={file} />}
        {canBeReadAgain(file) && (
          <button type="button" className="button small" onClick={() => void library.retryFile(file.id)}>
            Try again
          </button>
        )}
      </span>
    </>
  );
}

function ReadingProgress({ file }: { file: LibraryFile }) {
  const label = `Reading ${file.name}`;
  if (file.status === "queued" || file.pages_total === null || file.pages_total === 0) return <progress aria-label={label} />;
  return <progress aria-label={label} value={file.pages_done} max={file.pages_total} />;
}

function FileMenu({ file }: { file: LibraryFile }) {
  const { library, dialogs, api } = useWorkspace();
  const items: MenuItem[] = [
    { label: "Rename", onChoose: () => dialogs.open({ kind: "rename-file", file }) },
    { label: "Move", onChoose: () => dialogs.open({ kind: "move-file", file }) },
    { label: "Download", onChoose: () => download(api.files.contentAddress(file.id), file.name) },
    { label: "Delete", isDangerous: true, onChoose: () => dialogs.open({ kind: "delete-file", file }) },
  ];
  if (file.status === "ready") items.unshift({ label: "Study this file", onChoose: () => dialogs.open({ kind: "make-set", file }) });
  if (isRunning(file)) items.unshift({ label: "Stop reading", onChoose: () => void library.cancelFile(file.id) });
  return <Menu label={`Actions for ${file.name}`} items={items} />;
}
