import type { Problem } from "../api/problem.ts";
import { counted, moment } from "./format.ts";

/** What to do about a failed question, where the server's words don't say all of it. */
export function remedy({ code, facts }: Problem): string | null {
  if (code !== "budget_used_up") return null;
  const left = facts["left"];
  const limit = facts["limit"];
  const resets = facts["resets_at"];
  if (typeof left !== "number" || typeof limit !== "number" || typeof resets !== "string") return null;
  return `Left for today: ${counted(left, "token")} of ${counted(limit, "token")}. The budget is renewed ${moment(resets)}.`;
}
