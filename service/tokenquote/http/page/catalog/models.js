// The models of the catalog, as GET /v1/models lists them.
import { askService, readAgainAt, readDetail } from "../frame/service.js";

/** No answer that can be shown: its `status` (0: there was none), the service's `detail`, and `againAt`, a Date or null. */
export class Unanswered extends Error {
  constructor(status, detail = "", againAt = null) {
    super(`${status} ${detail}`);
    Object.assign(this, { status, detail, againAt });
  }
}

/** All models by id, and the providers by name: `{models, providers: [{id, name}]}`. */
export async function loadModels() {
  const [models, catalog] = await Promise.all([readPages(), read("/v1/catalog")]);
  return { models, providers: catalog.providers.map(({ id, name }) => ({ id, name })) };
}

/** Everything that the catalog knows of a model. */
export function loadModel(id) {
  return read(`/v1/models/${id.split("/").map(encodeURIComponent).join("/")}`);
}

async function readPages() {
  const models = [];
  for (let cursor = ""; cursor !== null; ) {
    const page = await read(`/v1/models${cursor && `?cursor=${encodeURIComponent(cursor)}`}`);
    models.push(...page.items);
    cursor = page.next_cursor ?? null;
  }
  return models;
}

async function read(path) {
  let answer;
  try {
    answer = await askService(path);
  } catch {
    throw new Unanswered(0);
  }
  if (!answer.ok) throw new Unanswered(answer.status, await readDetail(answer), readAgainAt(answer));
  return answer.json();
}

/** Whether the provider has switched a model off. */
export const isGone = (model) => model.retires_at !== null && new Date(model.retires_at) <= Date.now();

/** A rate as a number to sort and filter by; null: no price is known. */
export const rate = (model, kind) => (kind in model.rates ? Number(model.rates[kind]) : null);
