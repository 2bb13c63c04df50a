import { useEffect, useId, useRef, useState } from "react";
import type { Attempt, AttemptSummary, MarkedAnswer, QuizQuestion, StudySet } from "../../api/types.ts";
import { counted, moment } from "../../text/format.ts";
import { useWorkspace } from "../context.ts";
import { Icon } from "../icons.tsx";
import { ProblemNote } from "../problem-note.tsx";
import { useAction } from "../use-action.ts";
import { Places } from "./places.tsx";
import { Words } from "./words.tsx";

type Given = Readonly<Record<number, string>>;

/** A quiz: answered here, marked by the server, with the page where each answer stands. */
export function Quiz({ set }: { set: StudySet }) {
  const { api } = useWorkspace();
  const [given, setGiven] = useState<Given>({});
  const [attempt, setAttempt] = useState<Attempt | null>(null);
  const { isBusy, problem, run } = useAction();
  const top = useRef<HTMLFormElement>(null);
  const answered = set.questions.filter((question) => (given[question.item] ?? "").trim() !== "").length;
  const mark = () =>
    run(async () => {
      const answers = Object.entries(given).map(([item, answer]) => ({ item: Number(item), answer }));
      setAttempt(await api.study.mark(set.id, answers.filter(({ answer }) => answer.trim() !== "")));
    });
  const again = () => {
    setGiven({});
    setAttempt(null);
    top.current?.scrollIntoView({ block: "start" });
    top.current?.querySelector<HTMLElement>("input")?.focus({ preventScroll: true });
  };
  return (
    <form
      ref={top}
      className="quiz"
      onSubmit={(event) => {
        event.preventDefault();
        if (attempt === null && answered > 0) mark();
      }}
    >
      {attempt !== null && <Score attempt={attempt} onAgain={again} />}
      <ol className="quiz-questions">
        {set.questions.map((question, at) => (
          <li key={question.item}>
            <Question
              number={at + 1}
              question={question}
              given={given[question.item] ?? ""}
              marked={attempt?.results.find((result) => result.item === question.item) ?? null}
              onGive={(answer) => setGiven((before) => ({ ...before, [question.item]: answer }))}
            />
          </li>
        ))}
      </ol>
      {problem && <ProblemNote problem={problem} />}
      {attempt === null && (
        <div className="quiz-bar">
          <button type="submit" className="button primary" aria-disabled={isBusy || answered === 0}>
            {isBusy ? "Marking…" : "Mark my answers"}
          </button>
          <p className="quiet">
            {answered} of {set.questions.length} answered
          </p>
        </div>
      )}
      <Earlier setId={set.id} latest={attempt} />
    </form>
  );
}

interface QuestionProps {
  number: number;
  question: QuizQuestion;
  given: string;
  marked: MarkedAnswer | null;
  onGive: (answer: string) => void;
}

function Question({ number, question, given, marked, onGive }: QuestionProps) {
  const name = useId();
  return (
    <fieldset className="quiz-question" data-marked={marked === null ? undefined : marked.right ? "right" : "wrong"}>
      <legend>
        <span className="quiz-number">{number}</span>
        <Words text={question.question} />
      </legend>
      {question.type === "choice" ? (
        question.options.map((option) => (
          <label key={option} className="choice quiz-option" data-mark={markOf(option, given, marked)}>
            <input type="radio" name={name} checked={given === option} disabled={marked !== null} onChange={() => onGive(option)} />
            <Words text={option} />
            {markOf(option, given, marked) === "right" && <span className="quiz-mark">right</span>}
            {markOf(option, given, marked) === "wrong" && <span className="quiz-mark">not right</span>}
          </label>
        ))
      ) : (
        <label className="quiz-short">
          <span className="unseen">Your answer to question {number}</span>
          <input className="field" type="text" autoComplete="off" maxLength={500} placeholder="Your answer" value={given} readOnly={marked !== null} onChange={(event) => onGive(event.target.value)} />
        </label>
      )}
      {marked !== null && <Verdict marked={marked} question={question} />}
    </fieldset>
  );
}

function markOf(option: string, given: string, marked: MarkedAnswer | null): "right" | "wrong" | undefined {
  if (marked === null) return undefined;
  if (option === marked.answer) return "right";
  return option === given ? "wrong" : undefined;
}

function Verdict({ marked, question }: { marked: MarkedAnswer; question: QuizQuestion }) {
  return (
    <div className="quiz-verdict">
      <p>
        <Icon name={marked.right ? "check" : "close"} />
        <strong>{marked.right ? "Right" : marked.given === null ? "Not answered" : "Not right"}</strong>
        {question.type === "short" && !marked.right && <span> The answer: {marked.answer}</span>}
      </p>
      {marked.explanation && <Words text={marked.explanation} />}
      <Places citations={marked.citations} />
    </div>
  );
}

function Score({ attempt, onAgain }: { attempt: Attempt; onAgain: () => void }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
    heading.current?.scrollIntoView({ block: "center" });
  }, []);
  const share = attempt.total === 0 ? 0 : attempt.right / attempt.total;
  return (
    <div className="quiz-score">
      <h3 ref={heading} tabIndex={-1}>
        {attempt.right} of {attempt.total} right
      </h3>
      <meter className="quiz-meter" min={0} max={1} value={share} aria-hidden="true" />
      <p className="quiet">{share === 1 ? "All of it. Well done." : "What wasn’t right is marked below, with the page to read again."}</p>
      <button type="button" className="button small" onClick={onAgain}>
        <Icon name="again" /> Try again
      </button>
    </div>
  );
}

function Earlier({ setId, latest }: { setId: string; latest: Attempt | null }) {
  const { api } = useWorkspace();
  const [attempts, setAttempts] = useState<AttemptSummary[]>([]);
  useEffect(() => {
    let isWanted = true;
    // Only an extra: without it the quiz is whole.
    api.study.attempts(setId).then((found) => isWanted && setAttempts(found), () => undefined);
    return () => {
      isWanted = false;
    };
  }, [api, setId, latest]);
  if (attempts.length === 0) return null;
  return (
    <p className="quiet quiz-earlier">
      {counted(attempts.length, "attempt")} so far:{" "}
      {attempts.map(({ right, total, created_at: at }) => `${right} of ${total} ${moment(at)}`).join(" · ")}
    </p>
  );
}
