import type { Citation } from "../api/types.ts";
import type { Role, StoredTurn, Words } from "./messages.ts";

/** Something that is said and isn't among the conversation's messages yet. */
export interface Caption {
  key: string;
  role: Role;
  text: string;
  /** What the text is made of: the learner may say a question in several breaths. */
  parts: readonly { id: string; text: string }[];
  /** Nothing is added to it any more. */
  isOver: boolean;
  citations: readonly Citation[];
  setIds: readonly string[];
  /** The message that keeps it, once one does. */
  storedId: string | null;
}

export type Captions = readonly Caption[];

/** Puts in what is being said: `text` is all of `id` so far. */
export function withWords(captions: Captions, { role, id, text, final }: Omit<Words, "type">): Captions {
  const known = captions.findIndex((caption) => caption.storedId === null && caption.role === role && caption.parts.some((part) => part.id === id));
  const last = captions.at(-1);
  const isOwn = last?.role === role && last.storedId === null;
  if (known < 0 && isOwn && last.text === text) return captions;
  const at = known >= 0 ? known : isOwn && (role === "user" || last.text === "") ? captions.length - 1 : -1;
  const before = captions[at] ?? nothing(captions, role);
  const parts = before.parts.some((part) => part.id === id) ? before.parts.map((part) => (part.id === id ? { id, text } : part)) : [...before.parts, { id, text }];
  const said = { parts, text: parts.map((part) => part.text.trim()).join(" "), isOver: final };
  return at < 0 ? [...captions, { ...before, ...said }] : replaced(captions, at, said);
}

/** A citation belongs to the answer that is being given. */
export function withCitation(captions: Captions, citation: Citation): Captions {
  return withAnswer(captions, ({ citations }) => ({ citations: [...citations.filter(({ n }) => n !== citation.n), citation] }));
}

/** As does what was made with it. */
export function withSet(captions: Captions, setId: string): Captions {
  return withAnswer(captions, ({ setIds }) => ({ setIds: [...setIds.filter((id) => id !== setId), setId] }));
}

/** A message was stored, as far as it was heard: the one that is named so, else the first of its kind that wasn't stored. */
export function withStored(captions: Captions, { id, role, text }: Omit<StoredTurn, "type" | "interrupted">): Captions {
  const known = captions.findIndex((caption) => caption.storedId === id || caption.parts.some((part) => part.id === id));
  const at = known >= 0 ? known : captions.findIndex((caption) => caption.role === role && caption.storedId === null && caption.text !== "");
  const stored = { text, storedId: id, isOver: true };
  const all = at >= 0 ? replaced(captions, at, stored) : [...captions, { ...nothing(captions, role), ...stored }];
  return role === "user" ? withoutUnkept(all, all.findIndex((caption) => caption.storedId === id)) : all;
}

/** With the next question it is known that what was said before it, and wasn't stored, won't be: that an answer failed, say. */
function withoutUnkept(captions: Captions, until: number): Captions {
  return captions.filter(({ role, storedId }, at) => at >= until || role === "user" || storedId !== null);
}

/** The conversation shows these by now, or what came in their place. */
export function withoutStored(captions: Captions, storedIds: ReadonlySet<string>): Captions {
  return captions.filter(({ storedId }) => storedId === null || !storedIds.has(storedId));
}

/** Leaves out an answer of which nothing was heard: it was cut off, and nobody keeps it. */
export function withoutUnheard(captions: Captions): Captions {
  return captions.filter(({ role, text, storedId }) => role === "user" || text !== "" || storedId !== null);
}

function withAnswer(captions: Captions, change: (caption: Caption) => Partial<Caption>): Captions {
  const last = captions.at(-1);
  if (last?.role === "assistant" && !last.isOver) return replaced(captions, captions.length - 1, change(last));
  const opened = nothing(captions, "assistant");
  return [...captions, { ...opened, ...change(opened) }];
}

function replaced(captions: Captions, at: number, change: Partial<Caption>): Captions {
  return captions.map((caption, index) => (index === at ? { ...caption, ...change } : caption));
}

function nothing(captions: Captions, role: Role): Caption {
  const key = 1 + Math.max(0, ...captions.map((caption) => Number(caption.key)));
  return { key: String(key), role, text: "", parts: [], isOver: false, citations: [], setIds: [], storedId: null };
}
