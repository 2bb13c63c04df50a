import { useStore } from "../state/store.ts";
import { useWorkspace } from "./context.ts";
import { Icon } from "./icons.tsx";

/** Where to look: in everything, or in one folder. A conversation that was begun in a folder stays in it. */
export function ScopeChoice() {
  const { conversation, library } = useWorkspace();
  const { chat, folderId } = useStore(conversation.store);
  const { folders } = useStore(library.store);
  const choices = folders.value ?? [];
  if (choices.length === 0 && folderId === null) return <span className="scope" />;
  const isFixed = chat !== null && chat.folder_id !== null;
  return (
    <label className="scope">
      <Icon name="folder" />
      <span className="unseen">Look in</span>
      <select value={folderId ?? ""} disabled={isFixed} onChange={(event) => conversation.askIn(event.target.value || null)}>
        <option value="">All files</option>
        {choices.map((folder) => (
          <option key={folder.id} value={folder.id}>
            {folder.name}
          </option>
        ))}
      </select>
    </label>
  );
}
