import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { Recognition } from "../src/voice/recognition.ts";

class FakeBrowser extends EventTarget {
  static latest: FakeBrowser;
  starts = 0;

  constructor() {
    super();
    FakeBrowser.latest = this;
  }

  start(): void {
    this.starts += 1;
  }

  abort(): void {
    this.dispatchEvent(new Event("end"));
  }

  hears(transcript: string, isFinal: boolean): void {
    this.dispatchEvent(Object.assign(new Event("result"), { resultIndex: 0, results: [Object.assign([{ transcript }], { isFinal })] }));
  }

  fails(error: string): void {
    this.dispatchEvent(Object.assign(new Event("error"), { error }));
    this.dispatchEvent(new Event("end"));
  }
}

describe("Recognition", () => {
  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout"] });
    Object.assign(globalThis, { window: { setTimeout, clearTimeout, webkitSpeechRecognition: FakeBrowser } });
  });
  afterEach(() => mock.timers.reset());

  function listening() {
    const told: string[] = [];
    const recognition = new Recognition("en", {
      onWords: (text, isFinal) => told.push(isFinal ? `${text}.` : text),
      onFailed: (error) => told.push(`failed: ${error}`),
    });
    recognition.start();
    return { recognition, told, browser: FakeBrowser.latest };
  }

  it("joins what is said in several breaths, and finishes after a pause", () => {
    const { told, browser } = listening();
    browser.hears("what is", true);
    mock.timers.tick(500);
    browser.hears("osmosis", false);
    mock.timers.tick(5_000);
    browser.hears("osmosis", true);
    mock.timers.tick(900);
    assert.deepEqual(told, ["what is", "what is osmosis", "what is osmosis", "what is osmosis."]);
  });

  it("doesn't say twice what Android calls final again and again", () => {
    const { told, browser } = listening();
    browser.hears("what", true);
    browser.hears("what is", true);
    browser.hears("What is osmosis", true);
    mock.timers.tick(900);
    assert.equal(told.at(-1), "What is osmosis.");
  });

  it("keeps what a browser didn't make final before it stopped, and begins again", () => {
    const { told, browser } = listening();
    browser.hears("and turgor", false);
    browser.dispatchEvent(new Event("end"));
    assert.equal(told.at(-1), "and turgor.");
    mock.timers.tick(300);
    assert.equal(browser.starts, 2);
  });

  it("takes what was said before it is stopped", () => {
    const { recognition, told, browser } = listening();
    browser.hears("and turgor", true);
    recognition.stop();
    mock.timers.tick(5_000);
    assert.deepEqual(told, ["and turgor", "and turgor."]);
    assert.equal(browser.starts, 1);
  });

  it("bears silence and a network that is away for a moment, and says what is forbidden", () => {
    const { told, browser } = listening();
    for (const error of ["no-speech", "network", "network"]) {
      browser.fails(error);
      mock.timers.tick(300);
    }
    assert.deepEqual(told, []);
    assert.equal(browser.starts, 4);
    browser.fails("not-allowed");
    mock.timers.tick(300);
    assert.deepEqual(told, ["failed: not-allowed"]);
    assert.equal(browser.starts, 4);
  });
});
