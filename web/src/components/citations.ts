import { createContext, useContext } from "react";
import type { Citation } from "../api/types.ts";

/** The citations of the answer that is being shown, by number. */
export const CitationsContext = createContext<ReadonlyMap<number, Citation>>(new Map());

export function useCitation(n: number): Citation | undefined {
  return useContext(CitationsContext).get(n);
}
