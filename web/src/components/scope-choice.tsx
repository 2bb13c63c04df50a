import { useStore } from "../state/store.ts";
import { useWorkspace } from "./context.ts";
import { Icon } from "./icons.tsx";

/** Where to look: in everything, or in one folder. */
export function ScopeChoice() {
  const { conversation, library } = useWorkspace();
  const { folderId } = useStore(conversation.store);
  const { folders } = useStore(library.store);
  const choices = folders.value ?? [];
  if (choices.length === 0 && folderId === null) return <span className="scope" />;
  return (
    <label className="scope">
      <Icon name="folder" />
      <span className="unseen">Look in</span>
      <select value={folderId ?? ""} onChange={(event) => void conversation.askIn(event.target.value || null)}>
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
