import type { Announcer } from "../state/announcer.ts";
import { useStore } from "../state/store.ts";
import { Icon } from "./icons.tsx";

/** Two regions by turns, so that the same sentence said twice is read twice. */
export function Announcements({ announcer }: { announcer: Announcer }) {
  const { text, turn, complaint, reading } = useStore(announcer.store);
  return (
    <>
      {complaint !== null && (
        <div className="notice">
          <p>{complaint}</p>
          <button type="button" className="icon-button" aria-label="Dismiss" onClick={() => announcer.dismiss()}>
            <Icon name="close" />
          </button>
        </div>
      )}
      <div className="unseen">
        <p aria-live="polite">{turn % 2 === 0 ? text : ""}</p>
        <p aria-live="polite">{turn % 2 === 1 ? text : ""}</p>
        <div role="log" aria-live="polite" aria-label="Answers as they are written">
          {reading.map(({ key, text: sentence }) => (
            <p key={key}>{sentence}</p>
          ))}
        </div>
      </div>
    </>
  );
}
