// How often the last turn could repeat until a request no longer fits: asked where the search is short.
import { isDrawn } from "./plan/amounts.js";
import { fullest } from "./see/limits.js";

/** The most repetitions that the search is expected to go through. */
const MOST = 3000;

/**
 * The question, or null: the plan overflows already, its history does not grow, or the search would be
 * long.
 */
export function roomQuestion(plan, quote) {
  const turns = plan.turns ?? [];
  const last = turns.at(-1);
  const limit = fullest(quote);
  if (!last || plan.agents?.length > 0 || isDrawn(plan) || (plan.history?.strategy ?? "full") !== "full")
    return null;
  if (limit === null || limit.fill >= 1 || !Number.isInteger(last.repeat ?? 1)) return null;
  if (expected(last, quote, limit) > MOST) return null;
  const counted = [...turns.slice(0, -1), { ...last, repeat: last.repeat ?? 1 }];
  return {
    plan: { ...plan, turns: counted },
    at: `/turns/${turns.length - 1}/repeat`,
    limit: { context: true },
  };
}

/** About how often the last turn fits, by what each request adds on average. */
function expected(last, quote, limit) {
  const [first] = quote.requests;
  const perRequest = (limit.tokens - first.input_tokens) / quote.requests.length;
  const requests = quote.requests.length + (limit.limit - limit.tokens) / Math.max(perRequest, 1e-9);
  const rounds = (last.tool_rounds ?? []).reduce((sum, round) => sum + (round.repeat ?? 1), 1);
  return (requests / rounds) * Math.max(1, rounds / 4);
}
