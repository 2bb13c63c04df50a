import { useEffect, useRef } from "react";
import { useStore } from "../state/store.ts";
import { useWorkspace } from "./context.ts";
import { Composer } from "./composer.tsx";
import { Icon } from "./icons.tsx";
import { AnswerMessage, QuestionMessage } from "./message.tsx";
import { PendingTurn } from "./pending-turn.tsx";
import { ProblemNote } from "./problem-note.tsx";
import { Welcome } from "./welcome.tsx";

export function ConversationPane() {
  const workspace = useWorkspace();
  const { chatId, chat, pending } = useStore(workspace.conversation.store);
  const title = chatId === null ? "New conversation" : chat?.title || "Conversation";
  useEffect(() => {
    document.title = chatId === null ? "Clara" : `${title} – Clara`;
    return () => {
      document.title = "Clara";
    };
  }, [chatId, title]);
  return (
    <main className="conversation">
      <header className="conversation-head">
        <h2 dir="auto" tabIndex={-1} data-pane-heading>
          {title}
        </h2>
        {(chatId !== null || pending !== null) && (
          <button type="button" className="button small" onClick={() => workspace.newChat()}>
            <Icon name="add" /> New
          </button>
        )}
      </header>
      <Messages />
      <Composer />
    </main>
  );
}

function Messages() {
  const { conversation } = useWorkspace();
  const { chatId, messages, pending } = useStore(conversation.store);
  const items = messages.value?.items ?? [];
  const list = useScrollToLastTurn(chatId, items.at(-1)?.id, pending !== null);
  const isEmpty = pending === null && (chatId === null || messages.value?.items.length === 0);
  return (
    <div ref={list} className="messages" tabIndex={-1}>
      <div className="messages-column">
        {isEmpty && <Welcome />}
        {messages.isLoading && messages.value === null && <p className="quiet">Loading the conversation…</p>}
        {messages.problem && <ProblemNote problem={messages.problem} onRetry={() => void conversation.load()} />}
        {messages.value?.earlierCursor && (
          <button type="button" className="button small earlier" aria-disabled={messages.isLoading} onClick={() => void conversation.loadEarlier()}>
            Show earlier messages
          </button>
        )}
        {items.map((message) =>
          message.role === "user" ? <QuestionMessage key={message.id} text={message.content} /> : <AnswerMessage key={message.id} message={message} />,
        )}
        {pending && <PendingTurn pending={pending} />}
      </div>
    </div>
  );
}

/** The last question goes to the top, so that its answer is read from its beginning. */
function useScrollToLastTurn(chatId: string | null, lastId: string | undefined, isPending: boolean) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const questions = list.current?.querySelectorAll(".question");
    questions?.[questions.length - 1]?.scrollIntoView({ block: "start" });
  }, [chatId, lastId, isPending]);
  return list;
}
