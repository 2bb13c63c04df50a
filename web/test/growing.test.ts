import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { GrowingMarkdown, settle } from "../src/text/growing.ts";
import { type Block, parseMarkdown, plainText } from "../src/text/markdown.ts";

const ANSWER = [
  "## Energy\n\nThe **kinetic energy** is $E = \\frac{1}{2} m v^2$ [1], and so on; it costs $5.",
  "$$\nE = mc^2\n$$",
  "1. first \\(a\\)\n2. `second` one\n   - inner",
  "| name | value |\n|------|-------|\n| a | **1** |\n| b | $x$ |",
  "```python\ndef f(x):\n    return x ** 2  # `tick` $\n```",
  "> a quote [2]\n\nAnd *the* end.",
].join("\n\n");

/** What is shown of a text, outside of code and formulas. */
function shown(blocks: readonly Block[]): string {
  return plainText(blocks.filter((block) => block.kind !== "code" && block.kind !== "formula"));
}

describe("GrowingMarkdown", () => {
  it("ends with what the whole text says", () => {
    const growing = new GrowingMarkdown(() => null);
    for (let at = 1; at < ANSWER.length; at += 3) growing.read(ANSWER.slice(0, at));
    assert.deepEqual(growing.read(`${ANSWER}\n\n`), parseMarkdown(ANSWER));
  });

  it("never shows a sign whose meaning is not known yet", () => {
    const growing = new GrowingMarkdown(() => null);
    for (let at = 1; at <= ANSWER.length; at += 1) {
      const blocks = growing.read(ANSWER.slice(0, at));
      const text = shown(blocks).replace("$5", "");
      assert.doesNotMatch(text, /\*\*|\||```|^#|\\\(|\$\$/m, `after ${at} characters: ${JSON.stringify(ANSWER.slice(0, at).slice(-30))}`);
    }
  });

  it("shows nothing twice and takes nothing back but the open end", () => {
    const growing = new GrowingMarkdown(() => null);
    let before = 0;
    for (let at = 1; at <= ANSWER.length; at += 1) {
      const { length } = plainText(growing.read(ANSWER.slice(0, at)));
      assert.ok(length >= before - 12, `after ${at} characters ${before - length} were taken back`);
      before = length;
    }
  });

  it("keeps the blocks that are written", () => {
    const growing = new GrowingMarkdown(() => null);
    const [first] = growing.read(ANSWER.slice(0, 300));
    assert.equal(growing.read(ANSWER)[0], first);
  });

  it("begins anew with another text", () => {
    const growing = new GrowingMarkdown(() => null);
    growing.read("a\n\nb\n\nc\n\nd\n\ne");
    assert.deepEqual(growing.read("x"), parseMarkdown("x"));
  });

  it("reads a hundred thousand words in time that grows with them", () => {
    const growing = new GrowingMarkdown(() => null);
    const paragraph = `${"word ".repeat(100)}\n\n`;
    let content = "";
    const began = performance.now();
    for (let at = 0; at < 1000; at += 1) growing.read((content += paragraph));
    assert.ok(performance.now() - began < 5000);
  });
});

describe("settle", () => {
  it("waits for a formula's end, but not for ever", () => {
    assert.equal(settle("so $x + "), "so ");
    assert.equal(settle("so \\(x + "), "so ");
    assert.equal(settle("so $x + y\n\nnext"), "so $x + y\n\nnext");
    assert.equal(settle("it costs $5 now"), "it costs $5 now");
    assert.equal(settle("a\n\n$$\nx + ").trim(), "a");
    assert.equal(settle("a\n\n\\[ x + ").trim(), "a");
  });

  it("waits for a table's second line", () => {
    assert.equal(settle("see\n\n| a | b |\n|--"), "see");
    assert.equal(settle("see\n\n| a | b |\n|---|---|\n| 1"), "see\n\n| a | b |\n|---|---|\n| 1");
  });

  it("closes what is emphasised and leaves code as it is", () => {
    assert.equal(settle("so **very"), "so **very**");
    assert.equal(settle("so **very*"), "so **very**");
    assert.equal(settle("so `co"), "so `co`");
    assert.equal(settle("```\na $b | **"), "```\na $b | **");
  });

  it("hides half a citation", () => {
    assert.equal(settle("water [1"), "water ");
    assert.equal(settle("water [12"), "water ");
  });
});
