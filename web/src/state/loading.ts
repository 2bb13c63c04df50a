import { type Problem, asProblem } from "../api/problem.ts";

/** Something fetched: `value` stays while it is loaded again, so that a refresh never blanks what is on screen. */
export interface Loading<T> {
  value: T | null;
  problem: Problem | null;
  isLoading: boolean;
}

export function notLoaded<T>(): Loading<T> {
  return { value: null, problem: null, isLoading: false };
}

export function loaded<T>(value: T): Loading<T> {
  return { value, problem: null, isLoading: false };
}

/**
 * Runs `load` and tells `put` of each state. `isCurrent` says whether the answer is still wanted when it comes, so
 * that a slow answer never replaces a newer one.
 */
export async function loadInto<T>(
  put: (change: (before: Loading<T>) => Loading<T>) => void,
  load: () => Promise<T>,
  isCurrent: () => boolean = () => true,
): Promise<void> {
  put((before) => ({ ...before, isLoading: true }));
  try {
    const value = await load();
    if (isCurrent()) put(() => loaded(value));
  } catch (error) {
    if (isCurrent()) put((before) => ({ ...before, problem: asProblem(error), isLoading: false }));
  }
}
