// Which questions a state asks the service, the first one first. A question is only asked anew when its
// text changes.
import { settled } from "./plan/amounts.js";
import { bandQuestion } from "./growing.js";
import { roomQuestion } from "./room.js";
import { variantsOf } from "./variants.js";

/**
 * @returns {{key: string, path: string, schema: string, body?: object}[]} `key` is the name under
 *   which answers are kept.
 */
export function questionsOf(state) {
  const { plan, view, answers } = state;
  const asked = [{ key: "quote", path: "/v1/quotes", schema: "Quote", body: plan }];
  if (typeof plan.model !== "string" || plan.model === "") return asked;
  asked.push({
    key: "model",
    path: `/v1/models/${plan.model.split("/").map(encodeURIComponent).join("/")}`,
    schema: "ModelDetail",
  });
  if (answers.quote?.status !== "fresh") return asked;
  // Until the model is known, it is not known which variants there are.
  if (answers.model?.status === "stale") return asked;
  if (view.rivals.length > 0) {
    const { model, ...rest } = plan;
    asked.push({
      key: "rivals",
      path: "/v1/quotes",
      schema: "Comparison",
      body: { ...rest, models: distinct([model, ...view.rivals]) },
    });
  }
  asked.push({
    key: "variants",
    path: "/v1/comparisons",
    schema: "ComparisonAnswer",
    body: { plan: bare(plan), variants: variantsOf(plan, view, answers.model?.data?.caching) },
  });
  const growing = bandQuestion(bare(answers.quote.data.compiled ?? plan));
  if (growing)
    asked.push({ key: "band", path: "/v1/comparisons", schema: "ComparisonAnswer", body: growing });
  asked.push({
    key: "fits",
    path: "/v1/deployments",
    schema: "DeploymentAnswer",
    body: fitsQuestion(state),
  });
  asked.push({
    key: "memory",
    path: "/v1/deployments",
    schema: "DeploymentAnswer",
    body: memoryQuestion(state),
  });
  const hosted = breakEvenQuestion(state);
  if (hosted)
    asked.push({ key: "hosting", path: "/v1/deployments", schema: "DeploymentAnswer", body: hosted });
  const room = roomQuestion(bare(plan), answers.quote.data);
  if (room) asked.push({ key: "room", path: "/v1/solutions", schema: "SolutionAnswer", body: room });
  return asked;
}

const distinct = (names) => [...new Set(names)];

/** A plan without what a variant cannot keep or what changes no difference. */
function bare(plan) {
  const { budget, conversations, conversations_per_hour, ...rest } = plan;
  if (rest.caching?.shared) rest.conversations = conversations ?? 1;
  return rest;
}

/** The weights that are put on GPUs: those that were chosen, or the model's own where they are public. */
export const hostedModel = ({ view, answers }) =>
  view.hosting.model ?? answers.model?.data?.open_weights ?? SUGGESTED;
const SUGGESTED = "Qwen/Qwen3.5-27B";

/**
 * The context that a sequence is given: as chosen, or as long as the longest request of the quote, in
 * whole blocks.
 */
export function hostedContext({ view, answers }) {
  const peak = answers.quote?.data?.context.peak_tokens ?? SMALLEST_CONTEXT;
  return view.hosting.context ?? Math.max(SMALLEST_CONTEXT, Math.ceil(peak / BLOCK) * BLOCK);
}
const SMALLEST_CONTEXT = 1024;
const BLOCK = 256;

/** Ask on which GPUs the weights fit. */
function fitsQuestion(state) {
  const { quantization, concurrency } = state.view.hosting;
  const asked = { model: hostedModel(state), context_tokens: hostedContext(state), concurrency };
  if (quantization) asked.quantization = quantization;
  return asked;
}

/**
 * Ask for the GPU that was chosen, or else for the smallest set that has a price, so that it can be
 * compared.
 */
function memoryQuestion(state) {
  const { gpu: chosen, price } = state.view.hosting;
  const options = state.answers.fits?.data?.options ?? [];
  const gpu = chosen || options.find((option) => price !== "" || option.price_per_hour !== null)?.gpu;
  return gpu ? { ...fitsQuestion(state), gpu } : fitsQuestion(state);
}

/**
 * Ask where hosting costs what the API costs, on the GPUs that were found; null where no price of one
 * is known.
 */
function breakEvenQuestion(state) {
  const { plan, view, answers } = state;
  const found = answers.memory?.status === "fresh" ? answers.memory.data : null;
  const quote = answers.quote.data;
  const price =
    view.hosting.price || found?.options.find((option) => option.gpu === found.gpu)?.price_per_hour;
  if (!found || !price || quote.totals.cost === null || quote.context.overflows_at !== null) return null;
  const traffic = {
    plan: { ...settled(bare(plan)), model: quote.model },
    conversations_per_day: view.hosting.perDay,
  };
  if (view.hosting.price) traffic.gpu_price_per_hour = view.hosting.price;
  return { ...memoryQuestion(state), gpu: found.gpu, gpu_count: found.gpu_count, break_even: traffic };
}
