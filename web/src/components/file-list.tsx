import { NO_FOLDER } from "../api/files.ts";
import { useStore } from "../state/store.ts";
import { useWorkspace } from "./context.ts";
import { FileRow } from "./file-row.tsx";
import { ProblemNote } from "./problem-note.tsx";

export function FileList() {
  const { library } = useWorkspace();
  const { files, folders, folderId } = useStore(library.store);
  const retry = () => void library.loadFiles();
  if (files.value === null) {
    return files.problem ? <ProblemNote problem={files.problem} onRetry={retry} /> : <p className="quiet">Loading files…</p>;
  }
  const { items, nextCursor } = files.value;
  const hasFolders = (folders.value ?? []).length > 0;
  if (items.length === 0) return <EmptyList isTop={folderId === NO_FOLDER} hasFolders={hasFolders} />;
  return (
    <>
      <ul className="rows" aria-label="Files">
        {items.map((file) => (
          <FileRow key={file.id} file={file} />
        ))}
      </ul>
      {files.problem && <ProblemNote problem={files.problem} onRetry={retry} />}
      {nextCursor !== null && (
        <button type="button" className="button wide" aria-disabled={files.isLoading} onClick={() => void library.loadMoreFiles()}>
          Show more
        </button>
      )}
    </>
  );
}

function EmptyList({ isTop, hasFolders }: { isTop: boolean; hasFolders: boolean }) {
  if (isTop && hasFolders) return null;
  return (
    <p className="empty">
      {isTop ? "Upload a book, a script or your notes: PDF, Word, HTML, Markdown, text or CSV." : "This folder is empty. Upload files into it, or move some here."}
      <span className="pointer-only"> You can also drop files anywhere on this page.</span>
    </p>
  );
}
