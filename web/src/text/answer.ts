/** An answer as blocks, each of which a component shows. New kinds of content (mathematics, diagrams, cards) become new kinds of block. */
export type Block =
  | { kind: "paragraph"; inlines: Inline[] }
  | { kind: "quote"; inlines: Inline[] }
  | { kind: "list"; ordered: boolean; items: Inline[][] };

export type Inline = { kind: "text"; text: string } | { kind: "strong"; text: string } | { kind: "citation"; n: number };

const ITEM = /^\s*(?:[-*•]|(\d{1,3})[.)])\s+(.*)$/;
const QUOTE = /^\s*>\s?(.*)$/;
const INLINE = /\[(\d{1,3})\]|\*\*([^*\n]+)\*\*/g;

/** Reads paragraphs, `>` quotes, lists, `**strong**` and `[n]`; anything else is text. `known` are the numbers that are citations. */
export function parseAnswer(content: string, known: ReadonlySet<number>): Block[] {
  const blocks: Block[] = [];
  for (const lines of groups(content)) blocks.push(blockOf(lines, known));
  return blocks;
}

type LineKind = "paragraph" | "quote" | "list";

interface Line {
  kind: LineKind;
  ordered: boolean;
  text: string;
}

function groups(content: string): Line[][] {
  const found: Line[][] = [];
  let open: Line[] | null = null;
  for (const raw of content.replace(/\r\n?/g, "\n").split("\n")) {
    if (raw.trim() === "") {
      open = null;
      continue;
    }
    const line = readLine(raw);
    if (open === null || open[0]?.kind !== line.kind || open[0].ordered !== line.ordered) {
      open = [];
      found.push(open);
    }
    open.push(line);
  }
  return found;
}

function readLine(raw: string): Line {
  const quote = QUOTE.exec(raw);
  if (quote) return { kind: "quote", ordered: false, text: quote[1] ?? "" };
  const item = ITEM.exec(raw);
  if (item) return { kind: "list", ordered: item[1] !== undefined, text: item[2] ?? "" };
  return { kind: "paragraph", ordered: false, text: raw };
}

function blockOf(lines: Line[], known: ReadonlySet<number>): Block {
  const first = lines[0];
  if (first?.kind === "list") {
    return { kind: "list", ordered: first.ordered, items: lines.map((line) => inlinesOf(line.text, known)) };
  }
  const text = lines.map((line) => line.text).join("\n");
  return { kind: first?.kind === "quote" ? "quote" : "paragraph", inlines: inlinesOf(text, known) };
}

function inlinesOf(text: string, known: ReadonlySet<number>): Inline[] {
  const inlines: Inline[] = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    const found = inlineOf(match, known);
    if (found === null) continue;
    if (match.index > from) inlines.push({ kind: "text", text: text.slice(from, match.index) });
    inlines.push(found);
    from = match.index + match[0].length;
  }
  if (from < text.length) inlines.push({ kind: "text", text: text.slice(from) });
  return inlines;
}

function inlineOf(match: RegExpMatchArray, known: ReadonlySet<number>): Inline | null {
  if (match[2] !== undefined) return { kind: "strong", text: match[2] };
  const n = Number(match[1]);
  return known.has(n) ? { kind: "citation", n } : null;
}

/** Groups each citation with the word before it, so that no line begins with a lone citation. */
export function withWordsKept(inlines: Inline[]): Inline[][] {
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
