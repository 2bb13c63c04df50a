import type { Block, Inline } from "./markdown.ts";
import { formulaAt } from "./math-marks.ts";

/** A text that isn't Markdown, as one paragraph: only its formulas are more than what they are written as. */
export function parsePlain(text: string): Block[] {
  const inlines: Inline[] = [];
  let from = 0;
  for (const { index } of text.matchAll(/\$|\\[([]/g)) {
    if (index < from) continue;
    const formula = formulaAt(text.slice(index));
    if (formula === null) continue;
    if (index > from) inlines.push({ kind: "text", text: text.slice(from, index) });
    inlines.push({ kind: "formula", source: formula.source });
    from = index + formula.raw.length;
  }
  if (from < text.length) inlines.push({ kind: "text", text: text.slice(from) });
  return inlines.length === 0 ? [] : [{ kind: "paragraph", inlines }];
}
