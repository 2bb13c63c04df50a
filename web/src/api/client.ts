import { chatsApi } from "./chats.ts";
import { filesApi } from "./files.ts";
import { foldersApi } from "./folders.ts";
import { Http, type HttpObserver } from "./http.ts";
import { sessionApi } from "./session.ts";
import { studyApi } from "./study.ts";
import { voiceApi } from "./voice.ts";

/** Every call that the page makes, by noun. */
export function createApi(observer: HttpObserver) {
  const http = new Http(observer);
  return { session: sessionApi(http), folders: foldersApi(http), files: filesApi(http), chats: chatsApi(http), study: studyApi(http), voice: voiceApi(http) };
}

export type Api = ReturnType<typeof createApi>;
