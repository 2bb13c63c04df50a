import { type KeyboardEvent, Suspense, useEffect, useRef } from "react";
import type { Exam } from "../api/types.ts";
import { useStore } from "../state/store.ts";
import { useWorkspace } from "./context.ts";
import { Icon } from "./icons.tsx";
import { ScopeChoice } from "./scope-choice.tsx";
import { TalkBar } from "./talk-bar.ts";

const MAX_QUESTION = 5000;

export function Composer() {
  const { conversation, talking, me } = useWorkspace();
  const { talk, isOn } = useStore(talking.store);
  const { draft, pending, newCount, draftCount, editingId } = useStore(conversation.store);
  const field = useComposing(newCount, draftCount);
  const isBusy = pending !== null && pending.problem === null;
  const canAsk = draft.trim() !== "" && !isBusy;
  const ask = () => {
    if (!canAsk) return;
    // While they talk, what is typed is asked there too, and answered aloud.
    if (talk === null || !isOn || editingId !== null) void conversation.ask(draft.trim());
    else if (talk.ask(draft.trim())) conversation.draft("");
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape" && editingId !== null) {
      event.stopPropagation();
      conversation.cancelEdit();
    }
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    ask();
  };
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}
    >
      <ExamBar />
      {talk && (
        <Suspense fallback={null}>
          <TalkBar talk={talk} />
        </Suspense>
      )}
      <div className="composer-box">
        {editingId !== null && <EditingNote />}
        <label className="unseen" htmlFor="question">
          Your question
        </label>
        {/* The copy behind the field has the height of the text, and the field takes it. */}
        <div className="composer-text" data-text={`${draft} `}>
          <textarea
            ref={field}
            id="question"
            rows={1}
            dir="auto"
            placeholder="Ask about your material"
            maxLength={MAX_QUESTION}
            value={draft}
            onChange={(event) => conversation.draft(event.target.value)}
            onKeyDown={onKey}
          />
        </div>
        <div className="composer-bar">
          <ScopeChoice />
          {talk === null && !isBusy && <TalkButton />}
          {isBusy ? (
            <button type="button" className="send" aria-label="Stop the answer" title="Stop" aria-disabled={pending.isStopping} onClick={() => !pending.isStopping && void conversation.stop()}>
              <Icon name="stop" />
            </button>
          ) : (
            <button type="submit" className="send" aria-label="Ask" aria-disabled={!canAsk}>
              <Icon name="send" />
            </button>
          )}
        </div>
      </div>
      {me.model === "none" && (
        <p className="composer-note">No language model is set up: answers are quotes from your files, word for word.</p>
      )}
    </form>
  );
}

function TalkButton() {
  const { talking } = useWorkspace();
  const { isLoading } = useStore(talking.store);
  return (
    <button type="button" className="icon-button talk-button" aria-label="Talk with Clara" title="Talk with Clara" aria-disabled={isLoading} onClick={() => void talking.begin()}>
      <Icon name="mic" />
    </button>
  );
}

/** An exam is ended here, unless whoever set it marks it. */
function ExamBar() {
  const { conversation, dialogs } = useWorkspace();
  const { chat, mode, pending } = useStore(conversation.store);
  const exam = chat?.exam ?? null;
  if (pending !== null || exam === null || (mode !== "exam" && exam.state === "marked")) return null;
  return (
    <div className="exam-bar">
      <p>{mode === "exam" ? examState(exam) : "The exam in this conversation isn't marked yet."}</p>
      {exam.state === "running" && !exam.locked && (
        <button type="button" className="button small" onClick={() => dialogs.open({ kind: "mark-exam" })}>
          Finish and mark
        </button>
      )}
      {exam.state === "marked" && !exam.locked && (
        <button type="button" className="button small" onClick={() => void conversation.teachBy("explain")}>
          Have it explained
        </button>
      )}
    </div>
  );
}

function examState({ state, questions, answered, locked }: Exam): string {
  if (state === "marked") return "The exam is over.";
  const rule = locked ? "An exam: no help, and the material is closed until whoever set it has marked it." : "An exam: no help until it is marked.";
  return questions === null ? rule : `${rule} ${answered} of ${questions} answered.`;
}

function EditingNote() {
  const { conversation } = useWorkspace();
  return (
    <div className="editing-note">
      <p>You are changing a question. Its answer, and what follows it, are replaced.</p>
      <button type="button" className="text-button" onClick={() => conversation.cancelEdit()}>
        Cancel
      </button>
    </div>
  );
}

/** Takes the focus for a new conversation, and, with the cursor at its end, for a text that was put in. */
function useComposing(newCount: number, draftCount: number) {
  const field = useRef<HTMLTextAreaElement>(null);
  const before = useRef(newCount + draftCount);
  useEffect(() => {
    const isSame = before.current === newCount + draftCount;
    before.current = newCount + draftCount;
    if (isSame || field.current === null) return;
    field.current.focus();
    field.current.setSelectionRange(field.current.value.length, field.current.value.length);
  }, [newCount, draftCount]);
  return field;
}
