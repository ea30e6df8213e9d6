// Markup in plain JavaScript: Preact draws it, htm reads the templates. Neither evaluates text as code.
import { Component, Fragment, h, render } from "../vendor/preact.module.js";
import htm from "../vendor/htm.module.js";

export const html = htm.bind(h);
export { Component, Fragment, render };
