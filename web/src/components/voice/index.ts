export { Captions } from "./captions.tsx";
export { TalkBar } from "./talk-bar.tsx";
