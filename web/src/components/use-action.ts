import { useState } from "react";
import { type Problem, asProblem } from "../api/problem.ts";

/** Runs something that can fail: whether it is under way, and what went wrong. */
export function useAction(): { isBusy: boolean; problem: Problem | null; run: (action: () => Promise<void>) => void } {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const run = (action: () => Promise<void>) => {
    setBusy(true);
    setProblem(null);
    action().then(
      () => setBusy(false),
      (error: unknown) => {
        setProblem(asProblem(error));
        setBusy(false);
      },
    );
  };
  return { isBusy, problem, run };
}
