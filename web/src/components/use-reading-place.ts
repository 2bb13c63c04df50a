import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";

/** As near to the end as counts as being there, in pixels. */
const AT_END = 48;

interface ReadingPlace {
  list: RefObject<HTMLDivElement | null>;
  column: RefObject<HTMLDivElement | null>;
  /** There is more below what is in sight. */
  isBehind: boolean;
  catchUp: () => void;
}

/**
 * Keeps what is read in its place while an answer grows. Only a reader who is at the end is taken along; whoever
 * scrolled up stays where they are. A conversation that is opened begins at its last question.
 */
export function useReadingPlace(chatId: string | null, isLoaded: boolean, asking: string | null): ReadingPlace {
  const list = useRef<HTMLDivElement>(null);
  const column = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const [isBehind, setBehind] = useState(false);
  const isAsking = asking !== null;
  const wasAsking = useRef(isAsking);
  const catchUp = () => {
    follows.current = true;
    toEnd(list.current);
  };
  useEffect(() => {
    const frame = list.current;
    const content = column.current;
    if (frame === null || content === null) return undefined;
    const look = () => {
      follows.current = frame.scrollHeight - frame.scrollTop - frame.clientHeight <= AT_END;
      setBehind(!follows.current);
    };
    const growth = new ResizeObserver(() => {
      if (follows.current) toEnd(frame);
      else setBehind(frame.scrollHeight - frame.scrollTop - frame.clientHeight > AT_END);
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
    if (!isLoaded || wasAsking.current) return;
    const questions = list.current?.querySelectorAll(".question");
    follows.current = questions === undefined || questions.length === 0;
    questions?.[questions.length - 1]?.scrollIntoView({ block: "start" });
  }, [chatId, isLoaded]);
  useLayoutEffect(() => {
    wasAsking.current = isAsking;
    if (!isAsking) return;
    follows.current = true;
    toEnd(list.current);
  }, [isAsking, asking]);
  return { list, column, isBehind, catchUp };
}

function toEnd(frame: HTMLElement | null): void {
  if (frame !== null) frame.scrollTop = frame.scrollHeight;
}
