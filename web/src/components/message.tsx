import type { Message } from "../api/types.ts";
import { Answer } from "./answer.tsx";
import { Sources } from "./sources.tsx";

export function QuestionMessage({ text }: { text: string }) {
  return (
    <article className="question" aria-label="You asked">
      <p dir="auto">{text}</p>
    </article>
  );
}

export function AnswerMessage({ message }: { message: Message }) {
  const citations = message.citations ?? [];
  return (
    <article className="answer" aria-label="Clara answered">
      <Answer content={message.content} citations={citations} />
      {citations.length > 0 && <Sources citations={citations} />}
    </article>
  );
}
