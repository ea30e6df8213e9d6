// What is looked at, in the fragment of the address: nothing of it is sent or logged, and a link shows the same.

const FIRST = {
  view: "models", q: "", provider: "", kind: "", inputs: [], window: "", price: "", weights: false, gone: false,
  sort: "id", down: false, open: "",
};

/** The state that a fragment holds; what it does not hold, or what is no value of ours, is as at first. */
export function readAddress(fragment) {
  const given = new URLSearchParams(fragment.slice(1));
  const found = { ...FIRST };
  for (const [name, first] of Object.entries(FIRST)) {
    const value = given.get(name);
    if (value === null) continue;
    if (Array.isArray(first)) found[name] = value.split(",").filter(Boolean);
    else found[name] = typeof first === "boolean" ? value === "1" : value;
  }
  return found;
}

/** Put the state into the address; the browser's history gets no new entry. */
export function writeAddress(state) {
  const written = new URLSearchParams();
  for (const [name, first] of Object.entries(FIRST)) {
    const value = Array.isArray(first) ? state[name].join(",") : state[name];
    if (String(value) !== String(first)) written.set(name, value === true ? "1" : value);
  }
  const fragment = written.toString();
  history.replaceState(null, "", fragment ? `#${fragment}` : location.pathname);
}
