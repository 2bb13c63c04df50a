import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { plainText } from "../src/text/markdown.ts";
import { parsePlain } from "../src/text/plain.ts";

describe("parsePlain", () => {
  it("leaves blanks, stars, numbers and brackets as they are", () => {
    for (const text of ["_____เป็นส่วนของ_____", "2 * 3 * 4", "1. The cell", "# 5", "- 5 °C", "a [1] b", "<b>x</b>", "costs $5 or $10"]) {
      assert.deepEqual(parsePlain(text), [{ kind: "paragraph", inlines: [{ kind: "text", text }] }]);
      assert.equal(plainText(parsePlain(text)), text);
    }
    assert.deepEqual(parsePlain(""), []);
  });

  it("reads formulas", () => {
    assert.deepEqual(parsePlain("If $x^2 = 4$, then \\(x\\) is $$2$$."), [
      {
        kind: "paragraph",
        inlines: [
          { kind: "text", text: "If " },
          { kind: "formula", source: "x^2 = 4" },
          { kind: "text", text: ", then " },
          { kind: "formula", source: "x" },
          { kind: "text", text: " is " },
          { kind: "formula", source: "2" },
          { kind: "text", text: "." },
        ],
      },
    ]);
  });
});
