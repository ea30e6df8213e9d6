// Why the catalog is not shown, in the reader's words and then in the service's.
import { formatInstant, t } from "../frame/i18n.js";
import { keptKey } from "../frame/key.js";
import { html } from "../frame/markup.js";

/** The reason of an `Unanswered`; any other error is an answer that was not as it should be. */
export function Failure({ failure: { status = 0, detail = "", againAt = null } }) {
  const isWithoutKey = status === 401 && keptKey() === null;
  const again = againAt === null ? "" : t("frame.key.again_at", { time: formatInstant(againAt) });
  return html`
    <p class="notice notice-bad" role="alert">
      ${t(wordsOf(status, isWithoutKey))} <span lang="en">${isWithoutKey ? "" : detail}</span> ${again}
    </p>`;
}

function wordsOf(status, isWithoutKey) {
  if (isWithoutKey) return "frame.key.say.needed";
  if (status === 401 || status === 403) return "frame.key.say.refused";
  return status === 429 ? "frame.key.say.waiting" : "catalog.failed";
}
