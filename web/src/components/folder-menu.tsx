import type { Folder } from "../api/types.ts";
import { useWorkspace } from "./context.ts";
import { Menu } from "./menu.tsx";

export function FolderMenu({ folder }: { folder: Folder }) {
  const { dialogs } = useWorkspace();
  return (
    <Menu
      label={`Actions for folder ${folder.name}`}
      items={[
        { label: "Rename", onChoose: () => dialogs.open({ kind: "rename-folder", folder }) },
        { label: "Delete", isDangerous: true, onChoose: () => dialogs.open({ kind: "delete-folder", folder }) },
      ]}
    />
  );
}
