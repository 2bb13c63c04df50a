import type { KeyboardEvent } from "react";
import { useStore } from "../state/store.ts";
import { useWorkspace } from "./context.ts";
import { Icon } from "./icons.tsx";
import { ScopeChoice } from "./scope-choice.tsx";
import { useFocusOnChange } from "./use-focus.ts";

const MAX_QUESTION = 5000;

export function Composer() {
  const { conversation, me } = useWorkspace();
  const { draft, pending, newCount } = useStore(conversation.store);
  const field = useFocusOnChange<HTMLTextAreaElement>(newCount);
  const isBusy = pending !== null && pending.problem === null;
  const canAsk = draft.trim() !== "" && !isBusy;
  const ask = () => {
    if (canAsk) void conversation.ask(draft.trim());
  };
  const onKey = (event: KeyboardEvent) => {
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
      <div className="composer-box">
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
          <button type="submit" className="send" aria-label="Ask" aria-disabled={!canAsk}>
            <Icon name="send" />
          </button>
        </div>
      </div>
      {me.model === "none" && (
        <p className="composer-note">No language model is set up: answers are quotes from your files, word for word.</p>
      )}
    </form>
  );
}
