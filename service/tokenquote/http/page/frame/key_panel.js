// The field for the API key, under the header: it opens by itself when the service asks for a key or refuses one, and
// from then on by a button in the header.
import { formatInstant, t } from "./i18n.js";
import { forgetKey, keepKey, keptKey, keyStanding } from "./key.js";

const button = document.getElementById("key-button");
const panel = document.getElementById("key-panel");
const field = document.getElementById("key");
const said = document.getElementById("key-said");
let isMalformed = false;

/** Bring the field and its button to life. */
export function startKeyPanel() {
  button.addEventListener("click", () => (panel.hidden ? openKeyPanel() : close()));
  panel.addEventListener("keydown", (event) => event.key === "Escape" && close());
  panel.addEventListener("submit", (event) => {
    event.preventDefault();
    isMalformed = !keepKey(field.value);
    if (!isMalformed) field.value = "";
    show();
  });
  document.getElementById("key-forget").addEventListener("click", () => {
    forgetKey();
    field.focus();
  });
  document.addEventListener("keystanding", follow);
  document.addEventListener("languagechosen", show);
  show();
}

/** Open the panel and put the focus on its field. */
export function openKeyPanel() {
  setOpen(true);
  field.focus();
}

/** Follow what the service says: a key that is asked for or refused opens the panel, one that is taken closes it. */
function follow() {
  isMalformed = false;
  show();
  const { name } = keyStanding();
  const isInside = panel.contains(document.activeElement);
  if (name === "needed" || name === "refused") {
    setOpen(true);
    // Nobody is taken away from what they are typing elsewhere.
    if (isInside || document.activeElement === document.body) field.focus();
  } else if (name === "taken" && !panel.hidden) {
    if (isInside) close();
    else setOpen(false);
  }
}

function close() {
  setOpen(false);
  button.focus();
}

function setOpen(isOpen) {
  panel.hidden = !isOpen;
  button.setAttribute("aria-expanded", String(isOpen));
}

function show() {
  const { name, detail, againAt } = keyStanding();
  button.hidden = name === "unasked";
  button.dataset.standing = name;
  const label = t("frame.key.button", { standing: t(`frame.key.is.${name}`) });
  button.setAttribute("aria-label", label);
  button.title = label;
  document.getElementById("key-forget").hidden = keptKey() === null;
  const isBad = isMalformed || name === "refused";
  field.setAttribute("aria-invalid", String(isBad));
  said.className = isBad ? "field-error" : "key-said";
  // What the service says is English; the words around it are the reader's.
  const served = Object.assign(document.createElement("span"), { lang: "en", textContent: detail });
  const words = isMalformed ? t("frame.key.malformed") : t(`frame.key.say.${name}`);
  const when = name === "waiting" && againAt ? t("frame.key.again_at", { time: formatInstant(againAt) }) : "";
  said.replaceChildren(words, " ", ...(isMalformed || name === "needed" ? [] : [served, " ", when]));
}
