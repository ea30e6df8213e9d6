// Which API a pasted request body is written for: by the address that it is sent to, or else by the
// members that only one format has. The service reads the body itself; this only proposes the format's
// name, and the reader may choose.

export const FORMATS = [
  "openai.chat",
  "openai.responses",
  "openai.completions",
  "anthropic.messages",
  "gemini.generateContent",
  "gemini.interactions",
  "vertex.generateContent",
  "vertex.anthropic.messages",
  "bedrock.converse",
  "bedrock.invoke",
  "azure.openai.chat",
  "openrouter.chat",
  "groq.chat",
  "mistral.completions",
  "cohere.chat",
  "ollama.native_chat",
  "ollama.generate",
];

const BY_ADDRESS = [
  [/openai\.azure\.com.*chat\/completions/, "azure.openai.chat"],
  [/openrouter\.ai.*chat\/completions/, "openrouter.chat"],
  [/api\.groq\.com.*chat\/completions/, "groq.chat"],
  [/api\.mistral\.ai.*chat\/completions/, "mistral.completions"],
  [/generativelanguage\.googleapis\.com.*openai/, "gemini.openai_chat"],
  [/aiplatform\.googleapis\.com.*anthropic/, "vertex.anthropic.messages"],
  [/aiplatform\.googleapis\.com.*[gG]enerateContent/, "vertex.generateContent"],
  [/[gG]enerateContent/, "gemini.generateContent"],
  [/\/interactions/, "gemini.interactions"],
  [/bedrock.*\/converse/, "bedrock.converse"],
  [/bedrock.*\/invoke/, "bedrock.invoke"],
  [/\/v\d\/messages/, "anthropic.messages"],
  [/\/responses/, "openai.responses"],
  [/\/chat\/completions/, "openai.chat"],
  [/cohere.*\/chat/, "cohere.chat"],
  [/\/api\/chat/, "ollama.native_chat"],
  [/\/api\/generate/, "ollama.generate"],
  [/\/completions/, "openai.completions"],
];

const BY_MEMBER = [
  ["anthropic_version", "bedrock.invoke"],
  ["contents", "gemini.generateContent"],
  ["toolConfig", "bedrock.converse"],
  ["inferenceConfig", "bedrock.converse"],
  ["chat_history", "cohere.chat"],
  ["prompt", "openai.completions"],
  ["instructions", "openai.responses"],
  ["system", "anthropic.messages"],
  ["messages", "openai.chat"],
  ["input", "openai.responses"],
];
const CONVERSE_BLOCKS = ["text", "toolUse", "toolResult", "image", "document"];

/** The format of a body; null if it looks like none. */
export function formatOf(body, address = "") {
  const addressed = BY_ADDRESS.find(([pattern]) => pattern.test(address));
  if (addressed) return addressed[1];
  const blocks = (Array.isArray(body.messages) ? body.messages : []).flatMap((message) =>
    Array.isArray(message?.content) ? message.content : [],
  );
  if (blocks.some((block) => ["tool_use", "tool_result"].includes(block?.type))) return "anthropic.messages";
  if (blocks.some((block) => block && !("type" in block) && CONVERSE_BLOCKS.some((name) => name in block)))
    return "bedrock.converse";
  if (typeof body.model === "string" && /^claude/.test(body.model) && "messages" in body)
    return "anthropic.messages";
  return BY_MEMBER.find(([member]) => member in body)?.[1] ?? null;
}

/** The model that a body or its address names; null if neither does. */
export function modelOf(body, address = "") {
  if (typeof body.model === "string" && body.model !== "") return body.model;
  const inPath = /\/models?\/([^/:?]+)(?::|\/(?:converse|invoke))/.exec(decoded(address));
  return inPath ? inPath[1] : typeof body.modelId === "string" ? body.modelId : null;
}

/** An address without its percent signs; one that cannot be decoded, such as `100%`, as it is. */
function decoded(address) {
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}

const messagesOf = (body) => [body.messages, body.contents, body.input].find(Array.isArray) ?? [];

/** How many messages and tools a body holds, to say what was found. */
export const sizesOf = (body) => ({
  messages: messagesOf(body).length,
  tools: Array.isArray(body.tools) ? body.tools.length : 0,
});

/** Whether the last message still waits for its answer. */
export function waits(body) {
  const messages = messagesOf(body);
  const last = messages.at(-1);
  if (last === undefined) return "prompt" in body || "input" in body || "message" in body;
  return !["assistant", "model", "CHATBOT"].includes(last.role) && last.type !== "function_call";
}
