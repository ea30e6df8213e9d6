// A part of the page that waits for an answer of its own: what it showed before stays, and a failure is
// said.
import { t } from "../../frame/i18n.js";
import { askAgain } from "../asking.js";
import { BAD_ANSWER, NO_ANSWER } from "../api.js";
import { html } from "../markup.js";

export function Loading({ answer, name, children }) {
  const failed = answer?.status === "failed";
  return html`<div
    class=${["stale", "held"].includes(answer?.status) ? "stale" : ""}
    aria-busy=${answer?.status === "stale" ? "true" : "false"}
  >
    ${failed && html`<${Failed} problem=${answer.problem} retryIn=${answer.retryIn} name=${name} />`}
    ${children}
  </div>`;
}

/** Why there is no answer, in the reader's words where the service said nothing. */
export function Failed({ problem, retryIn, name }) {
  const said =
    problem.type === NO_ANSWER ? t("quote.no_answer") : t(wordsOf(problem), { status: problem.status });
  return html`<div class="notice notice-bad" role="alert">
    <p>${said} <span lang="en">${problem.status >= 400 ? problem.detail : ""}</span></p>
    <p>
      ${retryIn ? t("quote.retry_in", { seconds: Math.ceil(retryIn) }) : ""}${" "}
      ${
        (problem.status < 400 || problem.status >= 429) &&
        html`<button type="button" class="link" onClick=${() => askAgain(name)}>${t("quote.retry")}</button>`
      }
    </p>
    ${problem.request_id && html`<p class="faint">${t("quote.request_id", { id: problem.request_id })}</p>`}
  </div>`;
}

function wordsOf({ type, status }) {
  if (type === BAD_ANSWER) return "quote.failed";
  return (
    { 429: "quote.busy", 503: "quote.unavailable" }[status] ??
    (status >= 500 ? "quote.failed" : "quote.refused")
  );
}
