import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseAnswer, withWordsKept } from "../src/text/answer.ts";

const text = (value: string) => ({ kind: "text", text: value });

describe("parseAnswer", () => {
  it("makes a citation only of a known number", () => {
    const [block] = parseAnswer("a [1] b [2] [x]", new Set([1]));
    assert.deepEqual(block, { kind: "paragraph", inlines: [text("a "), { kind: "citation", n: 1 }, text(" b [2] [x]")] });
  });

  it("separates paragraphs by empty lines and keeps single line breaks", () => {
    const blocks = parseAnswer("one\ntwo\r\n\r\nthree", new Set());
    assert.deepEqual(blocks, [
      { kind: "paragraph", inlines: [text("one\ntwo")] },
      { kind: "paragraph", inlines: [text("three")] },
    ]);
  });

  it("reads quotes and both kinds of list", () => {
    const blocks = parseAnswer("> said\n- a\n- b\n1. c\n2. d", new Set());
    assert.deepEqual(
      blocks.map((block) => (block.kind === "list" ? `${block.ordered}:${block.items.length}` : block.kind)),
      ["quote", "false:2", "true:2"],
    );
  });

  it("never makes anything but text of markup", () => {
    const source = '<img src=x onerror="alert(1)"> <script>';
    assert.deepEqual(parseAnswer(source, new Set()), [{ kind: "paragraph", inlines: [text(source)] }]);
  });

  it("gives back every character of plain text", () => {
    const source = "x [12] **bold [1** ] y";
    const [block] = parseAnswer(source, new Set([1]));
    assert.equal(block?.kind === "paragraph" && block.inlines.map((part) => ("text" in part ? part.text : "")).join(""), source.replaceAll("**", ""));
  });
});

describe("withWordsKept", () => {
  it("keeps the last word and the citations after it together", () => {
    const [block] = parseAnswer("so it is [1][2] and more", new Set([1, 2]));
    assert.ok(block?.kind === "paragraph");
    assert.deepEqual(withWordsKept(block.inlines), [
      [text("so it ")],
      [text("is "), { kind: "citation", n: 1 }, { kind: "citation", n: 2 }],
      [text(" and more")],
    ]);
  });

  it("takes a citation that stands first", () => {
    assert.deepEqual(withWordsKept([{ kind: "citation", n: 1 }]), [[{ kind: "citation", n: 1 }]]);
  });
});
