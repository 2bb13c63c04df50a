import type { StudySetSummary } from "../../api/types.ts";
import { download } from "../../text/download.ts";
import { useWorkspace } from "../context.ts";
import { Menu, type MenuItem } from "../menu.tsx";

export function SetMenu({ set }: { set: StudySetSummary }) {
  const { dialogs, api } = useWorkspace();
  const items: MenuItem[] = [{ label: "Rename", onChoose: () => dialogs.open({ kind: "rename-set", set }) }];
  if (set.kind === "flashcards") {
    items.push({ label: "Export as CSV", onChoose: () => download(api.study.exportAddress(set.id, "csv"), `${set.title}.csv`) });
    items.push({ label: "Export for Anki", onChoose: () => download(api.study.exportAddress(set.id, "apkg"), `${set.title}.apkg`) });
  }
  items.push({ label: "Delete", isDangerous: true, onChoose: () => dialogs.open({ kind: "delete-set", set }) });
  return <Menu label={`Actions for ${set.title}`} items={items} />;
}
