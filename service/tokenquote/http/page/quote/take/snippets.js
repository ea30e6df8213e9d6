// The plan as it is taken away: JSON, YAML, a curl command, Python, and the command line.
// No key stands in them: where the service asks for one, they name the variable that the Python client reads.
import { KEY_HEADER, KEY_VARIABLE } from "../../frame/key_in_commands.js";
import { writeYaml } from "../yaml.js";

export const KINDS = ["json", "yaml", "curl", "python", "cli"];

/** Write the plan as text of one kind; `withKey`: the service asks for a key. */
export async function snippet(kind, plan, origin, withKey = false) {
  switch (kind) {
    case "yaml":
      return writeYaml(plan);
    case "curl":
      return curl(plan, origin, withKey);
    case "python":
      return python(plan, origin, withKey);
    case "cli":
      return cli(plan);
    default:
      return `${JSON.stringify(plan, null, 2)}\n`;
  }
}

/** The name of the file that a kind is saved as. */
export const fileName = (kind) =>
  ({ json: "plan.json", yaml: "plan.yaml", curl: "ask.sh", python: "ask.py", cli: "ask.sh" })[kind];

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

const curl = (plan, origin, withKey) =>
  `curl -sS ${origin}/v1/quotes \\\n  -H 'content-type: application/json' \\\n${withKey ? `  ${KEY_HEADER} \\\n` : ""}  --data-raw ${quoted(JSON.stringify(plan, null, 2))}\n`;

function python(plan, origin, withKey) {
  const method = plan.models ? "compare" : "quote";
  const shown =
    method === "quote"
      ? "print(quote.totals.cost, quote.totals.input_tokens, quote.context.overflows_at)"
      : "for one in quote.quotes:\n    print(one.model)";
  return `from tokenquote_client import Client, Plan

plan = Plan.model_validate(
${indent(literal(plan), 4)}
)
${withKey ? `# The key is read from the environment variable ${KEY_VARIABLE}.\n` : ""}with Client("${origin}") as client:
    quote = client.${method}(plan)
${shown}
`;
}

/** A heredoc keeps every letter of the plan; its end is a word that no line of JSON can be. */
const cli = (plan) => `tokenquote quote - <<'PLAN'\n${JSON.stringify(plan, null, 2)}\nPLAN\n`;

/** JSON data as a Python literal. */
export function literal(value, depth = 0) {
  const inner = "    ".repeat(depth + 1);
  const outer = "    ".repeat(depth);
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "object") return JSON.stringify(value);
  const items = Array.isArray(value)
    ? value.map((item) => literal(item, depth + 1))
    : Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${literal(item, depth + 1)}`);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const single = items.join(", ");
  if (single.length <= 60 && !single.includes("\n")) return `${open}${single}${close}`;
  return `${open}\n${items.map((item) => inner + item).join(",\n")},\n${outer}${close}`;
}

const indent = (text, by) =>
  text
    .split("\n")
    .map((line) => " ".repeat(by) + line)
    .join("\n");
