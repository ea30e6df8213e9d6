// What somebody pasted: a plan (JSON or YAML), a request body of a known API, or a curl command that sends
// one.
import { readYaml } from "../yaml.js";
import { readCurl } from "./curl_command.js";
import { formatOf, modelOf, sizesOf, waits } from "./native_bodies.js";

/** The turns that a pasted body goes on with, until the reader says otherwise. */
const NEXT = { user: 120, assistant: 260, reasoning: 0, repeat: 9 };

/**
 * A longer text is read as JSON alone: a plan that people write as YAML is short, and its reader is
 * slow.
 */
const LONGEST_YAML = 500_000;

/**
 * Read a pasted text.
 * @returns {Promise<null|{fault: string, detail?: string}|{kind: "plan"|"body", plan: object, format?:
 *   string, sizes?: object}>}
 *   null: nothing was pasted. `fault` is a key of words; `detail` is the parser's own sentence.
 */
export async function readPasted(text, { format = null, model = null } = {}) {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  if (/^(\$\s*)?curl\s/.test(trimmed)) return readCommand(trimmed.replace(/^\$\s*/, ""), format, model);
  const { data, detail } = await readData(trimmed);
  if (data === undefined) return { fault: "unreadable", detail };
  return understand(data, "", format, model);
}

async function readCommand(command, format, model) {
  const { address, body, file } = readCurl(command);
  if (file !== null) return { fault: "file", detail: file };
  if (body === null) return { fault: "no-body" };
  const { data, detail } = await readData(body, false);
  return data === undefined ? { fault: "unreadable", detail } : understand(data, address, format, model);
}

async function readData(text, yaml = true) {
  try {
    return { data: JSON.parse(text) };
  } catch (error) {
    if (text.length > LONGEST_YAML) return { detail: error.message };
    if (!yaml || text.startsWith("{") || text.startsWith("[")) return { detail: error.message };
  }
  try {
    return { data: await readYaml(text) };
  } catch (error) {
    return { detail: error.message.split("\n")[0] };
  }
}

function understand(found, address, format, model) {
  const data = isListOfMessages(found) ? { messages: found } : found;
  if (data === null || typeof data !== "object" || Array.isArray(data)) return { fault: "unreadable" };
  if (data.plan && typeof data.plan === "object" && !("messages" in data))
    return understand(data.plan, address, format, model);
  if ("turns" in data || "workflow" in data || (!address && isMisspeltPlan(data)))
    return { kind: "plan", plan: data };
  const named = format ?? formatOf(data, address);
  if (named === null) return { fault: "unknown" };
  const first = waits(data) ? [{ assistant: NEXT.assistant, reasoning: 0 }] : [];
  const plan = {
    model: modelOf(data, address) ?? model,
    start: { format: named, body: data },
    turns: [...first, NEXT],
  };
  return { kind: "body", plan, format: named, sizes: sizesOf(data) };
}

/** What opens or carries the conversation in a body of some API: a body has one of them. */
const SENT = ["messages", "contents", "input", "prompt", "message", "chat_history", "instructions"];

/** Whether it is a plan whose turns are misspelt: the service then names the field that it does not know. */
const isMisspeltPlan = (data) =>
  "model" in data && ("system" in data || "tools" in data) && !SENT.some((name) => name in data);

const isListOfMessages = (found) =>
  Array.isArray(found) && found.length > 0 && found.every((item) => typeof item?.role === "string");
