import { useMemo } from "react";
import { allowedLink } from "../../text/links.ts";
import { parseMarkdown } from "../../text/markdown.ts";
import { Markdown } from "../markdown.tsx";

const NO_CITATIONS = new Map<number, never>();

/** The text of an item, with its formulas. */
export function Words({ text }: { text: string }) {
  const blocks = useMemo(() => parseMarkdown(text, allowedLink), [text]);
  return <Markdown blocks={blocks} citations={NO_CITATIONS} />;
}
