import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Captions, withCitation, withStored, withWords, withoutStored, withoutUnheard } from "../src/voice/captions.ts";

const nothing: Captions = [];
const user = (id: string, text: string, final = false) => ({ role: "user" as const, id, text, final });
const clara = (id: string, text: string, final = false) => ({ role: "assistant" as const, id, text, final });
const texts = (captions: Captions) => captions.map(({ role, text }) => `${role === "user" ? "I" : "C"}: ${text}`);
const citation = { n: 1, file_id: "f", file_name: "Book", page_from: 2, page_to: 2, heading: null, quote: "q", chunk_id: null };

describe("captions", () => {
  it("replaces what grows, and joins a question that is said in several breaths", () => {
    let captions = withWords(nothing, user("a", "What is"));
    captions = withWords(captions, user("a", "What is osmosis", true));
    captions = withWords(captions, user("b", "in plants?", true));
    captions = withWords(captions, clara("c", "Water"));
    captions = withWords(captions, clara("c", "Water moves."));
    assert.deepEqual(texts(captions), ["I: What is osmosis in plants?", "C: Water moves."]);
  });

  it("gives a citation that comes before its words to the answer that follows", () => {
    let captions = withWords(nothing, user("a", "What?", true));
    captions = withCitation(withCitation(captions, citation), citation);
    captions = withWords(captions, clara("c", "Water [1]."));
    assert.deepEqual(captions.map(({ citations }) => citations.length), [0, 1]);
  });

  it("keeps apart what interrupted and what it interrupted", () => {
    let captions = withWords(nothing, clara("c", "A long answer"));
    captions = withWords(captions, user("d", "Stop", true));
    captions = withStored(captions, { id: "m1", role: "assistant", text: "A long" });
    captions = withStored(captions, { id: "m2", role: "user", text: "Stop." });
    assert.deepEqual(texts(captions), ["C: A long", "I: Stop."]);
    assert.deepEqual(texts(withoutStored(captions, new Set(["m1"]))), ["I: Stop."]);
  });

  it("knows an answer by its id, and drops one that nobody stored when the next question is", () => {
    let captions = withWords(withWords(nothing, user("u1", "What?", true)), clara("m2", "Sorry, that went wrong.", true));
    captions = withStored(withWords(captions, user("u2", "Again?", true)), { id: "m1", role: "user", text: "What?" });
    captions = withStored(captions, { id: "m3", role: "user", text: "Again?" });
    assert.deepEqual(texts(captions), ["I: What?", "I: Again?"]);
    captions = withStored(withWords(captions, clara("m4", "Water moves")), { id: "m4", role: "assistant", text: "Water" });
    assert.deepEqual(texts(captions), ["I: What?", "I: Again?", "C: Water"]);
  });

  it("shows what was typed once, though the server says it too", () => {
    const captions = withWords(withWords(nothing, user("own-1", "Typed", true)), user("x", "Typed", true));
    assert.deepEqual(texts(captions), ["I: Typed"]);
  });

  it("leaves nothing of an answer of which nothing was heard", () => {
    assert.deepEqual(withoutUnheard(withCitation(withWords(nothing, user("a", "What?", true)), citation)).length, 1);
  });
});
