import type { TokenizerAndRendererExtension, Tokens } from "marked";

export interface MathToken extends Tokens.Generic {
  type: "formula";
  source: string;
}

const BLOCK = /^ {0,3}(?:\$\$([\s\S]+?)\$\$|\\\[([\s\S]+?)\\\])[ \t]*(?:\n|$)/;
const OPEN = /^ {0,3}(?:\$\$|\\\[)/;
const DISPLAYED = /^(?:\$\$((?:[^$\\]|\\[\s\S])+?)\$\$|\\\[([\s\S]+?)\\\])/;
const PARENTHESES = /^\\\(([^\n]*?(?:\n[^\n]+?)*?)\\\)/;
/** As in Pandoc: no space inside the dollars, no digit after the second, so that "$5 and $10" stays money. */
const DOLLARS = /^\$(?![\s$])((?:[^$\\\n]|\\[^\n]|\n(?!\s*\n))*?(?:[^$\\\s]|\\[^\n]))\$(?!\d)/;

/** Mathematics in its four spellings: `$…$` and `\(…\)` in a line, `$$…$$` and `\[…\]` set apart. */
export const mathExtensions: TokenizerAndRendererExtension[] = [
  {
    name: "formula",
    level: "block",
    start: (source) => before(source, /\n {0,3}(?:\$\$|\\\[)/, 1),
    tokenizer(source) {
      const match = OPEN.test(source) ? BLOCK.exec(source) : null;
      return match && { type: "formula", raw: match[0], source: (match[1] ?? match[2] ?? "").trim() };
    },
  } as TokenizerAndRendererExtension,
  {
    name: "formula-inline",
    level: "inline",
    start: (source) => before(source, /\$|\\[([]/, 0),
    tokenizer(source) {
      const found = formulaAt(source);
      return found && { type: "formula", ...found };
    },
  } as TokenizerAndRendererExtension,
];

/** The formula that a text begins with, as it is written and without its marks. */
export function formulaAt(source: string): { raw: string; source: string } | null {
  const match = DISPLAYED.exec(source) ?? PARENTHESES.exec(source) ?? DOLLARS.exec(source);
  return match && { raw: match[0], source: (match[1] ?? match[2] ?? "").trim() };
}

function before(source: string, sign: RegExp, skipped: number): number | undefined {
  const at = source.search(sign);
  return at < 0 ? undefined : at + skipped;
}
