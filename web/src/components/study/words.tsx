import { useMemo } from "react";
import { parseMarkdown } from "../../text/markdown.ts";
import { useLinkRule } from "../answer.tsx";
import { Markdown } from "../markdown.tsx";

const NO_CITATIONS = new Map<number, never>();

/** The text of an item, with its formulas. */
export function Words({ text }: { text: string }) {
  const allow = useLinkRule();
  const blocks = useMemo(() => parseMarkdown(text, allow), [text, allow]);
  return <Markdown blocks={blocks} citations={NO_CITATIONS} />;
}
