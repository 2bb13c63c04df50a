import type { StudySet } from "../../api/types.ts";
import { DiagramSet } from "./diagram-set.tsx";
import { Flashcards } from "./flashcards.tsx";
import { Quiz } from "./quiz.tsx";
import { Summary } from "./summary.tsx";

/** What a set consists of, by its kind. */
export function SetBody({ set }: { set: StudySet }) {
  switch (set.kind) {
    case "flashcards":
      return <Flashcards set={set} />;
    case "quiz":
      return <Quiz set={set} />;
    case "summary":
      return <Summary set={set} />;
    case "mindmap":
    case "diagram":
      return <DiagramSet set={set} />;
  }
}
