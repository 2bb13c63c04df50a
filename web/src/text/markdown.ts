import { Marked, type Token, type Tokens } from "marked";
import { mathExtensions, type MathToken } from "./math-marks.ts";

/** An answer as blocks of inlines, each of which a component shows. There is no HTML in it, and nothing to load. */
export type Block =
  | { kind: "paragraph"; inlines: Inline[] }
  | { kind: "heading"; level: number; inlines: Inline[] }
  | { kind: "quote"; blocks: Block[] }
  | { kind: "list"; start: number | null; items: Block[][] }
  | { kind: "code"; language: string; text: string }
  | { kind: "formula"; source: string }
  | { kind: "table"; head: Cell[]; rows: Cell[][] }
  | { kind: "rule" };

export interface Cell {
  align: "center" | "left" | "right" | null;
  inlines: Inline[];
}

export type Inline =
  | { kind: "text"; text: string }
  | { kind: "strong" | "emphasis" | "struck"; inlines: Inline[] }
  | { kind: "code"; text: string }
  | { kind: "formula"; source: string }
  | { kind: "break" }
  | { kind: "link"; href: string; inlines: Inline[] }
  | { kind: "citation"; n: number };

/** Where a link may lead; null shows it as its text. */
export type LinkRule = (href: string) => string | null;

interface CitationToken extends Tokens.Generic {
  type: "citation";
  n: number;
}

const parser = new Marked({
  gfm: true,
  extensions: [
    ...mathExtensions,
    {
      name: "citation",
      level: "inline",
      start: (source) => source.search(/\[\d/),
      tokenizer(source) {
        const match = /^\[(\d{1,3})\](?!\()/.exec(source);
        return match ? ({ type: "citation", raw: match[0], n: Number(match[1]) } satisfies CitationToken) : undefined;
      },
    },
  ],
});

/** Cuts a text into its top-level tokens, whose `raw` texts together are the text. */
export function lex(content: string): Token[] {
  return parser.lexer(content.replace(/\r\n?/g, "\n"));
}

export function parseMarkdown(content: string, allow: LinkRule = () => null): Block[] {
  return blocksOf(lex(content), allow);
}

export function blocksOf(tokens: readonly Token[], allow: LinkRule): Block[] {
  return tokens.flatMap((token) => blockOf(token, allow));
}

function blockOf(token: Token, allow: LinkRule): Block[] {
  switch (token.type) {
    case "heading":
      return [{ kind: "heading", level: (token as Tokens.Heading).depth, inlines: inlinesOf(token.tokens, allow) }];
    case "blockquote":
      return [{ kind: "quote", blocks: blocksOf(token.tokens ?? [], allow) }];
    case "list":
      return [listOf(token as Tokens.List, allow)];
    case "code":
      return [{ kind: "code", language: /^[\w+#.-]*/.exec((token as Tokens.Code).lang ?? "")?.[0] ?? "", text: (token as Tokens.Code).text }];
    case "formula":
      return [{ kind: "formula", source: (token as MathToken).source }];
    case "table":
      return [tableOf(token as Tokens.Table, allow)];
    case "hr":
      return [{ kind: "rule" }];
    case "html":
      return paragraphOf([{ kind: "text", text: token.raw.trimEnd() }]);
    case "space":
    case "def":
    case "checkbox":
      return [];
    default:
      return paragraphOf(wordsOf(token, allow));
  }
}

function paragraphOf(inlines: Inline[]): Block[] {
  return inlines.length === 0 ? [] : [{ kind: "paragraph", inlines }];
}

function listOf(token: Tokens.List, allow: LinkRule): Block {
  const items = token.items.map((item) => blocksOf(item.tokens, allow));
  return { kind: "list", start: token.ordered ? Number(token.start) || 1 : null, items };
}

function tableOf(token: Tokens.Table, allow: LinkRule): Block {
  const cellOf = (cell: Tokens.TableCell): Cell => ({ align: cell.align, inlines: inlinesOf(cell.tokens, allow) });
  return { kind: "table", head: token.header.map(cellOf), rows: token.rows.map((row) => row.map(cellOf)) };
}

function inlinesOf(tokens: readonly Token[] | undefined, allow: LinkRule): Inline[] {
  return joined((tokens ?? []).flatMap((token) => inlineOf(token, allow)));
}

function inlineOf(token: Token, allow: LinkRule): Inline[] {
  switch (token.type) {
    case "strong":
      return [{ kind: "strong", inlines: inlinesOf(token.tokens, allow) }];
    case "em":
      return [{ kind: "emphasis", inlines: inlinesOf(token.tokens, allow) }];
    case "del":
      return [{ kind: "struck", inlines: inlinesOf(token.tokens, allow) }];
    case "codespan":
      return [{ kind: "code", text: (token as Tokens.Codespan).text }];
    case "formula":
      return [{ kind: "formula", source: (token as MathToken).source }];
    case "citation":
      return [{ kind: "citation", n: (token as CitationToken).n }];
    case "br":
      return [{ kind: "break" }];
    case "image":
      return [{ kind: "text", text: (token as Tokens.Image).text }];
    case "link": {
      const inlines = inlinesOf(token.tokens, allow);
      const href = allow((token as Tokens.Link).href);
      return href === null ? inlines : [{ kind: "link", href, inlines }];
    }
    case "escape":
      return [{ kind: "text", text: (token as Tokens.Escape).text }];
    case "html":
      return [{ kind: "text", text: token.raw }];
    case "checkbox":
      return [{ kind: "text", text: (token as unknown as { checked: boolean }).checked ? "☑ " : "☐ " }];
    default:
      return wordsOf(token, allow);
  }
}

function wordsOf(token: Token, allow: LinkRule): Inline[] {
  return "tokens" in token && token.tokens ? inlinesOf(token.tokens, allow) : [{ kind: "text", text: decoded(token.raw) }];
}

/** Joins texts that stand side by side, so that what follows one can be kept with its last word. */
function joined(inlines: Inline[]): Inline[] {
  const result: Inline[] = [];
  for (const inline of inlines) {
    const last = result.at(-1);
    if (inline.kind === "text" && last?.kind === "text") result[result.length - 1] = { kind: "text", text: last.text + inline.text };
    else result.push(inline);
  }
  return result;
}

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", "#39": "'", nbsp: "\u00A0" };

function decoded(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos|#39|nbsp);/g, (_, name: string) => ENTITIES[name] ?? "");
}

/** What a block says, without its marks: for being read aloud or copied. */
export function plainText(blocks: readonly Block[]): string {
  return blocks.map(plainBlock).filter(Boolean).join("\n");
}

function plainBlock(block: Block): string {
  switch (block.kind) {
    case "paragraph":
    case "heading":
      return plainInlines(block.inlines);
    case "quote":
      return plainText(block.blocks);
    case "list":
      return block.items.map(plainText).join("\n");
    case "code":
      return block.text;
    case "formula":
      return block.source;
    case "table":
      return [block.head, ...block.rows].map((row) => row.map((cell) => plainInlines(cell.inlines)).join(", ")).join("\n");
    case "rule":
      return "";
  }
}

export function plainInlines(inlines: readonly Inline[]): string {
  return inlines
    .map((inline) => {
      if (inline.kind === "text" || inline.kind === "code") return inline.text;
      if (inline.kind === "formula") return inline.source;
      if (inline.kind === "citation" || inline.kind === "break") return inline.kind === "break" ? "\n" : "";
      return plainInlines(inline.inlines);
    })
    .join("");
}

/** Groups each citation with the word before it, so that no line begins with a lone citation. */
export function withWordsKept(inlines: readonly Inline[]): Inline[][] {
  const groups: Inline[][] = [];
  for (const inline of inlines) {
    const last = groups.at(-1);
    const before = last?.at(-1);
    if (inline.kind !== "citation" || last === undefined || before === undefined) {
      groups.push([inline]);
    } else if (before.kind === "text" && last.length === 1) {
      const [head, word] = splitLastWord(before.text);
      groups.splice(-1, 1, ...(head === "" ? [] : [[{ kind: "text" as const, text: head }]]), [{ kind: "text", text: word }, inline]);
    } else {
      last.push(inline);
    }
  }
  return groups;
}

function splitLastWord(text: string): [string, string] {
  const match = /\S+\s*$/.exec(text);
  return match === null ? ["", text] : [text.slice(0, match.index), match[0]];
}
