// The API key that the reader stated: kept in this tab alone, and what the service says of it. No link, no address and
// no text to copy holds it. Documents hear of another key by the event "keychosen", and of another standing by
// "keystanding".
const PLACE = "tokenquote.key";
const PRINTABLE = /^[\x21-\x7e]+$/; // what a header can hold: fetch refuses all else

let key = readKept();
let standing = { name: key === null ? "unasked" : "kept", detail: "", againAt: null };

/** The key, or null: none was stated. */
export const keptKey = () => key;

/**
 * How the key stands: `name` is "unasked" (no key, and none was asked for), "needed", "kept" (not tried yet), "taken",
 * "refused", "waiting" (its limits are used until `againAt`, a Date or null), or "forgotten". `detail` is what the
 * service said.
 */
export const keyStanding = () => standing;

/** Whether the service asks for keys, as far as this tab knows. */
export const asksForKeys = () => standing.name !== "unasked";

/** Keep a key as people paste it, with `Bearer` before it or not; false: it holds what no key can. */
export function keepKey(pasted) {
  const text = pasted.trim().replace(/^(authorization:\s*)?bearer(\s+|$)/i, "");
  if (!PRINTABLE.test(text)) return false;
  key = text;
  try {
    sessionStorage.setItem(PLACE, text);
  } catch {
    // It holds until the page is left.
  }
  setStanding("kept");
  document.dispatchEvent(new CustomEvent("keychosen"));
  return true;
}

/** Forget the key, here and in the tab's storage. */
export function forgetKey() {
  key = null;
  try {
    sessionStorage.removeItem(PLACE);
  } catch {
    // Nothing was kept there.
  }
  setStanding("forgotten");
  document.dispatchEvent(new CustomEvent("keychosen"));
}

/** Learn from an answer how the key stands that the question was sent with; null: with none. */
export function learn(sent, { status, isAboutKey, detail, againAt }) {
  if (sent !== key) return; // the reader has stated another one meanwhile
  if (isAboutKey) setStanding(sent === null ? "needed" : "refused", detail);
  else if (sent === null || status >= 500) return;
  else if (status === 429) setStanding("waiting", detail, againAt);
  else if (standing.againAt > Date.now()) return; // what costs less is answered although the limits are used
  else setStanding("taken");
}

function setStanding(name, detail = "", againAt = null) {
  const isSame = standing.name === name && standing.detail === detail;
  standing = { name, detail, againAt };
  if (!isSame) document.dispatchEvent(new CustomEvent("keystanding"));
}

function readKept() {
  try {
    return sessionStorage.getItem(PLACE);
  } catch {
    return null; // the browser keeps nothing for this site
  }
}
