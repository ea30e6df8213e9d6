// A switch between a few ways to see the same thing.
import { html } from "../markup.js";

export const Segments = ({ label, value, options, onPick }) =>
  html`<div class="segments" role="group" aria-label=${label}>
    ${options.map(
      ([name, words]) =>
        html`<button
          type="button"
          aria-pressed=${name === value ? "true" : "false"}
          onClick=${() => onPick(name)}
        >
          ${words}
        </button>`,
    )}
  </div>`;
