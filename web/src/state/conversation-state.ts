import type { Transcript } from "../api/chats.ts";
import type { Problem } from "../api/problem.ts";
import type { Chat, Message, Mode } from "../api/types.ts";
import { type Heard, nothingHeard } from "./listening.ts";
import { type Loading, notLoaded } from "./loading.ts";

/** The question that is being answered, or that failed: shown below the messages before it until it is one of them. */
export interface Pending {
  question: string;
  /** Null until the server has told it. */
  questionId: string | null;
  heard: Heard;
  isStopping: boolean;
  problem: Problem | null;
}

export interface ConversationState {
  /** null: a new conversation, which is made with its first question. */
  chatId: string | null;
  chat: Chat | null;
  messages: Loading<Transcript>;
  pending: Pending | null;
  /** The folder to ask in, or null for everything. */
  folderId: string | null;
  mode: Mode;
  materialOnly: boolean;
  /** What is typed and not yet asked. */
  draft: string;
  /** The question that the draft is to replace. */
  editingId: string | null;
  /** How many new conversations were begun here; each begins in the composer. */
  newCount: number;
  /** How often something was put into the composer that wants to be worked on. */
  draftCount: number;
}

export const empty: ConversationState = {
  chatId: null,
  chat: null,
  messages: notLoaded(),
  pending: null,
  folderId: null,
  mode: "explain",
  materialOnly: false,
  draft: "",
  editingId: null,
  newCount: 0,
  draftCount: 0,
};

export function pendingOf(question: string, questionId: string | null): Pending {
  return { question, questionId, heard: nothingHeard, isStopping: false, problem: null };
}

/** The messages before one; all of them where it isn't there. */
export function until(items: readonly Message[], messageId: string | null): readonly Message[] {
  const at = items.findIndex((message) => message.id === messageId);
  return at < 0 ? items : items.slice(0, at);
}
