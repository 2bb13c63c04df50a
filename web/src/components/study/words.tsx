import { useMemo } from "react";
import { parsePlain } from "../../text/plain.ts";
import { Markdown } from "../markdown.tsx";

const NO_CITATIONS = new Map<number, never>();

/** The text of an item, with its formulas. It isn't Markdown: blanks of "_____" would be read as emphasis. */
export function Words({ text }: { text: string }) {
  const blocks = useMemo(() => parsePlain(text), [text]);
  return <Markdown blocks={blocks} citations={NO_CITATIONS} />;
}
