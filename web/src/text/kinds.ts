import type { StudyKind } from "../api/types.ts";
import type { IconName } from "../components/icons.tsx";

interface KindWords {
  name: string;
  /** What it is good for, in a few words. */
  about: string;
  /** What its items are called. */
  item: string;
  icon: IconName;
}

export const KINDS: Record<StudyKind, KindWords> = {
  flashcards: { name: "Flashcards", about: "Asked again just before you would forget", item: "card", icon: "cards" },
  quiz: { name: "Quiz", about: "Questions that are marked, with the page", item: "question", icon: "quiz" },
  summary: { name: "Summary", about: "The main points, each with its page", item: "point", icon: "summary" },
  mindmap: { name: "Mind map", about: "How the material is built", item: "node", icon: "tree" },
  diagram: { name: "Diagram", about: "How things lead to each other", item: "node", icon: "tree" },
};

export const KIND_ORDER: readonly StudyKind[] = ["flashcards", "quiz", "summary", "mindmap", "diagram"];
