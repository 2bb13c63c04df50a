import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { breaths } from "../src/voice/synthesis.ts";

const LONG = "Water moves through a membrane, towards the side where more is dissolved; a cell in pure water does not burst, since its wall holds, and the pressure inside it rises until as much goes out as comes in.";

describe("breaths", () => {
  it("leaves a short sentence whole", () => assert.deepEqual(breaths("Water moves."), ["Water moves."]));

  it("cuts a long one after a comma, and loses nothing", () => {
    const cut = breaths(LONG);
    assert.equal(cut.join(" "), LONG);
    assert.ok(cut.every((breath) => breath.length <= 160));
    assert.match(cut[0]!, /,$/);
  });

  it("cuts where there is no comma between words, and where there are no spaces anywhere", () => {
    assert.deepEqual(breaths("word ".repeat(50).trim()).map((breath) => breath.endsWith("word")), [true, true]);
    assert.equal(breaths("水".repeat(400)).join(""), "水".repeat(400));
  });
});
