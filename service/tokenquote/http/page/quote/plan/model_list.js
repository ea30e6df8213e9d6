// The models of the catalog: read page by page when they are first needed, then kept while the page is
// open.
import { ask } from "../api.js";
import { current, editSession } from "../store.js";

let reading = null;

/** Read all models into the session, once; after a failure it is tried again. */
export function readModels() {
  reading ??= readPages().catch(() => {
    reading = null;
  });
  return reading;
}

async function readPages() {
  const models = [];
  for (let cursor = null, first = true; first || cursor !== null; first = false) {
    const query = cursor === null ? "" : `?cursor=${encodeURIComponent(cursor)}`;
    const { answer, problem } = await ask(`/v1/models${query}`, undefined, "ModelList");
    if (problem) {
      editSession({ modelsProblem: problem });
      throw new Error(problem.title);
    }
    models.push(...answer.items);
    cursor = answer.next_cursor;
    editSession({ models: models.slice(), modelsProblem: null });
  }
}

/** The models that hold conversations and match every word of a search, best first. */
export function search(models, words, kind = "chat") {
  const wanted = words
    .toLowerCase()
    .split(/[\s/]+/)
    .filter(Boolean);
  return models
    .filter((model) =>
      kind === "weights"
        ? model.provider === "open-weights"
        : model.kind === kind && model.provider !== "open-weights",
    )
    .map((model) => ({ model, score: score(model, wanted) }))
    .filter(({ score }) => score !== null)
    .sort((a, b) => a.score - b.score || a.model.id.localeCompare(b.model.id, "en", { numeric: true }))
    .map(({ model }) => model);
}

/**
 * Lower is better: the whole name before a part of it, words at the start of the name before words inside
 * it, makers before hosts; null: no match.
 */
function score(model, wanted) {
  const id = model.id.toLowerCase();
  const text = [id, model.name, ...model.aliases].join(" ").toLowerCase();
  if (!wanted.every((word) => text.includes(word))) return null;
  const name = id.slice(id.indexOf("/") + 1);
  const starts = wanted.length > 0 && (name.startsWith(wanted.at(-1)) || id.startsWith(wanted[0]));
  return (
    (name === wanted.at(-1) ? -2 : 0) +
    (starts ? 0 : 2) +
    (id.split("/").length > 2 || HOSTS.has(model.provider) ? 4 : 0) +
    (model.retires ? 1 : 0)
  );
}

const HOSTS = new Set([
  "openrouter",
  "bedrock",
  "azure",
  "vertex",
  "together",
  "fireworks",
  "deepinfra",
  "nebius",
  "groq",
  "cerebras",
]);

export const known = (id) =>
  current().session.models?.find((model) => model.id === id || model.aliases.includes(id)) ?? null;
