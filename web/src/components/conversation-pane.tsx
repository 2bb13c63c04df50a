import { Suspense, useEffect } from "react";
import type { Message } from "../api/types.ts";
import { until } from "../state/conversation-state.ts";
import { Store, useStore } from "../state/store.ts";
import type { Captions as Said } from "../voice/captions.ts";
import { useWorkspace } from "./context.ts";
import { Composer } from "./composer.tsx";
import { Icon } from "./icons.tsx";
import { shownLater } from "./lazy.ts";
import { AnswerMessage, StoredQuestion } from "./message.tsx";
import { PendingTurn } from "./pending-turn.tsx";
import { ProblemNote } from "./problem-note.tsx";
import { Teaching } from "./teaching.tsx";
import { useReadingPlace } from "./use-reading-place.ts";
import { Welcome } from "./welcome.tsx";

const Captions = shownLater(() => import("./voice/captions.tsx").then((loaded) => loaded.Captions));

const NOTHING_SAID = new Store<{ captions: Said }>({ captions: [] });

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
        <div className="conversation-tools">
          <Teaching />
          {(chatId !== null || pending !== null) && (
            <button type="button" className="button small" aria-label="New conversation" onClick={() => workspace.newChat()}>
              <Icon name="add" /> New
            </button>
          )}
        </div>
      </header>
      <Messages />
      <Composer />
    </main>
  );
}

function Messages() {
  const { conversation, talking } = useWorkspace();
  const { chatId, chat, messages, pending } = useStore(conversation.store);
  const { talk, isOn } = useStore(talking.store);
  const { captions } = useStore(talk?.written.store ?? NOTHING_SAID);
  const items = pending === null ? (messages.value?.items ?? []) : until(messages.value?.items ?? [], pending.questionId);
  // What was said in an exam stays as it was said.
  const isFixed = chat?.exam?.state === "running";
  const isIdle = !isOn && (pending === null || pending.problem !== null);
  const { list, column, isBehind, catchUp } = useReadingPlace(chatId, messages.value !== null, pending?.question ?? (isOn ? spokenQuestion(captions) : null), isOn);
  const isEmpty = pending === null && captions.length === 0 && (chatId === null || messages.value?.items.length === 0);
  return (
    <div className="messages-frame">
      <div ref={list} className="messages" tabIndex={-1}>
        <div ref={column} className="messages-column">
          {isEmpty && <Welcome />}
          {messages.isLoading && messages.value === null && <p className="quiet">Loading the conversation…</p>}
          {messages.problem && <ProblemNote problem={messages.problem} onRetry={() => void conversation.load()} />}
          {messages.value?.earlierCursor && (
            <button type="button" className="button small earlier" aria-disabled={messages.isLoading} onClick={() => void conversation.loadEarlier()}>
              Show earlier messages
            </button>
          )}
          {items.map((message, at) =>
            message.role === "user" ? (
              <StoredQuestion key={message.id} message={message} isIdle={isIdle && !isFixed} />
            ) : (
              <AnswerMessage key={message.id} message={message} question={at === items.length - 1 && pending === null && !isOn && !isFixed ? questionOf(items, at) : null} />
            ),
          )}
          {pending && <PendingTurn pending={pending} />}
          {talk && (
            <Suspense fallback={null}>
              <Captions talk={talk} />
            </Suspense>
          )}
        </div>
      </div>
      {isBehind && !isIdle && (
        <button type="button" className="button small to-end" onClick={catchUp}>
          Go to the end
        </button>
      )}
    </div>
  );
}

/** What the learner says, as far as it isn't stored yet. */
function spokenQuestion(captions: Said): string {
  return captions.findLast(({ role }) => role === "user")?.text ?? "";
}

/** The question of an answer; the marks of an exam answer none. */
function questionOf(items: readonly Message[], at: number): Message | null {
  const before = items[at - 1];
  return before?.role === "user" ? before : null;
}
