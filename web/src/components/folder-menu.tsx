import type { Folder } from "../api/types.ts";
import { useWorkspace } from "./context.ts";
import { Menu } from "./menu.tsx";

export function FolderMenu({ folder }: { folder: Folder }) {
  const { dialogs } = useWorkspace();
  return (
    <Menu
      label={`Actions for folder ${folder.name}`}
      items={[
        ...(folder.file_count > 0 ? [{ label: "Study this folder", onChoose: () => dialogs.open({ kind: "make-set", folder }) }] : []),
        { label: "Rename", onChoose: () => dialogs.open({ kind: "rename-folder", folder }) },
        { label: "Delete", isDangerous: true, onChoose: () => dialogs.open({ kind: "delete-folder", folder }) },
      ]}
    />
  );
}
