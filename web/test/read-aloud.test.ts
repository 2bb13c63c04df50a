import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { ReadAloud, writtenLength } from "../src/voice/read-aloud.ts";

class Utterance extends EventTarget {
  readonly text: string;

  constructor(text: string) {
    super();
    this.text = text;
  }
}

describe("writtenLength", () => {
  const written = "Water **moves** [1]. Then $x$.";

  it("counts what is written for what was said", () => {
    assert.equal(written.slice(0, writtenLength(written, "Water".length)), "Water");
    assert.equal(written.slice(0, writtenLength(written, "Water moves.".length)), "Water **moves** [1].");
  });

  it("counts all of it at the end, and characters, not their halves", () => {
    assert.equal(writtenLength(written, 1_000), written.length);
    assert.equal(writtenLength("🌱 grows", 1_000), 7);
  });
});

describe("ReadAloud", () => {
  let said: Utterance[];
  beforeEach(() => {
    said = [];
    mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000 });
    const speechSynthesis = { getVoices: () => [], speak: (utterance: Utterance) => said.push(utterance), cancel: () => undefined };
    Object.assign(globalThis, { window: { setTimeout, clearTimeout, speechSynthesis }, speechSynthesis, SpeechSynthesisUtterance: Utterance });
  });
  afterEach(() => mock.timers.reset());

  function reading() {
    const told: (number | string)[] = [];
    const reader = new ReadAloud("en", {
      onSpeaking: (isSpeaking) => told.push(isSpeaking ? "speaks" : "quiet"),
      onRead: (_, chars) => told.push(chars),
      onFailed: () => told.push("failed"),
    });
    return { reader, told };
  }

  const ends = (utterance: Utterance | undefined) => utterance?.dispatchEvent(new Event("end"));

  it("tells of each sentence, and of all of it at the end", () => {
    const { reader, told } = reading();
    reader.say("a", "Water moves. It ", false);
    ends(said[0]);
    reader.say("a", "Water moves. It stops. [1]", true);
    ends(said[1]);
    assert.deepEqual(said.map(({ text }) => text), ["Water moves.", "It stops."]);
    assert.deepEqual(told.filter((one) => typeof one === "number"), [12, 22, 26]);
    assert.equal(told.at(-1), "quiet");
  });

  it("says nothing twice of what was cut off", () => {
    const { reader, told } = reading();
    reader.say("a", "Water moves. It ", false);
    reader.cancel();
    reader.say("a", "Water moves. It stops.", true);
    assert.equal(said.length, 1);
    reader.say("b", "Another one.", true);
    assert.equal(said.length, 2);
    ends(said[0]);
    assert.deepEqual(told, ["speaks", "quiet", "speaks"]);
  });

  it("gives all up as read where no voice speaks", () => {
    const { reader, told } = reading();
    reader.say("a", "Water moves. It stops.", true);
    mock.timers.tick(3_000);
    assert.ok(told.includes(22));
    assert.equal(told.at(-1), "failed");
    assert.ok(!reader.isSpeaking);
  });
});
