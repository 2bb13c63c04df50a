import type { Problem } from "../api/problem.ts";

interface Props {
  problem: Problem;
  onRetry?: () => void;
}

export function ProblemNote({ problem, onRetry }: Props) {
  return (
    <div className="problem" role="alert">
      <p>{problem.detail}</p>
      {problem.requestId && problem.status >= 500 && <p className="problem-id">Request {problem.requestId}</p>}
      {onRetry && (
        <button type="button" className="button small" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
