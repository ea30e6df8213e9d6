// Markup in plain JavaScript: Preact draws it, htm reads the templates. Neither evaluates text as code.
import htm from "../vendor/htm.module.js";
import { h, render } from "../vendor/preact.module.js";

export const html = htm.bind(h);
export { render };

/** A text of the service with `names` in backticks as code. */
export function withCode(text) {
  return text.split("`").map((part, index) => (index % 2 ? html`<code>${part}</code>` : part));
}
