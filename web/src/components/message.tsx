import { memo } from "react";
import type { Message } from "../api/types.ts";
import { Answer } from "./answer.tsx";
import { AnswerActions } from "./answer-actions.tsx";
import { ArtifactList } from "./artifact-list.tsx";
import { useWorkspace } from "./context.ts";
import { Icon } from "./icons.tsx";
import { Sources } from "./sources.tsx";

interface QuestionProps {
  text: string;
  /** Leads to its change; left out where it can't be changed now. */
  onEdit?: (() => void) | undefined;
}

export function QuestionMessage({ text, onEdit }: QuestionProps) {
  return (
    <article className="question" aria-label="You asked">
      <p dir="auto">{text}</p>
      {onEdit && (
        <button type="button" className="icon-button small question-edit" aria-label="Edit this question" title="Edit this question" onClick={onEdit}>
          <Icon name="edit" />
        </button>
      )}
    </article>
  );
}

export const StoredQuestion = memo(function StoredQuestion({ message, isIdle }: { message: Message; isIdle: boolean }) {
  const { conversation } = useWorkspace();
  return <QuestionMessage text={message.content} onEdit={isIdle ? () => conversation.edit(message) : undefined} />;
});

interface AnswerProps {
  message: Message;
  /** The question that can be asked again; null where more follows the answer. */
  question: Message | null;
}

export const AnswerMessage = memo(function AnswerMessage({ message, question }: AnswerProps) {
  const citations = message.citations ?? [];
  return (
    <article className="answer" aria-label="Clara answered">
      <Answer content={message.content} citations={citations} />
      {message.artifacts && message.artifacts.length > 0 && <ArtifactList ids={message.artifacts.map((artifact) => artifact.set_id)} />}
      {citations.length > 0 && <Sources citations={citations} />}
      <AnswerLabel message={message} />
      <AnswerActions message={message} question={question} />
    </article>
  );
});

/** Who wrote an answer and how it ended, where that isn't as one would think. What isn't from the files is said in it. */
function AnswerLabel({ message }: { message: Message }) {
  const labels = labelsOf(message);
  if (labels.length === 0) return null;
  return (
    <ul className="answer-labels" aria-label="About this answer">
      {labels.map((label) => (
        <li key={label}>{label}</li>
      ))}
    </ul>
  );
}

function labelsOf({ model, ended, citations }: Message): string[] {
  const labels: string[] = [];
  if (model === "none" && citations && citations.length > 0) labels.push("Quoted word for word, without a language model");
  if (ended === "length") labels.push("Cut off: it got too long. Ask for the rest");
  if (ended === "broken") labels.push("Broke off: ask again for the whole answer");
  if (ended === "stopped") labels.push("Stopped");
  if (ended === "refusal") labels.push("The model declined to answer");
  return labels;
}
