import { useRef, useState } from "react";
import { type Problem, asProblem } from "../api/problem.ts";

/** Runs something that can fail, one at a time: whether it is under way, and what went wrong. */
export function useAction(): { isBusy: boolean; problem: Problem | null; run: (action: () => Promise<void>) => void } {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const isRunning = useRef(false);
  const run = (action: () => Promise<void>) => {
    if (isRunning.current) return;
    isRunning.current = true;
    setBusy(true);
    setProblem(null);
    action()
      .catch((error: unknown) => setProblem(asProblem(error)))
      .finally(() => {
        isRunning.current = false;
        setBusy(false);
      });
  };
  return { isBusy, problem, run };
}
