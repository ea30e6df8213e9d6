// The address of the page follows the state, and the state follows the address: Back and Forward, and links.
import { t } from "../frame/i18n.js";
import { LONGEST, readLink, writeLink } from "./link.js";
import { FIRST_VIEW, change, current, editSession, listen, markSaved } from "./store.js";

const PAUSE_MS = 400;
let timer = null;
let written = "";

export const openLink = () => readLink(location.hash);

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
  if (fragment.length > LONGEST || fragment === written) return;
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
  change({ plan: found.plan, view: { ...FIRST_VIEW, ...found.view }, kept: found.kept });
  markSaved();
  editSession({ notices: [], json: null });
}
