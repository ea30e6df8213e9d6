// The address of the page follows the state, and the state follows the address: Back and Forward, and
// links.
import { t } from "../frame/i18n.js";
import { LONGEST, readLink, writeLink } from "./link.js";
import { change, current, editSession, listen, markSaved } from "./store.js";
import { readView, withOneModel } from "./view.js";

const PAUSE_MS = 150;
const KEPT = "too-long-for-a-link";
let timer = null;
let written = "";

/**
 * The state of the address; of a plan that is too long for one, as this tab kept it beside its last
 * address.
 */
export async function openLink() {
  const kept = readKept();
  return kept?.fragment === location.hash.slice(1) ? kept.state : readLink(location.hash);
}

function readKept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT));
  } catch {
    return null;
  }
}

/** Keep a state for a reload of this tab; null: the address says it all. */
function keep(state) {
  try {
    if (state === null) sessionStorage.removeItem(KEPT);
    else sessionStorage.setItem(KEPT, JSON.stringify({ fragment: written, state }));
  } catch {
    // More than the browser keeps: a reload shows the plan before it. The pages say so where links are made.
  }
}

/** Keep address and state together from now on. */
export function followLinks() {
  written = location.hash.slice(1);
  listen((state) => {
    if (!state.unsaved) return;
    clearTimeout(timer);
    timer = setTimeout(save, state.unsaved === "step" ? 0 : PAUSE_MS);
  });
  if (written === "") save();
  addEventListener("popstate", follow);
  addEventListener("hashchange", follow);
}

async function save() {
  const state = current();
  const { unsaved } = state;
  const fragment = await writeLink(state);
  if (current().plan !== state.plan || current().view !== state.view) return;
  markSaved();
  if (fragment.length > LONGEST) return keep({ plan: state.plan, view: state.view, kept: state.kept });
  keep(null);
  if (fragment === written) return;
  written = fragment;
  history[unsaved === "step" ? "pushState" : "replaceState"](null, "", `#${fragment}`);
}

async function follow() {
  const fragment = location.hash.slice(1);
  if (fragment === written) return;
  const found = await readLink(location.hash);
  if (found === null) return;
  if (found.fault) return editSession({ notices: [t(`quote.link.${found.fault}`)] });
  written = fragment;
  change({
    ...withOneModel(found.plan, readView(found.view), current().plan.model),
    kept: found.kept,
  });
  markSaved();
  editSession({ notices: [], json: null, texts: {} });
}
