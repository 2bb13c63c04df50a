import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import type { Api } from "../src/api/client.ts";
import { Problem, unreachable } from "../src/api/problem.ts";
import { type Ending, Link } from "../src/voice/link.ts";
import { readSound } from "../src/voice/messages.ts";

class FakeSocket extends EventTarget {
  static readonly OPEN = 1;
  static made: FakeSocket[] = [];
  readyState = 1;
  bufferedAmount = 0;
  readonly sent: (string | ArrayBuffer)[] = [];
  readonly protocols: string[];

  constructor(_url: string, protocols: string[]) {
    super();
    this.protocols = protocols;
    FakeSocket.made.push(this);
  }

  send(sent: string | ArrayBuffer): void {
    this.sent.push(sent);
  }

  close(): void {
    this.readyState = 3;
  }

  opens(): void {
    this.dispatchEvent(new Event("open"));
  }

  says(message: object): void {
    this.dispatchEvent(Object.assign(new Event("message"), { data: JSON.stringify(message) }));
  }

  closes(code: number): void {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event("close"), { code }));
  }

  get hello(): { resume?: { last_seq: number } } {
    return JSON.parse(this.sent[0] as string) as { resume?: { last_seq: number } };
  }
}

const READY = { type: "ready", session_id: "s", resume_token: "r", conversation_id: "c", hears: true, speaks: true, out_rate: 24_000, restored: false, seq: 1 };

function linked(ticket: () => Promise<{ ticket: string }> = () => Promise.resolve({ ticket: `t${FakeSocket.made.length + 1}` })) {
  const told: string[] = [];
  const endings: Ending[] = [];
  const link = new Link({ voice: { ticket } } as unknown as Api, "ana", () => ({ audio: "pcm16" }), {
    onReady: (_, isNew) => told.push(isNew ? "new" : "again"),
    onMessage: (message) => told.push(message.type === "transcript" ? message.text : message.type),
    onSound: () => told.push("sound"),
    onLost: () => told.push("lost"),
    onEnded: (ending) => endings.push(ending),
  });
  link.open();
  return { link, told, endings };
}

/** Lets time go by, and what waits for it be done. */
async function pass(ms: number): Promise<void> {
  for (let at = 0; at <= ms; at += 250) {
    mock.timers.tick(ms === 0 ? 0 : 250);
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  }
}

const latest = (): FakeSocket => FakeSocket.made.at(-1)!;
const words = (seq: number, text: string) => ({ type: "transcript", role: "user", id: "u", text, final: true, seq });

describe("Link", () => {
  beforeEach(() => {
    FakeSocket.made = [];
    mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: 1_000 });
    const window = { setTimeout, clearTimeout, setInterval, clearInterval, addEventListener: () => undefined, removeEventListener: () => undefined };
    Object.assign(globalThis, { window, location: { protocol: "https:", host: "clara.example" }, WebSocket: FakeSocket });
  });
  afterEach(() => mock.timers.reset());

  async function live() {
    const made = linked();
    await pass(0);
    latest().opens();
    latest().says(READY);
    return made;
  }

  it("comes back with a new ticket and the number that it read last, and reads nothing twice", async () => {
    const { told } = await live();
    latest().says(words(2, "one"));
    latest().closes(1006);
    await pass(500);
    latest().opens();
    assert.deepEqual(FakeSocket.made.map(({ protocols }) => protocols), [["clara.voice.v1", "ticket.t1"], ["clara.voice.v1", "ticket.t2"]]);
    assert.equal(latest().hello.resume?.last_seq, 2);
    latest().says(words(2, "one"));
    latest().says(words(3, "two"));
    latest().says({ ...READY, seq: 4 });
    latest().says(words(4, "never"));
    latest().says(words(5, "three"));
    assert.deepEqual(told, ["new", "one", "lost", "two", "again", "three"]);
  });

  it("begins anew to count where the session is another one", async () => {
    const { told } = await live();
    latest().says(words(9, "nine"));
    latest().closes(1001);
    await pass(500);
    latest().opens();
    latest().says({ ...READY, session_id: "other", restored: true });
    latest().says(words(2, "two"));
    assert.deepEqual(told, ["new", "nine", "lost", "new", "two"]);
  });

  it("gives up when the session is no longer held", async () => {
    const { endings } = await live();
    latest().closes(1006);
    for (let tries = 0; tries < 20 && endings.length === 0; tries += 1) {
      const before = FakeSocket.made.length;
      await pass(6_000);
      if (FakeSocket.made.length > before) latest().closes(1006);
    }
    assert.deepEqual(endings, [{ kind: "closed", code: 1006, detail: null }]);
    assert.ok(Date.now() < 50_000);
  });

  it("takes no answer to a ping for a broken connection", async () => {
    const { told } = await live();
    await pass(21_000);
    assert.ok(told.includes("lost"));
    assert.ok(FakeSocket.made.length > 1);
  });

  it("is over where the server says so, with what it said", async () => {
    const { endings } = linked();
    await pass(0);
    latest().opens();
    latest().says({ type: "error", code: "voice_full", detail: "No room.", retryable: true, seq: 1 });
    latest().closes(1013);
    assert.deepEqual(endings, [{ kind: "closed", code: 1013, detail: "No room." }]);
  });

  it("tries one more ticket where one isn't taken", async () => {
    const { endings } = linked();
    await pass(0);
    latest().closes(4401);
    await pass(500);
    assert.equal(FakeSocket.made.length, 2);
    latest().closes(4401);
    assert.deepEqual(endings.map(({ kind }) => kind), ["closed"]);
  });

  it("waits for a server that is away, and not for one that refuses", async () => {
    const away = linked(() => Promise.reject(unreachable()));
    await pass(1_000);
    assert.deepEqual(away.endings, []);
    const refused = linked(() => Promise.reject(new Problem(403, "forbidden", "No.")));
    await pass(0);
    assert.deepEqual(refused.endings.map(({ kind }) => kind), ["problem"]);
    away.link.leave();
  });

  it("hears what was stored at the end before it is over", async () => {
    const { link, told, endings } = await live();
    link.leave();
    assert.deepEqual(JSON.parse(latest().sent.at(-1) as string), { type: "bye" });
    latest().says({ type: "turn", id: "m", role: "assistant", text: "Wa", interrupted: true, seq: 2 });
    latest().closes(1000);
    assert.deepEqual([told.at(-1), endings], ["turn", [{ kind: "left" }]]);
  });

  it("drops sound rather than have it wait", async () => {
    const { link } = await live();
    const before = latest().sent.length;
    link.sendSound(new ArrayBuffer(1_280));
    latest().bufferedAmount = 100_000;
    link.sendSound(new ArrayBuffer(1_280));
    assert.equal(latest().sent.length, before + 1);
  });
});

describe("readSound", () => {
  it("reads header and samples, and nothing of another kind", () => {
    const frame = new Uint8Array([1, 1, 2, 0, 0x80, 0x3e, 0, 0, 0xff, 0x7f, 0x01, 0x80]).buffer;
    assert.deepEqual(readSound(frame), { segment: 2, offset: 16_000, pcm: Int16Array.from([32_767, -32_767]) });
    assert.equal(readSound(new Uint8Array([2, 1, 0, 0, 0, 0, 0, 0]).buffer), null);
    assert.equal(readSound(new ArrayBuffer(3)), null);
  });
});
