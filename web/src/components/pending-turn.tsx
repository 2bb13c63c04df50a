import type { Problem } from "../api/problem.ts";
import type { Pending } from "../state/conversation-state.ts";
import type { Heard } from "../state/listening.ts";
import { remedy } from "../text/remedies.ts";
import { GrowingAnswer } from "./answer.tsx";
import { ArtifactList } from "./artifact-list.tsx";
import { useWorkspace } from "./context.ts";
import { QuestionMessage } from "./message.tsx";

/** The question under way, or the one that got no answer: it is never lost. */
export function PendingTurn({ pending }: { pending: Pending }) {
  const { question, heard, problem } = pending;
  return (
    <>
      <QuestionMessage text={question} />
      {(heard.text !== "" || heard.artifacts.length > 0) && (
        <article className="answer" aria-label={problem === null ? "Clara is writing" : "What Clara wrote"} aria-busy={problem === null}>
          <GrowingAnswer content={heard.text} citations={heard.citations} />
          {heard.artifacts.length > 0 && <ArtifactList ids={heard.artifacts.map((artifact) => artifact.set_id)} />}
        </article>
      )}
      {problem === null ? <Doing pending={pending} /> : <Failure problem={problem} />}
    </>
  );
}

function Doing({ pending }: { pending: Pending }) {
  const { heard, isStopping } = pending;
  const words = isStopping ? "Stopping…" : doing(heard);
  return words === null ? null : (
    <p className="thinking" dir="auto">
      {words}
    </p>
  );
}

function doing({ isLost, doing: tool, text, artifacts }: Heard): string | null {
  if (isLost) return "The connection broke. Listening again…";
  if (tool !== null) return toolWords(tool);
  return text === "" && artifacts.length === 0 ? "Looking through your pages…" : null;
}

function toolWords({ name, detail }: { name: string; detail: string }): string {
  if (name.startsWith("search")) return detail === "" ? "Searching your files…" : `Searching for “${detail}”…`;
  if (name.startsWith("make")) return detail === "" ? "Making something to study with…" : `Making something about “${detail}”…`;
  return "Working on it…";
}

function Failure({ problem }: { problem: Problem }) {
  const { conversation } = useWorkspace();
  const advice = remedy(problem);
  return (
    <div className="problem" role="alert">
      <p>{problem.detail}</p>
      {advice && <p>{advice}</p>}
      {problem.requestId && problem.status >= 500 && <p className="problem-id">Request {problem.requestId}</p>}
      <div className="problem-actions">
        <button type="button" className="button small" onClick={() => conversation.retry()}>
          Ask again
        </button>
        <button type="button" className="button small" onClick={() => conversation.takeBack()}>
          Edit the question
        </button>
      </div>
    </div>
  );
}
