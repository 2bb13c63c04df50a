import { type KeyboardEvent, useRef } from "react";
import { useStore } from "../state/store.ts";
import { ChatList } from "./chat-list.tsx";
import { useWorkspace } from "./context.ts";
import { Icon } from "./icons.tsx";
import { LibraryPane } from "./library-pane.tsx";
import { StudyList } from "./study-list.tsx";
import { useAction } from "./use-action.ts";
import { Wordmark } from "./wordmark.tsx";

const LISTS = [
  { id: "library", name: "Library" },
  { id: "chats", name: "Conversations" },
  { id: "study", name: "Study" },
] as const;

export function SidePanel({ onSignOut }: { onSignOut: () => Promise<void> }) {
  const { layout, me } = useWorkspace();
  const { side } = useStore(layout.store);
  const { isBusy, problem, run } = useAction();
  return (
    <aside className="side" aria-label="Library, conversations and study sets">
      <header className="side-head">
        <h1>
          <Wordmark />
        </h1>
        <button type="button" className="icon-button" aria-label={`Sign out (${me.user_id})`} title="Sign out" aria-disabled={isBusy} onClick={() => run(onSignOut)}>
          <Icon name="leave" />
        </button>
      </header>
      {problem && <p className="problem">{problem.detail}</p>}
      <ListTabs />
      <div className="side-body" role="tabpanel" id="side-list" aria-labelledby={`tab-${side}`}>
        {side === "library" && <LibraryPane />}
        {side === "chats" && <ChatList />}
        {side === "study" && <StudyList />}
      </div>
    </aside>
  );
}

function ListTabs() {
  const { layout } = useWorkspace();
  const { side } = useStore(layout.store);
  const tabs = useRef<HTMLDivElement>(null);
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const at = LISTS.findIndex(({ id }) => id === side) + (event.key === "ArrowRight" ? 1 : -1);
    const other = LISTS[(at + LISTS.length) % LISTS.length]?.id ?? "library";
    layout.show(other);
    tabs.current?.querySelector<HTMLElement>(`#tab-${other}`)?.focus();
  };
  return (
    <div ref={tabs} className="list-tabs" role="tablist" aria-label="Lists" onKeyDown={onKey}>
      {LISTS.map(({ id, name }) => (
        <button
          key={id}
          id={`tab-${id}`}
          type="button"
          role="tab"
          aria-selected={side === id}
          aria-controls="side-list"
          tabIndex={side === id ? 0 : -1}
          onClick={() => layout.show(id)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}
