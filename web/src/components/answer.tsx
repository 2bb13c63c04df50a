import { Fragment, type ReactNode, useMemo } from "react";
import type { Citation } from "../api/types.ts";
import { type Block, type Inline, parseAnswer, withWordsKept } from "../text/answer.ts";
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
  return withWordsKept(parts).map((group, index) =>
    group.length === 1 ? (
      <Fragment key={index}>{group.map((part) => inline(part, byNumber))}</Fragment>
    ) : (
      <span key={index} className="together">
        {group.map((part, at) => (
          <Fragment key={at}>{inline(part, byNumber)}</Fragment>
        ))}
      </span>
    ),
  );
}

function inline(part: Inline, byNumber: ByNumber): ReactNode {
  if (part.kind === "strong") return <strong>{part.text}</strong>;
  if (part.kind === "text") return part.text;
  const citation = byNumber.get(part.n);
  return citation ? <CitationButton citation={citation} /> : null;
}
