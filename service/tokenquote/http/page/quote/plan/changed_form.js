// The change of an amount's form: a text becomes the tokens that the quote counted in it, and comes back when
// the form does. The texts lie in the session by the pointer of their amount, and in no link.
import { valueAt, within } from "../pointers.js";
import { current, editPlan, editSession } from "../store.js";
import { convert, formOf, textOf } from "./amounts.js";

/** Put the amount at a place of the plan into another form. */
export function changeForm(pointer, form) {
  const state = current();
  const amount = valueAt(state.plan, pointer);
  const { texts } = state.session;
  if (formOf(amount) === "text" && textOf(amount) !== "")
    editSession({ texts: { ...texts, [pointer]: textOf(amount) } });
  editPlan(pointer, convert(amount, form, { tokens: countedAt(state, pointer), text: texts[pointer] }));
}

/**
 * The tokens that the quote counted at a place, its parts together; null where it has no count, or is of
 * another plan.
 */
export function countedAt({ answers }, pointer) {
  if (answers.quote?.status !== "fresh") return null;
  const counts = answers.quote.data.counts.filter(({ what }) => within(`/${what}`, pointer));
  return counts.length === 0 ? null : counts.reduce((sum, { tokens }) => sum + tokens, 0);
}
