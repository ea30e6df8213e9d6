// A part of the page that waits for an answer of its own: what it showed before stays, and a failure is said.
import { t } from "../../frame/i18n.js";
import { askAgain } from "../asking.js";
import { NO_ANSWER } from "../api.js";
import { html } from "../markup.js";

export function Loading({ answer, name, children }) {
  const failed = answer?.status === "failed";
  return html`<div class=${answer?.status === "stale" ? "stale" : ""} aria-busy=${answer?.status === "stale" ? "true" : "false"}>
    ${failed && html`<${Failed} problem=${answer.problem} retryIn=${answer.retryIn} name=${name} />`}
    ${children}
  </div>`;
}

/** Why there is no answer, in the reader's words where the service said nothing. */
export function Failed({ problem, retryIn, name }) {
  const said = problem.type === NO_ANSWER ? t("quote.no_answer")
    : problem.status === 429 ? t("quote.busy") : problem.status === 503 ? t("quote.unavailable") : problem.status >= 500 || problem.status < 400 ? t("quote.failed", { status: problem.status }) : "";
  return html`<div class="notice notice-bad" role="alert">
    <p>${said} <span lang="en">${problem.status >= 400 ? problem.detail : ""}</span></p>
    <p>${retryIn ? t("quote.retry_in", { seconds: Math.ceil(retryIn) }) : ""} ${(retryIn || problem.status >= 500) && html`<button type="button" class="link" onClick=${() => askAgain(name)}>${t("quote.retry")}</button>`}</p>
    ${problem.request_id && html`<p class="faint">${t("quote.request_id", { id: problem.request_id })}</p>`}
  </div>`;
}
