import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Block, type Inline, parseMarkdown, plainText, withWordsKept } from "../src/text/markdown.ts";

const text = (value: string): Inline => ({ kind: "text", text: value });
const inlines = (source: string): Inline[] => {
  const [block] = parseMarkdown(source);
  assert.ok(block?.kind === "paragraph", JSON.stringify(block));
  return block.inlines;
};
const kinds = (blocks: Block[]): string[] => blocks.map((block) => block.kind);

describe("parseMarkdown", () => {
  it("reads citations, and keeps other brackets", () => {
    assert.deepEqual(inlines("a [1] b [x]"), [text("a "), { kind: "citation", n: 1 }, text(" b [x]")]);
  });

  it("keeps single line breaks in a paragraph", () => {
    assert.deepEqual(parseMarkdown("one\ntwo\r\n\r\nthree"), [
      { kind: "paragraph", inlines: [text("one\ntwo")] },
      { kind: "paragraph", inlines: [text("three")] },
    ]);
  });

  it("reads headings, lists, quotes, code, tables and rules", () => {
    const source = "# H\n\n- a\n  - b\n\n2. c\n\n> q\n\n```py\nx = 1\n```\n\n| a | b |\n|--|:-:|\n| 1 | 2 |\n\n---\n";
    assert.deepEqual(kinds(parseMarkdown(source)), ["heading", "list", "list", "quote", "code", "table", "rule"]);
    const [, nested, ordered, , code, table] = parseMarkdown(source);
    assert.ok(nested?.kind === "list" && nested.start === null && kinds(nested.items[0] ?? []).includes("list"));
    assert.ok(ordered?.kind === "list" && ordered.start === 2);
    assert.deepEqual(code, { kind: "code", language: "py", text: "x = 1" });
    assert.ok(table?.kind === "table" && table.head[1]?.align === "center" && table.rows.length === 1);
  });

  it("makes nothing but text of markup", () => {
    const source = '<img src=x onerror="alert(1)"> a <script>alert(1)</script>';
    assert.equal(plainText(parseMarkdown(source)), source);
    assert.equal(plainText(parseMarkdown("<div>\nblock\n</div>")), "<div>\nblock\n</div>");
  });

  it("loads no picture and follows no link that isn't allowed", () => {
    assert.deepEqual(inlines("![a map](https://x.example/p.png?q=secret)"), [text("a map")]);
    assert.deepEqual(inlines("see [this](javascript:alert(1)) and https://x.example"), [text("see this and https://x.example")]);
    const [block] = parseMarkdown("[this](/v1/x)", (href) => href);
    assert.deepEqual(block, { kind: "paragraph", inlines: [{ kind: "link", href: "/v1/x", inlines: [text("this")] }] });
  });

  it("reads mathematics in four spellings", () => {
    for (const source of ["$x^2$", "\\(x^2\\)", "$$x^2$$ here", "\\[x^2\\] here"]) {
      assert.deepEqual(inlines(`${source}`)[0], { kind: "formula", source: "x^2" }, source);
    }
    for (const source of ["$$\nx^2\n$$", "\\[\nx^2\n\\]", "\\[x^2\\]"]) {
      assert.deepEqual(parseMarkdown(`before\n${source}\nafter`)[1], { kind: "formula", source: "x^2" }, source);
    }
    assert.deepEqual(inlines("so $a_1 * b_1 * c$ holds")[1], { kind: "formula", source: "a_1 * b_1 * c" });
  });

  it("leaves money alone", () => {
    for (const source of ["It costs $5 and $10 today", "from $5-$10", "US$ 5 or $ 6"]) assert.deepEqual(inlines(source), [text(source)]);
  });

  it("shows entities as what they mean", () => {
    assert.deepEqual(inlines("a &lt; b &amp;&amp; c"), [text("a < b && c")]);
  });
});

describe("withWordsKept", () => {
  it("keeps the last word and the citations after it together", () => {
    assert.deepEqual(withWordsKept(inlines("so it is [1][2] and more")), [
      [text("so it ")],
      [text("is "), { kind: "citation", n: 1 }, { kind: "citation", n: 2 }],
      [text(" and more")],
    ]);
  });

  it("takes a citation that stands first", () => {
    assert.deepEqual(withWordsKept([{ kind: "citation", n: 1 }]), [[{ kind: "citation", n: 1 }]]);
  });
});
