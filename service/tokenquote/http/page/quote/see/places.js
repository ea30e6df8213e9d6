// Places of a plan in words.
import { hasWords, t } from "../../frame/i18n.js";
import { whole } from "../numbers.js";

/** A place such as `turns/0/tool_rounds/1/calls/0/result`, or a JSON pointer, in words. */
export function placeName(what) {
  const steps = what.replace(/^\//, "").split("/");
  const named = [];
  for (let i = 0; i < steps.length; i += 1) {
    const number = /^\d+$/.test(steps[i + 1] ?? "") ? Number(steps[i + 1]) + 1 : null;
    const key = `quote.step.${steps[i]}`;
    if (/^\d+$/.test(steps[i])) continue;
    named.push(words(key, steps[i]) + (number === null ? "" : ` ${whole(number)}`));
  }
  return named.join(" › ");
}

const words = (key, own) => (hasWords(key) ? t(key) : own);
