import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import type { Api } from "../src/api/client.ts";
import { Problem, unreachable } from "../src/api/problem.ts";
import { EventReader, type ServerEvent } from "../src/api/server-events.ts";
import { type Heard, Listening } from "../src/state/listening.ts";

const DONE = { turn_id: "t", question: {}, message: { content: "ab" }, covered: true };

function said(number: number, event: string, data: unknown): ServerEvent {
  return { id: `t:${number}`, event, data };
}

async function* stream(...events: (ServerEvent | Problem)[]): AsyncGenerator<ServerEvent, void, void> {
  for (const event of events) {
    if (event instanceof Problem) throw event;
    yield event;
  }
}

type Follow = (heard: string | null) => AsyncGenerator<ServerEvent, void, void>;

function chatsOf(follow: Follow, turnId: string | null = "t"): { chats: Api["chats"]; asked: (string | null)[] } {
  const asked: (string | null)[] = [];
  const chats = {
    follow: (_chat: string, turn: string, heard: string | null) => {
      assert.equal(turn, "t");
      asked.push(heard);
      return follow(heard);
    },
    get: () => Promise.resolve({ turn_id: turnId }),
  };
  return { chats: chats as unknown as Api["chats"], asked };
}

describe("Listening", () => {
  beforeEach(() => {
    const quick = { setTimeout: (run: () => void) => setTimeout(run, 0), clearTimeout, addEventListener: () => undefined };
    Object.assign(globalThis, { window: quick });
  });

  it("goes on after the event that it heard last", async () => {
    const { chats, asked } = chatsOf(() => stream(said(2, "text", { text: "b" }), said(3, "done", DONE)));
    let heard: Heard | null = null;
    const listening = new Listening(chats, "c", null, (now) => (heard = now));
    const outcome = await listening.run(() => stream(said(1, "text", { text: "a" }), unreachable()));
    assert.equal(outcome.kind, "done");
    assert.deepEqual(asked, ["t:1"]);
    assert.equal((heard as Heard | null)?.text, "a");
  });

  it("listens again when the server goes down in order", async () => {
    const { chats, asked } = chatsOf(() => stream(said(2, "done", DONE)));
    const shutdown: ServerEvent = { id: null, event: "shutdown", data: { reason: "draining" } };
    const outcome = await new Listening(chats, "c", null, () => undefined).run(() => stream(said(1, "text", { text: "a" }), shutdown));
    assert.equal(outcome.kind, "done");
    assert.deepEqual(asked, ["t:1"]);
  });

  it("finds the turn of a question whose connection broke before a word", async () => {
    const { chats, asked } = chatsOf(() => stream(said(1, "done", DONE)));
    const outcome = await new Listening(chats, "c", null, () => undefined).run(() => stream(unreachable()));
    assert.equal(outcome.kind, "done");
    assert.deepEqual(asked, [null]);
  });

  it("says that the server can't be reached when the question was not heard", async () => {
    const { chats } = chatsOf(() => stream(), null);
    const outcome = await new Listening(chats, "c", null, () => undefined).run(() => stream(unreachable()));
    assert.ok(outcome.kind === "failed" && outcome.problem.isUnreachable);
  });

  it("gives up after a while", async () => {
    const { chats, asked } = chatsOf(() => stream(unreachable()));
    const outcome = await new Listening(chats, "c", "t", () => undefined).run(null);
    assert.ok(outcome.kind === "failed" && outcome.problem.isUnreachable);
    assert.ok(asked.length > 3 && asked.length < 20);
  });

  it("tells of a turn that the server has forgotten", async () => {
    const { chats } = chatsOf(() => stream(new Problem(404, "turn_not_found", "gone")));
    assert.equal((await new Listening(chats, "c", "t", () => undefined).run(null)).kind, "forgotten");
  });

  it("gives the problem that ended a turn, with its facts", async () => {
    const { chats } = chatsOf(() => stream());
    const members = { status: 429, code: "budget_used_up", detail: "used up", left: 3 };
    const outcome = await new Listening(chats, "c", null, () => undefined).run(() => stream(said(1, "error", members)));
    assert.ok(outcome.kind === "failed");
    assert.deepEqual([outcome.problem.status, outcome.problem.code, outcome.problem.facts["left"]], [429, "budget_used_up", 3]);
  });

  it("is silent once it was left", async () => {
    const { chats } = chatsOf(() => stream());
    const listening = new Listening(chats, "c", null, () => assert.fail("nothing is shown any more"));
    const outcome = listening.run(async function* () {
      yield said(1, "tool", { name: "search", detail: "", state: "ended" });
      listening.leave();
      throw unreachable();
    });
    assert.equal((await outcome).kind, "left");
  });
});

describe("EventReader", () => {
  it("reads events wherever their bytes are cut", () => {
    const body = 'id: t:1\nevent: text\ndata: {"text":"a\\nb"}\n\n: keep-alive\n\nid: t:2\nevent: done\ndata: {}\n\n';
    for (let size = 1; size < body.length; size += 1) {
      const reader = new EventReader();
      const events: ServerEvent[] = [];
      for (let at = 0; at < body.length; at += size) events.push(...reader.read(body.slice(at, at + size)));
      assert.deepEqual(events, [said(1, "text", { text: "a\nb" }), said(2, "done", {})]);
    }
  });

  it("reads the line ends of other servers", () => {
    const body = "event: a\r\ndata: 1\r\n\r\n";
    for (let size = 1; size <= body.length; size += 1) {
      const reader = new EventReader();
      const events: ServerEvent[] = [];
      for (let at = 0; at < body.length; at += size) events.push(...reader.read(body.slice(at, at + size)));
      assert.deepEqual(events, [{ id: null, event: "a", data: 1 }], String(size));
    }
  });
});
