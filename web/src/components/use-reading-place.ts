import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";

/** As near to the end as counts as being there, in pixels. */
const AT_END = 48;
const ABOVE_QUESTION = 8;

interface ReadingPlace {
  list: RefObject<HTMLDivElement | null>;
  column: RefObject<HTMLDivElement | null>;
  /** There is more below what is in sight. */
  isBehind: boolean;
  catchUp: () => void;
}

/** Whom a growing answer takes along: nobody; until the question is at the top, so that reading can begin; to its end. */
type Following = "no" | "to-question" | "to-end";

/**
 * Keeps what is read in its place while an answer grows. What was asked goes to the top and no further, so that its
 * answer is read from its beginning; whoever scrolls to the end is taken along with it, and whoever scrolls up stays.
 * What is heard (`isTalking`) is read where it is said: at the end.
 */
export function useReadingPlace(chatId: string | null, isLoaded: boolean, asking: string | null, isTalking: boolean): ReadingPlace {
  const list = useRef<HTMLDivElement>(null);
  const column = useRef<HTMLDivElement>(null);
  const following = useRef<Following>("no");
  const [isBehind, setBehind] = useState(false);
  const isAsking = asking !== null;
  const wasAsking = useRef(isAsking);
  /** Where we scrolled to: a scroll from elsewhere is the reader's. */
  const own = useRef(0);
  const follow = (whom: Following) => {
    following.current = whom;
    if (list.current !== null) own.current = take(list.current, whom);
  };
  useEffect(() => {
    const frame = list.current;
    const content = column.current;
    if (frame === null || content === null) return undefined;
    const look = () => {
      const moved = frame.scrollTop - own.current;
      own.current = frame.scrollTop;
      if (moved < -1) following.current = "no";
      else if (moved > 1) following.current = leftBelow(frame) <= AT_END ? "to-end" : "no";
      setBehind(leftBelow(frame) > AT_END);
    };
    const growth = new ResizeObserver(() => {
      own.current = take(frame, following.current);
      setBehind(leftBelow(frame) > AT_END);
    });
    frame.addEventListener("scroll", look, { passive: true });
    growth.observe(content);
    growth.observe(frame);
    return () => {
      frame.removeEventListener("scroll", look);
      growth.disconnect();
    };
  }, []);
  useLayoutEffect(() => {
    if (isLoaded && !wasAsking.current) follow("to-question");
  }, [chatId, isLoaded]);
  useLayoutEffect(() => {
    wasAsking.current = isAsking;
    if (isAsking) follow(isTalking ? "to-end" : "to-question");
  }, [isAsking, asking, isTalking]);
  return { list, column, isBehind, catchUp: () => follow("to-end") };
}

/** Returns where the frame stands after. */
function take(frame: HTMLElement, whom: Following): number {
  if (whom === "no") return frame.scrollTop;
  const end = frame.scrollHeight - frame.clientHeight;
  const top = whom === "to-end" ? end : Math.min(end, questionTop(frame));
  if (Math.abs(frame.scrollTop - top) > 1) frame.scrollTop = top;
  return frame.scrollTop;
}

function questionTop(frame: HTMLElement): number {
  const questions = frame.querySelectorAll<HTMLElement>(".question");
  const last = questions[questions.length - 1];
  if (last === undefined) return 0;
  return frame.scrollTop + last.getBoundingClientRect().top - frame.getBoundingClientRect().top - ABOVE_QUESTION;
}

function leftBelow(frame: HTMLElement): number {
  return frame.scrollHeight - frame.scrollTop - frame.clientHeight;
}
