// The one state of the page. Views read it, edits replace it; nothing else remembers anything that a link
// should hold.
//
//   plan     the plan as it goes to the service, faulty fields included: what is typed is never thrown away
//   view     what is looked at, as far as a link should show it again
//   kept     what a switch of the form put aside, such as the turns while a workflow writes them
//   answers  by question: {status, data, problem, seconds, retryIn, againAt}. "stale" is asked anew, "held" waits for
//            a plan that can be quoted, "fresh" and "failed" are as they say
//   session  what no link holds: open parts, the pasted text, the list of models, and the texts (by pointer)
//            of amounts that are shown as numbers
import { withValue } from "./pointers.js";
import { FIRST_VIEW, withOneModel } from "./view.js";

let state = {
  plan: null,
  view: FIRST_VIEW,
  kept: {},
  answers: {},
  session: { side: "form", notices: [], pasted: "", texts: {} },
};
const listeners = new Set();
let drawing = false;

export const current = () => state;

/** Call back after changes, at most once a frame. */
export function listen(listener) {
  listeners.add(listener);
}

/**
 * Replace parts of the state. `step` begins a new entry in the browser's history, so that Back undoes
 * it.
 */
export function change(parts, { step = false } = {}) {
  const before = state;
  state = { ...state, ...parts };
  const shared = before.plan !== state.plan || before.view !== state.view || before.kept !== state.kept;
  if (shared) state.unsaved = step || before.unsaved === "step" ? "step" : "typing";
  if (drawing) return;
  drawing = true;
  queueMicrotask(() => {
    drawing = false;
    for (const listener of listeners) listener(state);
  });
}

/** Forget that the link is behind the state. */
export function markSaved() {
  state = { ...state, unsaved: null };
}

export const editPlan = (pointer, value, options) =>
  change(
    {
      plan: withValue(state.plan, pointer, value),
      // An item that is taken out moves those after it to other places than their texts.
      session: value === undefined && /\/\d+$/.test(pointer) ? withoutTexts() : state.session,
    },
    options,
  );
const withoutTexts = () => ({ ...state.session, texts: {} });
export const editView = (pointer, value) => change({ view: withValue(state.view, pointer, value) });
export const editSession = (parts) => change({ session: { ...state.session, ...parts } });

/** Start over with another plan; Back returns to the one before. */
export const openPlan = (plan, view = {}) =>
  change(
    {
      ...withOneModel(plan, { ...state.view, ...view }, state.plan?.model),
      kept: {},
      session: withoutTexts(),
    },
    { step: true },
  );

export const setAnswer = (key, answer) => change({ answers: { ...state.answers, [key]: answer } });
