// An amount of a plan: a number of tokens, a text, a range, a profile, or parts. The form of each is kept
// on the wire, so that what is typed wrongly stays in its own field and the service can say what is wrong
// there.

export const FORMS = ["tokens", "text", "percentiles", "triangular", "profile"];
export const PROFILES = ["small", "medium", "large"];

/** Which form an amount has; "none" if it is not stated. */
export function formOf(amount) {
  if (amount === undefined || amount === null) return "none";
  if (typeof amount === "number") return "tokens";
  if (typeof amount === "string") return "text";
  if (Array.isArray(amount)) return "parts";
  if ("text" in amount) return "text";
  if ("profile" in amount) return "profile";
  if ("p50" in amount || "p90" in amount) return "percentiles";
  if ("min" in amount || "mode" in amount || "max" in amount) return "triangular";
  return "name" in amount ? "function" : "tokens";
}

/** Read a whole number as people type it: `1200`, `1,200`, `1 200`, `1.2k`, `3M`. Null if it is none. */
export function readWhole(typed) {
  const text = String(typed)
    .trim()
    .replace(/(\d)[,_\s’'](?=\d{3}(\D|$))/g, "$1");
  const match = /^(\d+(?:\.\d+)?)\s*([kKmM]?)$/.exec(text);
  if (!match) return null;
  const value = Number(match[1]) * { "": 1, k: 1e3, m: 1e6 }[match[2].toLowerCase()];
  const whole = Math.round(value);
  return Math.abs(value - whole) < 1e-6 && Number.isSafeInteger(whole) ? whole : null;
}

/** The number that is typed, or else the text itself: the service then says what is wrong with it. */
export const wholeOrTyped = (typed) => readWhole(typed) ?? typed;

/**
 * The amount of `tokens` as typed; a faulty one is marked as tokens, because a bare text would be
 * counted.
 */
export function tokensFrom(typed) {
  const whole = readWhole(typed);
  return whole ?? (typed.trim() === "" ? undefined : { tokens: typed });
}

/** What stands in the field of an amount of tokens. */
export const typedTokens = (amount) =>
  typeof amount === "object" && amount !== null ? String(amount.tokens ?? "") : String(amount ?? "");

export const textOf = (amount) => (typeof amount === "string" ? amount : (amount?.text ?? ""));

/** One number that stands for the amount, as far as it is known without counting; null if it is not. */
export function centre(amount) {
  if (typeof amount === "number") return amount;
  const stands = amount?.tokens ?? amount?.p50 ?? amount?.mode;
  return typeof stands === "number" ? stands : null;
}

/**
 * The amount in another form, keeping the size that it has as well as that form can.
 * @param known the `tokens` that were counted in it, and the `text` that stood there before; null where not
 *   known
 */
export function convert(amount, form, { tokens = null, text = null } = {}) {
  const size = centre(amount) ?? tokens ?? 200;
  switch (form) {
    case "none":
      return undefined;
    case "tokens":
      return size;
    case "text":
      return textOf(amount) || (text ?? "");
    case "percentiles":
      return { p50: Math.max(1, size), p90: Math.max(1, size) * 3 };
    case "triangular":
      return { min: Math.round(size / 2), mode: size, max: size * 2 };
    case "profile":
      return { profile: "medium" };
    default:
      return amount;
  }
}

/** Whether a plan draws numbers: a range stands anywhere in it, or requests fail. */
export function isDrawn(plan) {
  return (
    (plan.retries?.rate ?? 0) > 0 ||
    holdsRange([plan.system, plan.tools, plan.turns, plan.agents, plan.workflow])
  );
}

/** The plan with the number that stands for each range in its place, and without failures. */
export function settled(plan) {
  const { retries, samples, seed, ...rest } = plan;
  return withoutRanges(rest);
}

function withoutRanges(value) {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(withoutRanges);
  if (["percentiles", "triangular"].includes(formOf(value))) return value.p50 ?? value.mode ?? value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutRanges(inner)]));
}

function holdsRange(value) {
  if (value === null || typeof value !== "object") return false;
  if (["percentiles", "triangular"].includes(formOf(value))) return true;
  return Object.values(value).some(holdsRange);
}
