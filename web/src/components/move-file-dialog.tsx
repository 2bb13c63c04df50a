import { useState } from "react";
import { NO_FOLDER } from "../api/files.ts";
import type { LibraryFile } from "../api/types.ts";
import { useStore } from "../state/store.ts";
import { useWorkspace } from "./context.ts";
import { Dialog } from "./dialog.tsx";
import { ProblemNote } from "./problem-note.tsx";
import { useAction } from "./use-action.ts";

export function MoveFileDialog({ file, onClose }: { file: LibraryFile; onClose: () => void }) {
  const { library } = useWorkspace();
  const { folders } = useStore(library.store);
  const now = file.folder_id ?? NO_FOLDER;
  const [chosen, setChosen] = useState(now);
  const { isBusy, problem, run } = useAction();
  const choices = [{ id: NO_FOLDER, name: "No folder" }, ...(folders.value ?? [])];
  return (
    <Dialog title="Move file" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          run(async () => {
            if (chosen !== now) await library.moveFile(file.id, chosen);
            onClose();
          });
        }}
      >
        <fieldset className="choices">
          <legend>Move “{file.name}” to</legend>
          {choices.map((folder) => (
            <label key={folder.id} className="choice">
              <input type="radio" name="folder" value={folder.id} checked={chosen === folder.id} onChange={() => setChosen(folder.id)} />
              <span>{folder.name}</span>
            </label>
          ))}
        </fieldset>
        {problem && <ProblemNote problem={problem} />}
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button primary" aria-disabled={isBusy || chosen === now}>
            Move
          </button>
        </div>
      </form>
    </Dialog>
  );
}
