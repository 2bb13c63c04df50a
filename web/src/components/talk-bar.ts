import { shownLater } from "./lazy.ts";

/** What is for talking comes with the first press of the microphone. */
export const TalkBar = shownLater(() => import("./voice/talk-bar.tsx").then((voice) => voice.TalkBar));
