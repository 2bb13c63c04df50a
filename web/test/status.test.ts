import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { problemFrom, unreachable } from "../src/api/problem.ts";
import type { LibraryFile } from "../src/api/types.ts";
import { canBeReadAgain } from "../src/text/status.ts";

function failed(code: string | null): LibraryFile {
  return { status: "failed", error: code === null ? null : { code, detail: "It failed." } } as LibraryFile;
}

describe("canBeReadAgain", () => {
  it("is offered where the file wasn't at fault", () => {
    for (const code of ["cancelled", "gave_up", "internal", "parser_timeout", null]) assert.ok(canBeReadAgain(failed(code)), String(code));
  });

  it("is not offered where the same bytes would fail again", () => {
    for (const code of ["encrypted_pdf", "damaged_docx", "too_many_pages", "zip_bomb", "no_text"]) assert.ok(!canBeReadAgain(failed(code)), code);
  });

  it("is not offered for a file that didn't fail", () => {
    for (const status of ["ready", "queued", "needs_ocr"]) assert.ok(!canBeReadAgain({ status, error: null } as LibraryFile), status);
  });
});

describe("Problem.isPassing", () => {
  it("is true while the network, the server or a limit is in the way", () => {
    assert.ok(unreachable().isPassing);
    for (const status of [401, 408, 409, 429, 500, 503]) assert.ok(problemFrom(status, "").isPassing, String(status));
  });

  it("is false where what was sent is refused", () => {
    for (const status of [400, 403, 404, 413, 415, 422]) assert.ok(!problemFrom(status, "").isPassing, String(status));
  });
});
