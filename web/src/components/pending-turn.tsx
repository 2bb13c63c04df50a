import type { Pending } from "../state/conversation.ts";
import { useWorkspace } from "./context.ts";
import { QuestionMessage } from "./message.tsx";

/** The question under way, or the one that got no answer: it is never lost. */
export function PendingTurn({ pending }: { pending: Pending }) {
  const { conversation } = useWorkspace();
  const { question, problem } = pending;
  return (
    <>
      <QuestionMessage text={question} />
      {problem === null ? (
        <p className="thinking">Looking through your pages…</p>
      ) : (
        <div className="problem" role="alert">
          <p>{problem.detail}</p>
          <div className="problem-actions">
            <button type="button" className="button small" onClick={() => conversation.retry()}>
              Ask again
            </button>
            <button type="button" className="button small" onClick={() => conversation.takeBack()}>
              Edit the question
            </button>
          </div>
        </div>
      )}
    </>
  );
}
