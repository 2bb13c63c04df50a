import type { Announcer } from "../state/announcer.ts";
import { useStore } from "../state/store.ts";

/** Two regions by turns, so that the same sentence said twice is read twice. */
export function Announcements({ announcer }: { announcer: Announcer }) {
  const { text, turn } = useStore(announcer.store);
  return (
    <div className="unseen">
      <p aria-live="polite">{turn % 2 === 0 ? text : ""}</p>
      <p aria-live="polite">{turn % 2 === 1 ? text : ""}</p>
    </div>
  );
}
