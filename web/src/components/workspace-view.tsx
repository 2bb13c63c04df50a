import { Suspense } from "react";
import type { Pane } from "../state/layout.ts";
import { useStore } from "../state/store.ts";
import { useWorkspace } from "./context.ts";
import { ConversationPane } from "./conversation-pane.tsx";
import { DialogHost } from "./dialog-host.tsx";
import { DropTarget } from "./drop-target.tsx";
import { shownLater } from "./lazy.ts";
import { PageViewer } from "./page-viewer.tsx";
import { PaneTabs } from "./pane-tabs.tsx";
import { SidePanel } from "./side-panel.tsx";
import { useFocusInSight } from "./use-focus.ts";

const StudyPane = shownLater(() => import("./study/study-pane.tsx").then((loaded) => loaded.StudyPane));

/** Where on a narrow screen each pane is. */
const PLACES: Record<Pane, "side" | "main" | "page"> = { library: "side", chats: "side", study: "side", chat: "main", set: "main", page: "page" };

/** The one screen: lists at the side, the conversation, and the page beside it; one of them at a time on a phone. */
export function WorkspaceView({ onSignOut }: { onSignOut: () => Promise<void> }) {
  const { layout, viewer } = useWorkspace();
  const { pane, main } = useStore(layout.store);
  const { target } = useStore(viewer.store);
  const shown = pane === "page" && target === null ? main : pane;
  useFocusInSight(shown);
  return (
    <div className={target === null ? "workspace" : "workspace with-page"} data-pane={PLACES[shown]}>
      <a className="skip" href="#question" onClick={focusQuestion}>
        Skip to the question
      </a>
      <SidePanel onSignOut={onSignOut} />
      {main === "chat" ? (
        <ConversationPane />
      ) : (
        <Suspense fallback={<main className="conversation" />}>
          <StudyPane />
        </Suspense>
      )}
      {target !== null && <PageViewer target={target} />}
      <PaneTabs />
      <DropTarget />
      <DialogHost />
    </div>
  );
}

function focusQuestion(event: { preventDefault(): void }): void {
  event.preventDefault();
  (document.getElementById("question") ?? document.querySelector<HTMLElement>("main [data-pane-heading]"))?.focus();
}
