import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PlayQueue } from "../src/voice/play-queue.ts";

const RATE = 24_000;

function sound(ms: number): Int16Array {
  return new Int16Array((RATE * ms) / 1000).fill(16_384);
}

/** Reads as a browser does, and returns how many milliseconds were no silence. */
function play(queue: PlayQueue, ms: number): number {
  let heard = 0;
  for (let at = 0; at < (RATE * ms) / 1000; at += 120) {
    const block = new Float32Array(120);
    queue.read(block);
    heard += block.filter((sample) => Math.abs(sample) > 0.25).length;
  }
  return Math.round((heard * 1000) / RATE);
}

describe("PlayQueue", () => {
  it("waits for a little sound, then plays it and says how far it is", () => {
    const queue = new PlayQueue(RATE);
    queue.add(1, 0, sound(40), RATE);
    assert.equal(play(queue, 100), 0);
    queue.add(1, 960, sound(200), RATE);
    assert.equal(play(queue, 100), 100);
    assert.deepEqual([queue.heard?.segment, Math.round(queue.heard?.ms ?? 0)], [1, 100]);
    assert.ok(Math.abs(play(queue, 500) - 140) <= 1);
    assert.equal(queue.isQuiet, true);
  });

  it("plays a short segment once it is whole", () => {
    const queue = new PlayQueue(RATE);
    queue.add(1, 0, sound(40), RATE);
    queue.end(1);
    assert.ok(play(queue, 100) >= 39);
  });

  it("drops what comes late of a segment that was cut off", () => {
    const queue = new PlayQueue(RATE);
    queue.add(1, 0, sound(400), RATE);
    play(queue, 100);
    queue.clear(1);
    queue.add(1, 9_600, sound(400), RATE);
    assert.ok(play(queue, 300) <= 6);
    assert.equal(Math.round(queue.heard?.ms ?? 0), 100);
    queue.add(2, 0, sound(200), RATE);
    assert.ok(play(queue, 300) >= 195);
    assert.equal(queue.heard?.segment, 2);
  });

  it("cuts off all that there is, and plays what is new", () => {
    const queue = new PlayQueue(RATE);
    queue.add(7, 0, sound(400), RATE);
    queue.clear(null);
    queue.add(7, 9_600, sound(400), RATE);
    assert.equal(play(queue, 300), 0);
    queue.add(8, 0, sound(100), RATE);
    assert.ok(play(queue, 300) >= 95);
  });

  it("keeps its place while it is paused", () => {
    const queue = new PlayQueue(RATE);
    queue.add(1, 0, sound(300), RATE);
    play(queue, 100);
    queue.pause();
    assert.ok(play(queue, 500) <= 6);
    assert.equal(queue.isQuiet, true);
    queue.resume();
    assert.equal(play(queue, 100), 100);
    assert.equal(Math.round(queue.heard?.ms ?? 0), 200);
  });

  it("counts by the place of the sound in its segment, also where some is missing", () => {
    const queue = new PlayQueue(RATE);
    queue.add(1, 48_000, sound(100), RATE);
    play(queue, 50);
    assert.equal(Math.round(queue.heard?.ms ?? 0), 2_050);
  });
});
