import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Sentences } from "../src/state/sentences.ts";

describe("Sentences", () => {
  it("says whole sentences, each once, and at last what is left", () => {
    const said: string[] = [];
    const sentences = new Sentences((text) => said.push(text), 0);
    const whole = "One is 3.5 long. Two (there) is it! 三个。And the end";
    for (let at = 1; at <= whole.length; at += 1) sentences.hear(() => whole.slice(0, at), at);
    sentences.finish(whole);
    assert.deepEqual(said, ["One is 3.5 long.", "Two (there) is it!", "三个。", "And the end"]);
  });

  it("waits between two, and says nothing twice", () => {
    const said: string[] = [];
    const sentences = new Sentences((text) => said.push(text), 100);
    sentences.hear(() => "A. B", 1000);
    sentences.hear(() => assert.fail("too early to look"), 1050);
    sentences.hear(() => "A. B. C. D", 1200);
    sentences.finish("A. B. C. D.");
    assert.deepEqual(said, ["A.", "B. C.", "D."]);
  });
});
