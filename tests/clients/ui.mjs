// The AI SDK's own chat transport and reader, calling Clara. Prints what they made of it as JSON; test_node.py looks at it.
import { DefaultChatTransport, readUIMessageStream } from "ai";

const transport = new DefaultChatTransport({
  api: `${process.env.CLARA_URL}/v1/ui/chat`,
  headers: { Authorization: `Bearer ${process.env.CLARA_KEY}`, "X-Clara-User": "ana" },
});
const user = (id, text) => ({ id, role: "user", parts: [{ type: "text", text }] });

const read = async (stream) => {
  const data = [];
  const seen = stream.pipeThrough(
    new TransformStream({
      transform(chunk, controller) {
        data.push(chunk);
        controller.enqueue(chunk);
      },
    }),
  );
  let message = null;
  let failed = null;
  const onError = (error) => {
    failed = error.message;
  };
  for await (const state of readUIMessageStream({ stream: seen, onError })) message = state;
  return { message, failed, chunks: data };
};
const send = async (chatId, messages, trigger = "submit-message", messageId = undefined) =>
  read(await transport.sendMessages({ chatId, messages, trigger, messageId, abortSignal: undefined }));

const scenarios = {
  async answer() {
    return send("c", [user("u1", "Who makes ATP?")]);
  },
  async again() {
    const first = user("u1", "One?");
    const one = await send("c", [first]);
    const second = user("u2", "Two?");
    const two = await send("c", [first, one.message, second]);
    const regenerated = await send("c", [first, one.message, second], "regenerate-message", two.message.id);
    const changed = await send("c", [user("u1", "One, really?")], "submit-message", "u1");
    return { one, two, regenerated, changed };
  },
  async resume() {
    const stream = await transport.sendMessages({
      chatId: "c", messages: [user("u1", "Slowly?")], trigger: "submit-message", messageId: undefined,
      abortSignal: undefined,
    });
    const reader = stream.getReader();
    while ((await reader.read()).value.type !== "text-delta");
    await reader.cancel();
    const resumed = await transport.reconnectToStream({ chatId: "c" });
    process.stdout.write("resumed\n");
    const whole = await read(resumed);
    return { whole, after: await transport.reconnectToStream({ chatId: "c" }) };
  },
  async unknown() {
    return { stream: await transport.reconnectToStream({ chatId: "never-heard-of" }) };
  },
  async failing() {
    return send("c", [user("u1", "Fail?")]);
  },
};
console.log(JSON.stringify(await scenarios[process.argv[2]]()));
