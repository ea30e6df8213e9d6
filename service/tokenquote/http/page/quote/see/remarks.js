// Warnings and assumptions of an answer, in the service's own words.
import { hasWords, t } from "../../frame/i18n.js";
import { html } from "../markup.js";
import { whole } from "../numbers.js";

/** Warnings, which could mislead who reads the numbers alone: said at the top. */
export const Warnings = ({ warnings }) =>
  warnings.length > 0 &&
  html`<ul class="warnings" aria-label=${t("quote.warnings")}>
    ${warnings.map(
      ({ code, detail }) =>
        html`<li class="notice notice-warn">
          <strong>${hasWords(`quote.warning.${code}`) ? `${t(`quote.warning.${code}`)}: ` : ""}</strong
          ><span lang="en">${detail}</span>
        </li>`,
    )}
  </ul>`;

export const Assumptions = ({ assumptions }) =>
  assumptions.length > 0 &&
  html`<details class="assumptions">
    <summary>${t("quote.assumptions", { count: whole(assumptions.length) })}</summary>
    <ul lang="en">
      ${assumptions.map((text) => html`<li>${text}</li>`)}
    </ul>
  </details>`;
