// Which questions a state asks the service, the first one first. A question is only asked anew when its text changes.
import { isDrawn } from "./build/amounts.js";
import { variantsOf } from "./variants.js";

/** How many points of a growing conversation are drawn for its band. */
const BAND_POINTS = 8;

/**
 * @returns {{key: string, path: string, schema: string, body?: object}[]} `key` is the name under which answers are kept.
 */
export function questionsOf(state) {
  const { plan, view, answers } = state;
  const asked = [{ key: "quote", path: "/v1/quotes", schema: "Quote", body: plan }];
  if (typeof plan.model !== "string" || plan.model === "") return asked;
  asked.push({ key: "model", path: `/v1/models/${plan.model.split("/").map(encodeURIComponent).join("/")}`, schema: "ModelDetail" });
  if (answers.quote?.status !== "fresh") return asked;
  if (view.rivals.length > 0) {
    const { model, ...rest } = plan;
    asked.push({ key: "rivals", path: "/v1/quotes", schema: "Comparison", body: { ...rest, models: distinct([model, ...view.rivals]) } });
  }
  asked.push({ key: "variants", path: "/v1/comparisons", schema: "ComparisonAnswer", body: { plan: bare(plan), variants: variantsOf(plan, view) } });
  const growing = bandQuestion(answers.quote.data.compiled ?? plan);
  if (growing) asked.push({ key: "band", path: "/v1/comparisons", schema: "ComparisonAnswer", body: growing });
  asked.push({ key: "memory", path: "/v1/deployments", schema: "DeploymentAnswer", body: memoryQuestion(state) });
  const hosted = breakEvenQuestion(state);
  if (hosted) asked.push({ key: "hosting", path: "/v1/deployments", schema: "DeploymentAnswer", body: hosted });
  return asked;
}

const distinct = (names) => [...new Set(names)];

/** A plan without what a variant cannot keep or what changes no difference. */
function bare(plan) {
  const { budget, conversations, conversations_per_hour, ...rest } = plan;
  if (rest.caching?.shared) rest.conversations = conversations ?? 1;
  return rest;
}

/** Ask how the cost is spread after the first part of the turns, for points along the conversation. */
function bandQuestion(plan) {
  if (!isDrawn(plan) || !Array.isArray(plan.turns) || plan.turns.some((turn) => !Number.isInteger(turn.repeat ?? 1))) return null;
  const total = plan.turns.reduce((sum, turn) => sum + (turn.repeat ?? 1), 0);
  if (total < 2) return null;
  const ends = distinct(Array.from({ length: BAND_POINTS - 1 }, (_, i) => Math.max(1, Math.round((total * (i + 1)) / BAND_POINTS))));
  const variants = ends.filter((end) => end < total).map((end) => ({ name: String(end), patch: { turns: firstTurns(plan.turns, end) } }));
  return variants.length > 0 ? { plan: { ...bare(plan), samples: Math.min(plan.samples ?? 400, 400) }, variants } : null;
}

function firstTurns(turns, count) {
  const first = [];
  for (const turn of turns) {
    const repeat = Math.min(turn.repeat ?? 1, count);
    if (repeat <= 0) break;
    first.push({ ...turn, repeat });
    count -= repeat;
  }
  return first;
}

/** The weights that are put on GPUs: those that were chosen, or the model's own where they are public. */
export const hostedModel = ({ view, answers }) => view.hosting.model ?? answers.model?.data?.open_weights ?? SUGGESTED;
const SUGGESTED = "Qwen/Qwen3-32B";

function memoryQuestion(state) {
  const { gpu, quantization, context, concurrency } = state.view.hosting;
  const asked = { model: hostedModel(state), context_tokens: context, concurrency };
  if (gpu) asked.gpu = gpu;
  if (quantization) asked.quantization = quantization;
  return asked;
}

/** Ask where hosting costs what the API costs, on the GPUs that were found; null where no price of one is known. */
function breakEvenQuestion(state) {
  const { plan, view, answers } = state;
  const found = answers.memory?.status === "fresh" ? answers.memory.data : null;
  const quote = answers.quote.data;
  const price = view.hosting.price || found?.options.find((option) => option.gpu === found.gpu)?.price_per_hour;
  if (!found || !price || quote.totals.cost === null || quote.context.overflows_at !== null) return null;
  const traffic = { plan: { ...bare(plan), model: quote.model }, conversations_per_day: view.hosting.perDay };
  if (view.hosting.price) traffic.gpu_price_per_hour = view.hosting.price;
  return { ...memoryQuestion(state), gpu: found.gpu, gpu_count: found.gpu_count, break_even: traffic };
}
