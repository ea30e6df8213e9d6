// A conversation as it grows: the same plan cut off after some of its turns, or after some rounds of its
// only turn, to ask how the cost is spread along the way.
import { isDrawn } from "./plan/amounts.js";

/** How many points of the conversation are drawn, and how often each. */
const POINTS = 8;
const SAMPLES = 400;

/** The question for the band of a plan; null where nothing is drawn, or where its length itself is. */
export function bandQuestion(plan) {
  if (!isDrawn(plan) || !Array.isArray(plan.turns) || !plan.turns.every(isCounted)) return null;
  const total = sum(plan.turns);
  const [only] = plan.turns;
  const cuts =
    total > 1
      ? cutsOf(total).map((end) => first(plan.turns, end))
      : cutsOf(sum(only.tool_rounds ?? []) + 1).map((end) => [cutTurn(only, end - 1)]);
  if (cuts.length === 0) return null;
  const variants = cuts.map((turns, i) => ({ name: String(i), patch: { turns } }));
  return { plan: { ...plan, samples: Math.min(plan.samples ?? SAMPLES, SAMPLES) }, variants };
}

const isCounted = (turn) =>
  Number.isInteger(turn.repeat ?? 1) &&
  (turn.tool_rounds ?? []).every((round) => Number.isInteger(round.repeat ?? 1));
const sum = (items) => items.reduce((total, item) => total + (item.repeat ?? 1), 0);

/** Whole numbers that divide a length into about equal parts, without its end. */
const cutsOf = (total) =>
  [...new Set(Array.from({ length: POINTS - 1 }, (_, i) => Math.round((total * (i + 1)) / POINTS)))].filter(
    (end) => end >= 1 && end < total,
  );

/** The first of some turns or rounds, repetitions counted one by one. */
function first(items, count) {
  const kept = [];
  for (const item of items) {
    const repeat = Math.min(item.repeat ?? 1, count);
    if (repeat <= 0) break;
    kept.push({ ...item, repeat });
    count -= repeat;
  }
  return kept;
}

/** A turn that ends with the request after so many rounds: what that request writes is then its answer. */
function cutTurn(turn, rounds) {
  const kept = first(turn.tool_rounds, rounds);
  const next = first(turn.tool_rounds, rounds + 1).at(-1);
  const call = next.calls[0].call;
  return {
    ...turn,
    tool_rounds: kept,
    assistant: typeof call === "object" && "name" in call ? 0 : call,
    reasoning: next.reasoning ?? 0,
  };
}
