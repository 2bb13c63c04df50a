import { Fragment, type ReactNode, memo } from "react";
import type { Citation } from "../api/types.ts";
import { type Block, type Cell, type Inline, withWordsKept } from "../text/markdown.ts";
import { CitationButton } from "./citation-button.tsx";
import { CitationsContext, useCitation } from "./citations.ts";
import { CodeBlock } from "./code-block.tsx";
import { Formula } from "./formula.tsx";

interface Props {
  blocks: readonly Block[];
  citations: ReadonlyMap<number, Citation>;
}

/** A text with its citations. Never as HTML: what it says comes from files and models. */
export function Markdown({ blocks, citations }: Props) {
  return (
    <CitationsContext value={citations}>
      <div className="answer-text">
        <Blocks blocks={blocks} />
      </div>
    </CitationsContext>
  );
}

function Blocks({ blocks }: { blocks: readonly Block[] }) {
  return blocks.map((block, index) => <BlockView key={index} block={block} />);
}

/** A block that is written stays the same object while others are added. */
const BlockView = memo(function BlockView({ block }: { block: Block }) {
  switch (block.kind) {
    case "paragraph":
      return (
        <p dir="auto" className={isAside(block.inlines) ? "aside" : undefined}>
          {inlines(block.inlines)}
        </p>
      );
    case "heading": {
      // Below the headings of the page itself.
      const Level = block.level <= 1 ? "h3" : block.level === 2 ? "h4" : "h5";
      return <Level dir="auto">{inlines(block.inlines)}</Level>;
    }
    case "quote":
      return (
        <blockquote dir="auto">
          <Blocks blocks={block.blocks} />
        </blockquote>
      );
    case "list": {
      const items = block.items.map((item, index) => (
        <li key={index} dir="auto">
          {item.length === 1 && item[0]?.kind === "paragraph" ? inlines(item[0].inlines) : <Blocks blocks={item} />}
        </li>
      ));
      return block.start === null ? <ul>{items}</ul> : <ol start={block.start}>{items}</ol>;
    }
    case "code":
      return <CodeBlock language={block.language} text={block.text} />;
    case "formula":
      return <Formula source={block.source} isApart />;
    case "table":
      return <Table head={block.head} rows={block.rows} />;
    case "rule":
      return <hr />;
  }
});

/** A paragraph in italics alone is said about the answer, not in it: that it is general knowledge, that it broke off. */
function isAside(parts: readonly Inline[]): boolean {
  return parts.length === 1 && parts[0]?.kind === "emphasis";
}

function Table({ head, rows }: { head: Cell[]; rows: Cell[][] }) {
  const row = (cells: Cell[], Tag: "th" | "td") =>
    cells.map((cell, index) => (
      <Tag key={index} className={cell.align ? `to-${cell.align}` : undefined} dir="auto">
        {inlines(cell.inlines)}
      </Tag>
    ));
  return (
    <div className="table-frame" tabIndex={0} role="group" aria-label="Table">
      <table>
        <thead>
          <tr>{row(head, "th")}</tr>
        </thead>
        <tbody>
          {rows.map((cells, index) => (
            <tr key={index}>{row(cells, "td")}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function inlines(parts: readonly Inline[]): ReactNode {
  return withWordsKept(parts).map((group, index) =>
    group.length === 1 ? (
      <Fragment key={index}>{group.map(inline)}</Fragment>
    ) : (
      <span key={index} className="together">
        {group.map((part, at) => (
          <Fragment key={at}>{inline(part)}</Fragment>
        ))}
      </span>
    ),
  );
}

function inline(part: Inline): ReactNode {
  switch (part.kind) {
    case "text":
      return part.text;
    case "strong":
      return <strong>{inlines(part.inlines)}</strong>;
    case "emphasis":
      return <em>{inlines(part.inlines)}</em>;
    case "struck":
      return <s>{inlines(part.inlines)}</s>;
    case "code":
      return <code>{part.text}</code>;
    case "formula":
      return <Formula source={part.source} />;
    case "break":
      return <br />;
    case "link":
      return (
        <a href={part.href} {...(part.href.startsWith("/") ? {} : { target: "_blank", rel: "noopener noreferrer" })}>
          {inlines(part.inlines)}
        </a>
      );
    case "citation":
      return <CitationMark n={part.n} />;
  }
}

/** A number in brackets that is no citation is just that. */
function CitationMark({ n }: { n: number }) {
  const citation = useCitation(n);
  return citation ? <CitationButton citation={citation} /> : `[${n}]`;
}
