import { type Http, segment } from "./http.ts";
import type { Chat, Listing, Message } from "./types.ts";

interface ChatListing {
  chats: Chat[];
  next_cursor?: string | null;
  total?: number | null;
}

interface MessageListing {
  messages: Message[];
  next_cursor?: string | null;
}

export interface Transcript {
  items: Message[];
  earlierCursor: string | null;
}

export interface Turn {
  question: Message;
  answer: Message;
}

const path = (id: string) => `/v1/chats/${segment(id)}`;

export function chatsApi(http: Http) {
  return {
    async list(cursor: string | null = null): Promise<Listing<Chat>> {
      const listing = await http.request<ChatListing>("GET", "/v1/chats", { query: { limit: 50, cursor } });
      return { items: listing.chats, nextCursor: listing.next_cursor ?? null, total: listing.total ?? null };
    },
    get: (id: string) => http.request<Chat>("GET", path(id)),
    create: (folderId: string | null) =>
      http.request<Chat>("POST", "/v1/chats", { body: folderId === null ? {} : { folder_id: folderId } }),
    change: (id: string, change: { title?: string; folder_id?: string }) => http.request<Chat>("PATCH", path(id), { body: change }),
    delete: (id: string) => http.request<void>("DELETE", path(id)),
    /** The latest messages, or with a cursor those before them; oldest first. */
    async messages(id: string, cursor: string | null = null): Promise<Transcript> {
      const listing = await http.request<MessageListing>("GET", `${path(id)}/messages`, { query: { cursor } });
      return { items: listing.messages, earlierCursor: listing.next_cursor ?? null };
    },
    async ask(id: string, content: string): Promise<Turn> {
      const turn = await http.request<{ message: Message; question: Message }>("POST", `${path(id)}/messages`, { body: { content } });
      return { question: turn.question, answer: turn.message };
    },
  };
}
