import { type ChangeEvent, useId } from "react";
import type { Chat } from "../api/types.ts";
import { useStore } from "../state/store.ts";
import { useWorkspace } from "./context.ts";
import { Icon } from "./icons.tsx";
import { Menu } from "./menu.tsx";
import { ProblemNote } from "./problem-note.tsx";

export function ChatList() {
  const workspace = useWorkspace();
  const { list, words } = useStore(workspace.chats.store);
  return (
    <section className="library" aria-labelledby="chats-title">
      <div className="pane-heading">
        <h2 id="chats-title" tabIndex={-1} data-focus-fallback data-pane-heading>
          Conversations
        </h2>
      </div>
      <div className="library-actions">
        <button type="button" className="button primary" onClick={() => workspace.newChat()}>
          <Icon name="add" /> New conversation
        </button>
      </div>
      <ChatSearch />
      {list.value === null && list.problem === null && <p className="quiet">Loading conversations…</p>}
      {list.value?.items.length === 0 && (
        <p className="empty">{words === "" ? "Nothing asked yet. Conversations are kept here." : "No conversation has all these words."}</p>
      )}
      {list.value !== null && list.value.items.length > 0 && (
        <ul className="rows" aria-label="Conversations">
          {list.value.items.map((chat) => (
            <ChatRow key={chat.id} chat={chat} />
          ))}
        </ul>
      )}
      {list.problem && <ProblemNote problem={list.problem} onRetry={() => void workspace.chats.load()} />}
      {list.value?.nextCursor && (
        <button type="button" className="button wide" aria-disabled={list.isLoading} onClick={() => void workspace.chats.loadMore()}>
          Show more
        </button>
      )}
    </section>
  );
}

function ChatSearch() {
  const { chats } = useWorkspace();
  const { list, words } = useStore(chats.store);
  const id = useId();
  if (words === "" && (list.value === null || list.value.items.length === 0)) return null;
  const onChange = (event: ChangeEvent<HTMLInputElement>) => chats.find(event.target.value);
  return (
    <div className="search">
      <label className="unseen" htmlFor={id}>
        Search conversations
      </label>
      <Icon name="search" />
      <input id={id} type="search" className="field" placeholder="Search conversations" maxLength={200} value={words} onChange={onChange} />
    </div>
  );
}

function ChatRow({ chat }: { chat: Chat }) {
  const workspace = useWorkspace();
  const { chatId } = useStore(workspace.conversation.store);
  const { folders } = useStore(workspace.library.store);
  const folder = folders.value?.find((candidate) => candidate.id === chat.folder_id);
  const title = chat.title || "Untitled conversation";
  return (
    <li className="row">
      <button type="button" className="row-main" aria-current={chat.id === chatId ? "true" : undefined} onClick={() => workspace.openChat(chat.id)}>
        <span className="row-text">
          <span className="row-name" dir="auto" title={title}>
            {title}
          </span>
          <span className="row-meta">{[folder?.name, when(chat.updated_at)].filter(Boolean).join(" · ")}</span>
        </span>
      </button>
      <Menu
        label={`Actions for ${title}`}
        items={[
          { label: "Rename", onChoose: () => workspace.dialogs.open({ kind: "rename-chat", chat }) },
          { label: "Delete", isDangerous: true, onChoose: () => workspace.dialogs.open({ kind: "delete-chat", chat }) },
        ]}
      />
    </li>
  );
}

function when(timestamp: string): string {
  const date = new Date(timestamp);
  if (Number.isNaN(date.getTime())) return "";
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday
    ? date.toLocaleTimeString("en", { hour: "numeric", minute: "2-digit" })
    : date.toLocaleDateString("en", { day: "numeric", month: "short", year: "numeric" });
}
