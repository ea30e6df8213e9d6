// How full a model's limits get: the context window, and the most input that it takes, which may be less.
import { t } from "../../frame/i18n.js";
import { percent, whole } from "../numbers.js";

/**
 * The limit that is filled most.
 * @returns {{fill: number, tokens: number, limit: number, isInput: boolean}|null} null: the model
 *   publishes none.
 */
export function fullest({ context, requests }) {
  const longest = requests.reduce((most, request) => Math.max(most, request.input_tokens), 0);
  const found = [
    context.window !== null && { tokens: context.peak_tokens, limit: context.window, isInput: false },
    context.max_input !== null && { tokens: longest, limit: context.max_input, isInput: true },
  ]
    .filter(Boolean)
    .map((one) => ({ ...one, fill: one.tokens / one.limit }));
  return found.length > 0 ? found.reduce((a, b) => (b.fill > a.fill ? b : a)) : null;
}

/** The share of a request in the limit that it fills most; null if the model publishes none. */
export function fillOf(request, { window, max_input: most }) {
  const shares = [
    window !== null && request.context_tokens / window,
    most !== null && request.input_tokens / most,
  ].filter((share) => share !== false);
  return shares.length > 0 ? Math.max(...shares) : null;
}

/** Whether it fits, and if not, where it overflows what, in a sentence. */
export function sayLimits(quote) {
  const limit = fullest(quote);
  const overflow = quote.context.overflows_at;
  if (limit === null) return t("quote.window.unknown");
  const what = t(limit.isInput ? "quote.limit.input" : "quote.limit.window", { tokens: whole(limit.limit) });
  if (overflow)
    return t("quote.overflow", { turn: whole(overflow.turn), request: whole(overflow.request), what });
  return t("quote.fits", { share: percent(limit.fill), what });
}

/** The rows of a note about the limits. */
export const limitRows = (quote) =>
  [
    [t("quote.peak"), whole(quote.context.peak_tokens)],
    [t("quote.window"), whole(quote.context.window)],
    quote.context.max_input !== null && [t("quote.max_input"), whole(quote.context.max_input)],
    quote.context.model && [t("quote.model"), quote.context.model],
    sayLimits(quote),
  ].filter(Boolean);
