import type { StudyStage } from "./messages.ts";
import type { Who } from "./mouth.ts";
import type { Trouble } from "./troubles.ts";

export type Phase = "connecting" | "live" | "reconnecting" | "over";
export type Doing = "listening" | "hearing" | "thinking" | "speaking";

export interface TalkState {
  phase: Phase;
  doing: Doing;
  isMuted: boolean;
  /** The browser asks the learner for the microphone. */
  isAsking: boolean;
  /** Who hears the learner and who speaks: the server's services, or the browser's own. */
  hearer: Who;
  speaker: Who;
  /** Why nothing is heard, or why it is over. */
  trouble: Trouble | null;
  /** What went wrong with the last answer, while all goes on. */
  notice: string | null;
  /** A study session that runs: `endsAt` as Date.now() counts. */
  study: { stage: StudyStage; endsAt: number } | null;
}

export const BEGUN: TalkState = {
  phase: "connecting",
  doing: "listening",
  isMuted: false,
  isAsking: false,
  hearer: "nobody",
  speaker: "nobody",
  trouble: null,
  notice: null,
  study: null,
};
