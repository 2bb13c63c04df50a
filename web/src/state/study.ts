import type { Api } from "../api/client.ts";
import { asProblem } from "../api/problem.ts";
import type { DueCard, Listing, ReviewRating, StudySet, StudySetSummary } from "../api/types.ts";
import type { Announcer } from "./announcer.ts";
import { type Loading, loadInto, loaded, notLoaded } from "./loading.ts";
import { Store } from "./store.ts";

export interface StudyState {
  list: Loading<Listing<StudySetSummary>>;
  /** Sets that were opened or that came with an answer, by id. */
  sets: Readonly<Record<string, Loading<StudySet>>>;
  /** What stands in the middle: a set, the cards that are due, or nothing. */
  shown: { kind: "set"; id: string } | { kind: "review" } | null;
  /** How many cards are due, and when the next one will be. */
  due: Loading<{ total: number; nextAt: string | null }>;
  /** Cards of a review, first the one that is asked. */
  queue: Loading<DueCard[]>;
  /** How many cards of this review were answered. */
  reviewed: number;
}

const QUEUE = 50;

/** What a learner studies with: sets, and the cards that are due. */
export class Study {
  readonly store = new Store<StudyState>({ list: notLoaded(), sets: {}, shown: null, due: notLoaded(), queue: notLoaded(), reviewed: 0 });
  readonly #api: Api;
  readonly #announcer: Announcer;

  constructor(api: Api, announcer: Announcer) {
    this.#api = api;
    this.#announcer = announcer;
  }

  async load(): Promise<void> {
    await Promise.all([this.loadList(), this.loadDue()]);
  }

  async loadList(): Promise<void> {
    await loadInto(
      (change) => this.store.set(({ list }) => ({ list: change(list) })),
      () => this.#api.study.list(),
    );
  }

  async loadMore(): Promise<void> {
    const { value, isLoading } = this.store.get().list;
    if (isLoading || value === null || value.nextCursor === null) return;
    await loadInto(
      (change) => this.store.set(({ list }) => ({ list: change(list) })),
      async () => {
        const more = await this.#api.study.list(value.nextCursor);
        const known = new Set(value.items.map((set) => set.id));
        return { ...more, items: [...value.items, ...more.items.filter((set) => !known.has(set.id))] };
      },
    );
  }

  async loadDue(): Promise<void> {
    await loadInto(
      (change) => this.store.set(({ due }) => ({ due: change(due) })),
      async () => {
        const { total, next_due_at: nextAt } = await this.#api.study.due(1);
        return { total, nextAt };
      },
    );
  }

  open(setId: string): void {
    this.store.set({ shown: { kind: "set", id: setId } });
    void this.loadSet(setId);
  }

  /** Loads a set unless it is there or on its way; `anew` in any case. */
  async loadSet(setId: string, anew = false): Promise<void> {
    const before = this.store.get().sets[setId];
    if (!anew && before && (before.isLoading || before.value !== null)) return;
    await loadInto(
      (change) => this.#put(setId, change),
      () => this.#api.study.get(setId),
    );
  }

  made(set: StudySet): void {
    // As it is read: a quiz without its answers.
    this.#put(set.id, () => notLoaded());
    void this.load();
  }

  async rename(setId: string, title: string): Promise<void> {
    await this.#api.study.rename(setId, title);
    this.#put(setId, (before) => (before.value === null ? before : { ...before, value: { ...before.value, title } }));
    this.#items((items) => items.map((set) => (set.id === setId ? { ...set, title } : set)));
  }

  async delete(setId: string): Promise<void> {
    await this.#api.study.delete(setId);
    const { shown, sets } = this.store.get();
    const { [setId]: _, ...others } = sets;
    this.store.set({ sets: others, shown: shown?.kind === "set" && shown.id === setId ? null : shown });
    this.#items((items) => items.filter((set) => set.id !== setId));
    void this.loadDue();
  }

  /** Begins a review of the cards that are due. */
  review(): void {
    this.store.set({ shown: { kind: "review" }, queue: notLoaded(), reviewed: 0 });
    void this.loadQueue();
  }

  async loadQueue(): Promise<void> {
    await loadInto(
      (change) => this.store.set(({ queue }) => ({ queue: change(queue) })),
      async () => (await this.#api.study.due(QUEUE)).cards,
    );
  }

  /** Keeps how well a card was known, and takes it from the queue; what wasn't known comes once more at its end. */
  async rate(cardId: string, rating: ReviewRating): Promise<boolean> {
    try {
      const after = await this.#api.study.review(cardId, rating);
      this.store.set(({ queue, sets, reviewed }) => ({ queue: without(queue, cardId), sets: rescheduled(sets, after), reviewed: reviewed + 1 }));
    } catch (error) {
      this.#announcer.complain(asProblem(error).detail);
      return false;
    }
    const { queue, shown } = this.store.get();
    if (shown?.kind === "review" && queue.value?.length === 0) await this.loadQueue();
    void this.loadDue();
    return true;
  }

  #put(setId: string, change: (before: Loading<StudySet>) => Loading<StudySet>): void {
    this.store.set(({ sets }) => ({ sets: { ...sets, [setId]: change(sets[setId] ?? notLoaded()) } }));
  }

  #items(change: (items: StudySetSummary[]) => StudySetSummary[]): void {
    this.store.set(({ list }) => (list.value === null ? {} : { list: { ...list, value: { ...list.value, items: change(list.value.items) } } }));
  }
}

function without(queue: StudyState["queue"], cardId: string): StudyState["queue"] {
  return queue.value === null ? queue : loaded(queue.value.filter((card) => card.id !== cardId));
}

function rescheduled(sets: StudyState["sets"], after: Pick<DueCard, "id" | "state" | "due_at">): StudyState["sets"] {
  const entries = Object.entries(sets).map(([id, set]) => {
    if (!set.value?.cards.some((card) => card.id === after.id)) return [id, set] as const;
    const cards = set.value.cards.map((card) => (card.id === after.id ? { ...card, ...after } : card));
    return [id, { ...set, value: { ...set.value, cards } }] as const;
  });
  return Object.fromEntries(entries);
}
