/** A line this long, measured against the long lines of its page, was broken by the margin and not by the author. */
const FULL_LINE = 0.7;
const LONG_LINES = 0.9;
const ITEM = /^\s*(?:[-–—*•◦▪‣]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s/iu;
const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
const SOFT_HYPHEN = "\u00AD";
const WORD_JOINER = "\u2060";
const ZERO_WIDTH_SPACE = "\u200B";

/**
 * Undoes the line breaks of a printed page, so that its text fits any width. Characters are only replaced one by one:
 * offsets into the text hold as before.
 */
export function reflow(text: string): string {
  const lines = text.split("\n");
  const full = FULL_LINE * longLine(lines);
  let result = lines[0] ?? "";
  for (let at = 1; at < lines.length; at += 1) {
    const before = lines[at - 1] ?? "";
    const line = lines[at] ?? "";
    const isBroken = before.trim().length >= full && line.trim() !== "" && !beginsAnew(before, line);
    result = isBroken ? joined(result, line) : `${result}\n${line}`;
  }
  return result;
}

/** An item of a list, or, after the end of a sentence, something that doesn't begin like the next one: a term, a name in code. */
function beginsAnew(before: string, line: string): boolean {
  return ITEM.test(line) || (/[.!?:;][\])”’"']?\s*$/u.test(before) && /^\s*\p{Ll}/u.test(line));
}

function joined(before: string, line: string): string {
  if (/\p{Ll}[-\u2010\u00AD]$/u.test(before) && /^\p{Ll}/u.test(line)) return before.slice(0, -1) + SOFT_HYPHEN + WORD_JOINER + line;
  const isWide = WIDE.test(before.slice(-1)) && WIDE.test(line.slice(0, 1));
  return before + (isWide ? ZERO_WIDTH_SPACE : " ") + line;
}

/** The length that nine lines of ten don't exceed: one long heading or table row doesn't count. */
function longLine(lines: string[]): number {
  const lengths = lines.map((line) => line.trim().length).filter((length) => length > 0);
  lengths.sort((a, b) => a - b);
  return lengths[Math.floor((lengths.length - 1) * LONG_LINES)] ?? 0;
}
