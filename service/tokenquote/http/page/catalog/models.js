// The models of the catalog, as GET /v1/models lists them.

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
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${answer.status} ${path}`);
  return answer.json();
}

/** Whether the provider has switched a model off. */
export const isGone = (model) => model.retires_at !== null && new Date(model.retires_at) <= Date.now();

/** A rate as a number to sort and filter by; null: no price is known. */
export const rate = (model, kind) => (kind in model.rates ? Number(model.rates[kind]) : null);
