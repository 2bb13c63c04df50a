import { useEffect, useState } from "react";
import type { StudyStage } from "../../voice/messages.ts";
import type { TalkState } from "../../voice/talk-state.ts";

const STAGES: Record<StudyStage, string> = {
  studying: "Study session",
  winding_down: "Study session, coming to its end",
  teach_back: "Study session: teach Clara the key ideas",
  summary: "Study session: sum it up",
  over: "Study session over",
};

/** How a study session stands, and how long it lasts yet. Clara says both aloud when it matters, so that nothing is read out here. */
export function StudyClock({ study: { stage, endsAt } }: { study: NonNullable<TalkState["study"]> }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 1_000);
    return () => window.clearInterval(timer);
  }, []);
  const left = Math.max(0, Math.round((endsAt - now) / 1_000));
  return (
    <p className="talk-study">
      {STAGES[stage]}
      {left > 0 && (
        <span role="timer" aria-label={`${Math.ceil(left / 60)} minutes left`}>
          {Math.floor(left / 60)}:{String(left % 60).padStart(2, "0")}
        </span>
      )}
    </p>
  );
}
