import { type Http, segment } from "./http.ts";
import type { Chat, Listing, Message, Mode, Rating } from "./types.ts";
import type { ServerEvent } from "./server-events.ts";

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

export interface ChatSettings {
  folder_id?: string;
  mode?: Mode;
  material_only?: boolean;
}

const path = (id: string) => `/v1/chats/${segment(id)}`;

export function chatsApi(http: Http) {
  return {
    /** The latest, or with words those that have them all. */
    async list(words = "", cursor: string | null = null): Promise<Listing<Chat>> {
      const listing = await http.request<ChatListing>("GET", "/v1/chats", { query: { q: words, limit: 50, cursor } });
      return { items: listing.chats, nextCursor: listing.next_cursor ?? null, total: listing.total ?? null };
    },
    get: (id: string) => http.request<Chat>("GET", path(id)),
    create: (settings: ChatSettings) => http.request<Chat>("POST", "/v1/chats", { body: settings }),
    change: (id: string, change: ChatSettings & { title?: string }) => http.request<Chat>("PATCH", path(id), { body: change }),
    delete: (id: string) => http.request<void>("DELETE", path(id)),
    /** The latest messages, or with a cursor those before them; oldest first. */
    async messages(id: string, cursor: string | null = null): Promise<Transcript> {
      const listing = await http.request<MessageListing>("GET", `${path(id)}/messages`, { query: { cursor } });
      return { items: listing.messages, earlierCursor: listing.next_cursor ?? null };
    },
    ask: (id: string, content: string, signal: AbortSignal) => http.stream("POST", `${path(id)}/messages`, { body: { content }, signal }),
    /** Asks a question again, as it was. */
    askAgain: (id: string, messageId: string, signal: AbortSignal) =>
      http.stream("POST", `${path(id)}/messages/${segment(messageId)}/regenerate`, { signal }),
    /** Asks a question as it is now; what followed it is removed. */
    askChanged: (id: string, messageId: string, content: string, signal: AbortSignal) =>
      http.stream("PATCH", `${path(id)}/messages/${segment(messageId)}`, { body: { content }, signal }),
    /** Listens to a turn from its beginning, or after the event that was heard last. */
    follow(id: string, turnId: string, heard: string | null, signal: AbortSignal): AsyncGenerator<ServerEvent, void, void> {
      const headers: Record<string, string> = heard === null ? {} : { "Last-Event-ID": heard };
      return http.stream("GET", `${path(id)}/turns/${segment(turnId)}/events`, { headers, signal });
    },
    /** Ends an exam; the message says what was right. */
    mark: (id: string) => http.request<Message>("POST", `${path(id)}/mark`),
    stop: (id: string) => http.request<unknown>("POST", `${path(id)}/stop`),
    rate: (id: string, messageId: string, rating: Rating, note: string | null) =>
      http.request<void>("PUT", `${path(id)}/messages/${segment(messageId)}/feedback`, { body: note === null ? { rating } : { rating, note } }),
    unrate: (id: string, messageId: string) => http.request<void>("DELETE", `${path(id)}/messages/${segment(messageId)}/feedback`),
  };
}
