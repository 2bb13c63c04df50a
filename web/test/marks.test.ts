import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runsOf } from "../src/text/marks.ts";

const marked = (text: string, marks: [number, number][]) =>
  runsOf(text, marks)
    .filter((run) => run.marked)
    .map((run) => run.text);

describe("runsOf", () => {
  it("counts code points, not UTF-16 units", () => {

    assert.deepEqual(marked("😀😀 quote", [[3, 8]]), ["quote"]);
  });

  it("joins overlapping marks and cuts those that reach too far", () => {
    assert.deepEqual(marked("abcdef", [[4, 99], [0, 2], [1, 3], [5, 5]]), ["abc", "ef"]);
  });

  it("keeps the whole text in order", () => {
    const text = "one two three";
    assert.equal(runsOf(text, [[4, 7]]).map((run) => run.text).join(""), text);
    assert.deepEqual(runsOf("", []), []);
  });
});
