// OpenAI's own client for Node, calling Clara. Prints what it got as JSON; test_node.py looks at it.
import OpenAI from "openai";

const client = new OpenAI({
  baseURL: `${process.env.CLARA_URL}/openai/v1`,
  apiKey: process.env.CLARA_KEY,
  defaultHeaders: { "X-Clara-User": "ana" },
  maxRetries: 0,
});
const asking = (content, more) => ({ model: "clara", messages: [{ role: "user", content }], ...more });
const told = async (promise) => {
  try {
    return await promise;
  } catch (error) {
    return { failed: error.constructor.name, status: error.status, code: error.code, type: error.type, param: error.param };
  }
};
const read = async (stream) => {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
};

const create = (body) => client.chat.completions.create(body);
const result = {
  models: (await client.models.list()).data.map((model) => model.id),
  whole: await create(asking("Who makes ATP?")),
  chunks: await read(await create(asking("Who makes ATP?", { stream: true, stream_options: { include_usage: true } }))),
  helped: await client.chat.completions.stream(asking("Who makes ATP?")).finalContent(),
  kept: await create(asking("Who makes ATP?", { metadata: { conversation_id: "from-node" } })),
  tools: await told(create(asking("Hi", { tools: [{ type: "function", function: { name: "f" } }] }))),
  unknown: await told(create({ ...asking("Hi"), model: "gpt-5" })),
  nobody: await told(new OpenAI({ baseURL: client.baseURL, apiKey: "wrong" }).models.list()),
};
console.log(JSON.stringify(result));
