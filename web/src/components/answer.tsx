import { useMemo, useRef } from "react";
import type { Citation } from "../api/types.ts";
import { GrowingMarkdown } from "../text/growing.ts";
import { allowedLink } from "../text/links.ts";
import { parseMarkdown } from "../text/markdown.ts";
import { Markdown } from "./markdown.tsx";

interface Props {
  content: string;
  citations: readonly Citation[];
}

export function Answer({ content, citations }: Props) {
  const blocks = useMemo(() => parseMarkdown(content, allowedLink), [content]);
  return <Markdown blocks={blocks} citations={useByNumber(citations)} />;
}

/** An answer that is being written: nothing is shown that the next word would change. */
export function GrowingAnswer({ content, citations }: Props) {
  const reader = useRef<GrowingMarkdown>(null);
  reader.current ??= new GrowingMarkdown(allowedLink);
  const blocks = reader.current.read(content);
  return <Markdown blocks={blocks} citations={useByNumber(citations)} />;
}

function useByNumber(citations: readonly Citation[]): ReadonlyMap<number, Citation> {
  return useMemo(() => new Map(citations.map((citation) => [citation.n, citation])), [citations]);
}
