import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Resampler } from "../src/voice/resampler.ts";

/** A tone, resampled in pieces as a browser gives them. */
function resampled(hertz: number, from: number, to: number): Float32Array {
  const resampler = new Resampler(from, to);
  const out: number[] = [];
  for (let at = 0; at < from; at += 128) {
    const piece = Float32Array.from({ length: Math.min(128, from - at) }, (_, n) => Math.sin((2 * Math.PI * hertz * (at + n)) / from));
    out.push(...resampler.push(piece));
  }
  return Float32Array.from(out);
}

function loudness(samples: Float32Array): number {
  const middle = samples.subarray(1_000, -1_000);
  return Math.sqrt(middle.reduce((sum, sample) => sum + sample * sample, 0) / middle.length);
}

describe("Resampler", () => {
  for (const [from, to] of [[48_000, 16_000], [44_100, 16_000], [16_000, 16_000], [24_000, 48_000], [24_000, 44_100]] as const) {
    it(`keeps a tone of speech from ${from} to ${to}, as long and as loud`, () => {
      const out = resampled(440, from, to);
      assert.ok(Math.abs(out.length - to) < 60, `${out.length} samples of ${to}`);
      assert.ok(Math.abs(loudness(out) - Math.SQRT1_2) < 0.01, `loudness ${loudness(out)}`);
      const crossings = out.reduce((count, sample, at) => count + (at > 0 && out[at - 1]! < 0 && sample >= 0 ? 1 : 0), 0);
      assert.ok(Math.abs(crossings - 440) <= 2, `${crossings} waves`);
    });
  }

  it("leaves out what the lower rate can't hold, rather than fold it into speech", () => {
    assert.ok(loudness(resampled(11_000, 48_000, 16_000)) < 0.01);
  });
});
