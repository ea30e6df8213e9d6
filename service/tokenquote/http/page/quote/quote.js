// The page's beginning: words, the state out of the link or the first example, then drawing, asking and
// saving.
import { startFrame } from "../frame/frame.js";
import { t } from "../frame/i18n.js";
import { askSoon } from "./asking.js";
import { EXAMPLES } from "./plan/examples.js";
import { html, render } from "./markup.js";
import { Page } from "./page.js";
import { change, editSession, listen } from "./store.js";
import { readView, withOneModel } from "./view.js";
import { followLinks, openLink } from "./address.js";

await startFrame("quote", "plan", "figures");
const main = document.getElementById("main");
main.replaceChildren();

listen((state) => render(html`<${Page} state=${state} />`, main));
listen((state) => askSoon(state));
document.addEventListener("languagechosen", () => editSession({}));

const found = await openLink();
if (found?.plan)
  change({ ...withOneModel(found.plan, readView(found.view), EXAMPLES[0].plan.model), kept: found.kept });
else change({ plan: EXAMPLES[0].plan, view: readView(EXAMPLES[0].view) });
if (found?.fault) editSession({ notices: [t(`quote.link.${found.fault}`)] });
followLinks();
document.documentElement.dataset.ready = "quote";
