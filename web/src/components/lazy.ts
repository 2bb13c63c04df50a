import { lazy } from "react";

/** What is for studying comes with the first set that is opened. */
const load = () => import("./study/index.ts");

export const StudyPane = lazy(() => load().then((study) => ({ default: study.StudyPane })));
export const SetBody = lazy(() => load().then((study) => ({ default: study.SetBody })));
export const MakeSetDialog = lazy(() => load().then((study) => ({ default: study.MakeSetDialog })));

/** What is for talking comes with the first press of the microphone. */
const loadVoice = () => import("./voice/index.ts");

export const TalkBar = lazy(() => loadVoice().then((voice) => ({ default: voice.TalkBar })));
export const Captions = lazy(() => loadVoice().then((voice) => ({ default: voice.Captions })));
