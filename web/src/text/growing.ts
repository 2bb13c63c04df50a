import type { Token } from "marked";
import { type Block, type LinkRule, blocksOf, lex } from "./markdown.ts";

/** So many tokens at the end are read again with each piece: what comes may still change them. */
const OPEN_TOKENS = 2;

/** A text that is still being written, as blocks: those that can't change any more stay the same objects. */
export class GrowingMarkdown {
  readonly #allow: LinkRule;
  #settledText = "";
  #settled: Block[] = [];

  constructor(allow: LinkRule) {
    this.#allow = allow;
  }

  read(content: string): Block[] {
    if (!content.startsWith(this.#settledText)) {
      this.#settledText = "";
      this.#settled = [];
    }
    const rest = content.slice(this.#settledText.length);
    const tokens = lex(settle(rest));
    const open = beginningOfOpen(tokens);
    if (open > 0 && tokens.slice(0, open).map(rawOf).join("") === rest.slice(0, lengthOf(tokens.slice(0, open)))) {
      this.#settledText += rest.slice(0, lengthOf(tokens.slice(0, open)));
      this.#settled = [...this.#settled, ...blocksOf(tokens.slice(0, open), this.#allow)];
      tokens.splice(0, open);
    }
    return [...this.#settled, ...blocksOf(tokens, this.#allow)];
  }
}

function beginningOfOpen(tokens: readonly Token[]): number {
  let said = 0;
  for (let at = tokens.length - 1; at >= 0; at -= 1) {
    if (tokens[at]?.type !== "space") said += 1;
    if (said === OPEN_TOKENS) return at;
  }
  return 0;
}

const rawOf = (token: Token): string => token.raw;
const lengthOf = (tokens: readonly Token[]): number => tokens.reduce((sum, token) => sum + token.raw.length, 0);

const UNTOLD_LINE = /(?:^|\n)[ \t]*(?:[-*+]|#{1,6}|\d{1,3}[.)]?|>|=+|-{1,2}|\*{1,2}|_{1,2}|`{1,2}|\|[^\n]*)?[ \t]*$/;
const TABLE_HEAD = /(?:^|\n\n|\n(?=[^|\n]*\n?$))((?:[ \t]*\|[^\n]*\n)[ \t]*\|?[ \t:|-]*)$/;
const OPEN_LINK = /!?\[[^\]\n]{0,200}\]\([^)\n]*$|\[\d{0,3}$/;

/**
 * Leaves out, or closes, what is only half there: a formula, the head of a table, a mark whose meaning the next
 * character decides. What is shown then stays as it is when more comes.
 */
export function settle(content: string): string {
  if (isInFence(content)) return content.replace(/\n`{1,2}$/, "");
  let text = withoutOpenFormula(content);
  text = text.replace(TABLE_HEAD, "").replace(OPEN_LINK, "");
  if (!isInTable(text)) text = text.replace(UNTOLD_LINE, "");
  return closed(text);
}

function isInFence(content: string): boolean {
  let fence: string | null = null;
  for (const match of content.matchAll(/^[ \t]*(`{3,}|~{3,})[^\n]*$/gm)) {
    const sign = match[1] ?? "";
    if (fence === null) fence = sign;
    else if (sign.startsWith(fence)) fence = null;
  }
  return fence !== null;
}

function isInTable(text: string): boolean {
  const paragraph = text.slice(text.lastIndexOf("\n\n") + 1);
  return /^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\||$)/m.test(paragraph) && paragraph.includes("|");
}

/** Cuts before a formula that isn't closed yet. An inline one ends with its paragraph, whatever it was. */
function withoutOpenFormula(content: string): string {
  const plain = content.replace(/^([ \t]*)(`{3,}|~{3,})[\s\S]*?^[ \t]*\2/gm, blanks).replace(/`[^`\n]*`/g, blanks).replace(/\\[\\$]/g, blanks);
  const apart = lastOpen(plain, "$$", "$$") ?? lastOpen(plain, "\\[", "\\]");
  if (apart !== null) return content.slice(0, apart);
  const from = plain.lastIndexOf("\n\n") + 1;
  const paragraph = plain.slice(from).replace(/\$\$[\s\S]*?\$\$/g, blanks);
  const inline = lastOpen(paragraph, "\\(", "\\)") ?? openDollar(paragraph);
  return inline === null ? content : content.slice(0, from + inline);
}

const blanks = (text: string): string => " ".repeat(text.length);

function lastOpen(text: string, opening: string, closing: string): number | null {
  let at = 0;
  for (;;) {
    const start = text.indexOf(opening, at);
    if (start < 0) return null;
    const end = text.indexOf(closing, start + 2);
    if (end < 0) return start;
    at = end + 2;
  }
}

function openDollar(paragraph: string): number | null {
  const rest = paragraph.replace(/\$(?![\s$])[^$]*?[^\s$]\$(?!\d)/g, blanks);
  const match = /\$(?=$|[^\s\d$])[^$]*$/.exec(rest);
  return match === null ? null : match.index;
}

/** Closes strong text and code that the last paragraph opens, rather than show their signs until they are closed. */
function closed(text: string): string {
  const paragraph = text.slice(text.lastIndexOf("\n\n") + 1);
  const trimmed = text.replace(/[ \t]+$/, "");
  const ticks = paragraph.match(/`/g)?.length ?? 0;
  if (ticks % 2 === 1) return `${text}\``;
  const strong = paragraph.replace(/`[^`]*`/g, "").match(/\*\*/g)?.length ?? 0;
  if (strong % 2 === 0) return text;
  return trimmed.endsWith("**") ? trimmed.slice(0, -2) : `${trimmed.replace(/\*$/, "")}**`;
}
