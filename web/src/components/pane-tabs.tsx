import type { Pane } from "../state/layout.ts";
import { useStore } from "../state/store.ts";
import { useWorkspace } from "./context.ts";
import { Icon, type IconName } from "./icons.tsx";

const PANES: { pane: Pane; name: string; icon: IconName }[] = [
  { pane: "library", name: "Library", icon: "folder" },
  { pane: "chats", name: "Chats", icon: "history" },
  { pane: "chat", name: "Ask", icon: "ask" },
  { pane: "study", name: "Study", icon: "cards" },
  { pane: "page", name: "Page", icon: "book" },
];

/** Switches panes on a narrow screen. */
export function PaneTabs() {
  const workspace = useWorkspace();
  const { layout, viewer } = workspace;
  const { pane } = useStore(layout.store);
  const current = pane === "set" ? "study" : pane;
  const { target } = useStore(viewer.store);
  return (
    <nav className="pane-tabs" aria-label="Panes">
      {PANES.map(({ pane: leads, name, icon }) => (
        <button
          key={leads}
          type="button"
          aria-current={leads === current ? "page" : undefined}
          disabled={leads === "page" && target === null}
          onClick={() => (leads === "chat" ? workspace.showConversation() : layout.show(leads))}
        >
          <Icon name={icon} />
          {name}
        </button>
      ))}
    </nav>
  );
}
