import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { problemFrom } from "../src/api/problem.ts";
import { takeToken } from "../src/state/session.ts";

function browserAt(hash: string) {
  const replaced: string[] = [];
  const location = { hash, pathname: "/", search: "?a=1" } as Location;
  const history = { replaceState: (_state: unknown, _title: string, url: string) => replaced.push(url) } as unknown as History;
  return { location, history, replaced };
}

describe("takeToken", () => {
  it("takes the token and removes it from the address at once", () => {
    const { location, history, replaced } = browserAt("#sign-in=abc_-1");
    assert.equal(takeToken(location, history), "abc_-1");
    assert.deepEqual(replaced, ["/?a=1"]);
  });

  it("leaves other fragments alone", () => {
    const { location, history, replaced } = browserAt("#/chats/chat_1");
    assert.equal(takeToken(location, history), null);
    assert.deepEqual(replaced, []);
  });

  it("removes an empty token too", () => {
    const { location, history, replaced } = browserAt("#sign-in=");
    assert.equal(takeToken(location, history), null);
    assert.equal(replaced.length, 1);
  });
});

describe("problemFrom", () => {
  it("reads RFC 9457 members", () => {
    const problem = problemFrom(409, '{"title":"T","detail":"D","code":"name_taken","instance":"req_1"}');
    assert.deepEqual([problem.status, problem.code, problem.detail, problem.requestId], [409, "name_taken", "D", "req_1"]);
  });

  it("makes do with what isn't JSON", () => {
    assert.equal(problemFrom(502, "<html>bad gateway").detail, "The server answered with status 502.");
    assert.equal(problemFrom(502, "[]").code, "http_502");
  });
});
