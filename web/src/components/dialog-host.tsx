import { Suspense, useState } from "react";
import type { DialogRequest } from "../state/dialogs.ts";
import { useStore } from "../state/store.ts";
import type { Folder } from "../api/types.ts";
import { counted } from "../text/format.ts";
import { useWorkspace } from "./context.ts";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { DeleteDialog } from "./delete-dialog.tsx";
import { shownLater } from "./lazy.ts";
import { MoveFileDialog } from "./move-file-dialog.tsx";
import { NameDialog } from "./name-dialog.tsx";

const MakeSetDialog = shownLater(() => import("./study/make-set-dialog.tsx").then((loaded) => loaded.MakeSetDialog));

const MAX_FOLDER_NAME = 100;
const MAX_FILE_NAME = 255;
const MAX_TITLE = 200;

export function DialogHost() {
  const { dialogs } = useWorkspace();
  const { request } = useStore(dialogs.store);
  return request === null ? null : <Requested request={request} onClose={() => dialogs.close()} />;
}

function Requested({ request, onClose }: { request: DialogRequest; onClose: () => void }) {
  const workspace = useWorkspace();
  const { library } = workspace;
  switch (request.kind) {
    case "create-folder":
      return <NameDialog title="New folder" label="Name" action="Create" maxLength={MAX_FOLDER_NAME} onSave={(name) => library.createFolder(name)} onClose={onClose} />;
    case "rename-folder": {
      const { id, name } = request.folder;
      return (
        <NameDialog title="Rename folder" label="Name" action="Rename" name={name} maxLength={MAX_FOLDER_NAME} onSave={(text) => library.renameFolder(id, text)} onClose={onClose} />
      );
    }
    case "delete-folder":
      return <DeleteFolder folder={request.folder} onClose={onClose} />;
    case "rename-file": {
      const { id, name } = request.file;
      return <NameDialog title="Rename file" label="Name" action="Rename" name={name} maxLength={MAX_FILE_NAME} onSave={(text) => library.renameFile(id, text)} onClose={onClose} />;
    }
    case "move-file":
      return <MoveFileDialog file={request.file} onClose={onClose} />;
    case "delete-file":
      return (
        <DeleteDialog title="Delete file" onDelete={async () => [await library.deleteFile(request.file.id)]} onClose={onClose}>
          <p>
            Delete “{request.file.name}”, with its text and everything that was made from it? This can’t be undone. Answers that quote it
            stay, without the quotes.
          </p>
        </DeleteDialog>
      );
    case "rename-chat": {
      const { id, title } = request.chat;
      return (
        <NameDialog title="Rename conversation" label="Title" action="Rename" name={title} maxLength={MAX_TITLE} onSave={(text) => workspace.renameChat(id, text)} onClose={onClose} />
      );
    }
    case "delete-chat":
      return (
        <DeleteDialog title="Delete conversation" onDelete={() => workspace.deleteChat(request.chat.id).then(() => [])} onClose={onClose}>
          <p>Delete “{request.chat.title || "Untitled conversation"}” with all its questions and answers? This can’t be undone. Your files stay.</p>
        </DeleteDialog>
      );
    case "mark-exam":
      return (
        <ConfirmDialog title="Finish the exam" action="Finish and mark" onConfirm={() => workspace.conversation.markExam()} onClose={onClose}>
          <p>Your answers are marked now, and the exam is over. You are shown what was right, and the pages to read again.</p>
        </ConfirmDialog>
      );
    case "make-set":
      return (
        <Suspense fallback={null}>
          <MakeSetDialog file={request.file} folder={request.folder} onClose={onClose} />
        </Suspense>
      );
    case "rename-set": {
      const { id, title } = request.set;
      return (
        <NameDialog title="Rename study set" label="Title" action="Rename" name={title} maxLength={MAX_TITLE} onSave={(text) => workspace.study.rename(id, text)} onClose={onClose} />
      );
    }
    case "delete-set":
      return (
        <DeleteDialog title="Delete study set" onDelete={() => workspace.deleteSet(request.set.id).then(() => [])} onClose={onClose}>
          <p>Delete “{request.set.title}”, with what was answered in it? This can’t be undone. Your files stay.</p>
        </DeleteDialog>
      );
  }
}

function DeleteFolder({ folder, onClose }: { folder: Folder; onClose: () => void }) {
  const { library } = useWorkspace();
  const [files, setFiles] = useState<"keep" | "delete">("keep");
  return (
    <DeleteDialog title="Delete folder" onDelete={async () => (await library.deleteFolder(folder.id, files)).files} onClose={onClose}>
      {folder.file_count === 0 ? (
        <p>Delete the empty folder “{folder.name}”?</p>
      ) : (
        <fieldset className="choices">
          <legend>
            “{folder.name}” holds {counted(folder.file_count, "file")}.
          </legend>
          <label className="choice">
            <input type="radio" name="files" checked={files === "keep"} onChange={() => setFiles("keep")} />
            <span>Keep the files, without a folder</span>
          </label>
          <label className="choice">
            <input type="radio" name="files" checked={files === "delete"} onChange={() => setFiles("delete")} />
            <span>Delete the files too, for good</span>
          </label>
        </fieldset>
      )}
    </DeleteDialog>
  );
}
