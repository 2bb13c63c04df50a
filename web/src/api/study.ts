import { type Http, address, segment } from "./http.ts";
import type { Attempt, AttemptSummary, DueCards, Listing, ReviewRating, ReviewedCard, StudyKind, StudySet, StudySetSummary } from "./types.ts";

/** What to make, and of what: everything, a folder, a file, some of its pages, a topic in it. */
export interface StudyWish {
  kind: StudyKind;
  folder_id?: string;
  file_id?: string;
  page_from?: number;
  page_to?: number;
  topic?: string;
  count?: number;
}

interface SetListing {
  sets: StudySetSummary[];
  next_cursor?: string | null;
  total?: number | null;
}

const path = (id: string) => `/v1/study/${segment(id)}`;

export function studyApi(http: Http) {
  return {
    async list(cursor: string | null = null): Promise<Listing<StudySetSummary>> {
      const listing = await http.request<SetListing>("GET", "/v1/study", { query: { limit: 50, cursor } });
      return { items: listing.sets, nextCursor: listing.next_cursor ?? null, total: listing.total ?? null };
    },
    make: (wish: StudyWish, signal: AbortSignal) => http.request<StudySet>("POST", "/v1/study", { body: wish, signal }),
    /** A quiz comes without its answers: the server marks it. */
    get: (id: string) => http.request<StudySet>("GET", path(id), { query: { answers: "false" } }),
    rename: (id: string, title: string) => http.request<StudySet>("PATCH", path(id), { body: { title } }),
    delete: (id: string) => http.request<void>("DELETE", path(id)),
    exportAddress: (id: string, format: "csv" | "apkg") => address(`${path(id)}/export`, { format }),
    mark: (id: string, answers: { item: number; answer: string }[]) => http.request<Attempt>("POST", `${path(id)}/attempts`, { body: { answers } }),
    async attempts(id: string): Promise<AttemptSummary[]> {
      return (await http.request<{ attempts: AttemptSummary[] }>("GET", `${path(id)}/attempts`, { query: { limit: 5 } })).attempts;
    },
    due: (limit: number) => http.request<DueCards>("GET", "/v1/reviews/due", { query: { limit } }),
    review: (cardId: string, rating: ReviewRating) => http.request<ReviewedCard>("POST", `/v1/reviews/${segment(cardId)}`, { body: { rating } }),
  };
}
