import { type ReactNode, useMemo } from "react";
import type { Citation } from "../api/types.ts";
import { type Block, type Inline, parseAnswer } from "../text/answer.ts";
import { CitationButton } from "./citation-button.tsx";

interface Props {
  content: string;
  citations: Citation[];
}

/** An answer as text with citation buttons in it. Never as HTML: what it says comes from files and models. */
export function Answer({ content, citations }: Props) {
  const byNumber = useMemo(() => new Map(citations.map((citation) => [citation.n, citation])), [citations]);
  const blocks = useMemo(() => parseAnswer(content, new Set(byNumber.keys())), [content, byNumber]);
  return (
    <div className="answer-text">
      {blocks.map((block, index) => (
        <BlockView key={index} block={block} byNumber={byNumber} />
      ))}
    </div>
  );
}

type ByNumber = ReadonlyMap<number, Citation>;

function BlockView({ block, byNumber }: { block: Block; byNumber: ByNumber }) {
  switch (block.kind) {
    case "paragraph":
      return <p dir="auto">{inlines(block.inlines, byNumber)}</p>;
    case "quote":
      return (
        <blockquote dir="auto">
          <p>{inlines(block.inlines, byNumber)}</p>
        </blockquote>
      );
    case "list": {
      const items = block.items.map((item, index) => (
        <li key={index} dir="auto">
          {inlines(item, byNumber)}
        </li>
      ));
      return block.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
  }
}

function inlines(parts: Inline[], byNumber: ByNumber): ReactNode {
  return parts.map((part, index) => {
    if (part.kind === "strong") return <strong key={index}>{part.text}</strong>;
    const citation = part.kind === "citation" ? byNumber.get(part.n) : undefined;
    if (citation) return <CitationButton key={index} citation={citation} />;
    return part.kind === "text" ? part.text : null;
  });
}
