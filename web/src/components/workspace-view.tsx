import { useStore } from "../state/store.ts";
import { useWorkspace } from "./context.ts";
import { ConversationPane } from "./conversation-pane.tsx";
import { DialogHost } from "./dialog-host.tsx";
import { DropTarget } from "./drop-target.tsx";
import { PageViewer } from "./page-viewer.tsx";
import { PaneTabs } from "./pane-tabs.tsx";
import { SidePanel } from "./side-panel.tsx";
import { useFocusInSight } from "./use-focus.ts";

/** The one screen: lists at the side, the conversation, and the page beside it; one of them at a time on a phone. */
export function WorkspaceView({ onSignOut }: { onSignOut: () => Promise<void> }) {
  const { layout, viewer } = useWorkspace();
  const { pane } = useStore(layout.store);
  const { target } = useStore(viewer.store);
  const shown = pane === "page" && target === null ? "chat" : pane;
  useFocusInSight(shown);
  return (
    <div className={target === null ? "workspace" : "workspace with-page"} data-pane={shown === "chats" ? "library" : shown}>
      <a className="skip" href="#question" onClick={focusQuestion}>
        Skip to the question
      </a>
      <SidePanel onSignOut={onSignOut} />
      <ConversationPane />
      {target !== null && <PageViewer target={target} />}
      <PaneTabs />
      <DropTarget />
      <DialogHost />
    </div>
  );
}

function focusQuestion(event: { preventDefault(): void }): void {
  event.preventDefault();
  document.getElementById("question")?.focus();
}
