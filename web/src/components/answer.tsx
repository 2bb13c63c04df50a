import { useMemo, useRef } from "react";
import type { Citation } from "../api/types.ts";
import { GrowingMarkdown } from "../text/growing.ts";
import { linkRule } from "../text/links.ts";
import { type LinkRule, parseMarkdown } from "../text/markdown.ts";
import { useWorkspace } from "./context.ts";
import { Markdown } from "./markdown.tsx";

interface Props {
  content: string;
  citations: readonly Citation[];
}

export function Answer({ content, citations }: Props) {
  const allow = useLinkRule();
  const blocks = useMemo(() => parseMarkdown(content, allow), [content, allow]);
  return <Markdown blocks={blocks} citations={useByNumber(citations)} />;
}

/** An answer that is being written: nothing is shown that the next word would change. */
export function GrowingAnswer({ content, citations }: Props) {
  const allow = useLinkRule();
  const reader = useRef<GrowingMarkdown>(null);
  reader.current ??= new GrowingMarkdown(allow);
  const blocks = reader.current.read(content);
  return <Markdown blocks={blocks} citations={useByNumber(citations)} />;
}

export function useLinkRule(): LinkRule {
  const { me } = useWorkspace();
  return useMemo(() => linkRule(me.link_hosts), [me]);
}

function useByNumber(citations: readonly Citation[]): ReadonlyMap<number, Citation> {
  return useMemo(() => new Map(citations.map((citation) => [citation.n, citation])), [citations]);
}
