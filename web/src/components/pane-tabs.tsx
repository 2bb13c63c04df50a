import type { Pane } from "../state/layout.ts";
import { useStore } from "../state/store.ts";
import { useWorkspace } from "./context.ts";
import { Icon, type IconName } from "./icons.tsx";

const PANES: { pane: Pane; name: string; icon: IconName }[] = [
  { pane: "library", name: "Library", icon: "folder" },
  { pane: "chats", name: "Chats", icon: "history" },
  { pane: "chat", name: "Ask", icon: "ask" },
  { pane: "page", name: "Page", icon: "book" },
];

/** Switches panes on a narrow screen. */
export function PaneTabs() {
  const { layout, viewer } = useWorkspace();
  const { pane: current } = useStore(layout.store);
  const { target } = useStore(viewer.store);
  return (
    <nav className="pane-tabs" aria-label="Panes">
      {PANES.map(({ pane, name, icon }) => (
        <button
          key={pane}
          type="button"
          aria-current={pane === current ? "page" : undefined}
          disabled={pane === "page" && target === null}
          onClick={() => layout.show(pane)}
        >
          <Icon name={icon} />
          {name}
        </button>
      ))}
    </nav>
  );
}
