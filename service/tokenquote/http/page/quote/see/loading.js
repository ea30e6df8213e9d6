// A part of the page that waits for an answer of its own: what it showed before stays, and a failure is
// said.
import { formatInstant, t } from "../../frame/i18n.js";
import { keptKey } from "../../frame/key.js";
import { openKeyPanel } from "../../frame/key_panel.js";
import { askAgain } from "../asking.js";
import { BAD_ANSWER, NO_ANSWER } from "../api.js";
import { html } from "../markup.js";

export function Loading({ answer, name, children }) {
  const failed = answer?.status === "failed";
  return html`<div
    class=${["stale", "held"].includes(answer?.status) ? "stale" : ""}
    aria-busy=${answer?.status === "stale" ? "true" : "false"}
  >
    ${failed && html`<${Failed} answer=${answer} name=${name} />`}
    ${children}
  </div>`;
}

/** Why there is no answer, in the reader's words where the service said nothing. */
export function Failed({ answer, name }) {
  const { problem, retryIn, againAt } = answer;
  const said =
    problem.type === NO_ANSWER ? t("quote.no_answer") : t(wordsOf(problem), { status: problem.status });
  const isWithoutKey = problem.status === 401 && keptKey() === null;
  return html`<div class="notice notice-bad" role="alert">
    <p>${said} <span lang="en">${problem.status >= 400 && !isWithoutKey ? problem.detail : ""}</span></p>
    <p>
      ${retryIn ? t("quote.retry_in", { seconds: Math.ceil(retryIn) }) : ""}${" "}
      ${againAt ? t("frame.key.again_at", { time: formatInstant(againAt) }) : ""}${" "}
      ${
        (problem.status === 401 || problem.status === 403) &&
        html`<button type="button" class="link" onClick=${openKeyPanel}>${t("frame.key.state")}</button>`
      }
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
  if (status === 401 && keptKey() === null) return "frame.key.say.needed";
  if (status === 401 || status === 403) return "frame.key.say.refused";
  if (status === 429 && keptKey() !== null) return "frame.key.say.waiting";
  return (
    { 429: "quote.busy", 503: "quote.unavailable" }[status] ??
    (status >= 500 ? "quote.failed" : "quote.refused")
  );
}
