// The whole page as a function of the state: the plan on one side, what it takes on the other.
import { currentLanguage, t } from "../frame/i18n.js";
import { isOfService } from "./api.js";
import { Builder } from "./plan/builder.js";
import { html } from "./markup.js";
import { dollars, whole } from "./numbers.js";
import { Bill } from "./see/bill.js";
import { Headline } from "./see/headline.js";
import { Hosting } from "./see/hosting.js";
import { Failed } from "./see/loading.js";
import { Parts } from "./see/parts.js";
import { Assumptions, Warnings } from "./see/remarks.js";
import { RequestTable } from "./see/request_table.js";
import { Rivals } from "./see/rivals.js";
import { Snowball } from "./see/snowball.js";
import { VariantsTable } from "./see/variants_table.js";
import { editSession } from "./store.js";
import { TakeAway } from "./take/take_away.js";

const SECTIONS = ["snowball", "models", "what-if", "requests", "bill", "parts", "gpus", "take-away"];

export function Page({ state }) {
  const answer = state.answers.quote;
  const quote = answer?.data;
  return html` <div class="page-head">
      <h1>${t("quote.title")}</h1>
      <p>${t("quote.lead")}</p>
    </div>
    ${
      state.session.notices.length > 0 &&
      html`<div class="notice notice-bad notice-closes" role="alert">
        <div>${state.session.notices.map((notice) => html`<p>${notice}</p>`)}</div>
        <button
          type="button"
          class="button button-quiet button-icon"
          aria-label=${t("quote.notice.close")}
          onClick=${() => editSession({ notices: [] })}
        >
          ×
        </button>
      </div>`
    }
    <div class="quote-page">
      <section class="build" aria-labelledby="build-heading">
        <h2 id="build-heading" class="visually-hidden">${t("quote.plan")}</h2>
        <${Builder} state=${state} />
      </section>
      <div class="see" key=${currentLanguage()}>
        <div aria-live="polite" class="visually-hidden">
          ${
            answer?.status === "fresh"
              ? t("quote.spoken", {
                  cost: dollars(quote.totals.cost),
                  tokens: whole(quote.totals.input_tokens),
                })
              : ""
          }
        </div>
        ${
          answer?.status === "failed" &&
          isOfService(answer.problem) &&
          html`<${Failed} answer=${answer} name="quote" />
            ${quote && html`<p class="notice notice-warn" role="status">${t("quote.older.answered")}</p>`}`
        }
        ${
          answer?.status === "failed" &&
          !isOfService(answer.problem) &&
          quote &&
          html`<p class="notice notice-warn" role="status">${t("quote.older")}</p>`
        }
        ${
          quote
            ? html`<${Answer} state=${state} quote=${quote} answer=${answer} />`
            : !(answer?.status === "failed" && isOfService(answer.problem)) &&
              html`<div class="card waiting" aria-busy=${answer?.status === "failed" ? "false" : "true"}>
                <p class="faint">${t(answer?.status === "failed" ? "quote.no_quote" : "quote.waiting")}</p>
              </div>`
        }
      </div>
    </div>
    ${
      quote &&
      html`<a class="bottom-bar" href="#headline" onClick=${jump}
        >${answer.status === "failed" ? `${t("quote.older.label")}: ` : ""}${t("quote.cost")} <b>${dollars(quote.totals.cost)}</b> ·
        ${t("quote.tokens.of", { tokens: whole(quote.totals.input_tokens) })}</a
      >`
    }`;
}

/** Whether the figures are of the plan as it stands, of one that is being asked anew, or of one before. */
const standing = ({ status }) => ({ fresh: "", failed: "older" })[status] ?? "stale";

function Answer({ state, quote, answer }) {
  return html` <div
      class=${standing(answer)}
      aria-busy=${answer.status === "stale" ? "true" : "false"}
    >
      <${Headline} quote=${quote} older=${answer.status === "failed"} />
      <${Warnings} warnings=${quote.warnings} />
      <${Assumptions} assumptions=${quote.assumptions} />
    </div>
    <nav class="contents" aria-label=${t("quote.contents")}>
      <ul>
        ${SECTIONS.map(
          (name) => html`<li><a href=${`#${name}`} onClick=${jump}>${t(`quote.section.${name}`)}</a></li>`,
        )}
      </ul>
    </nav>
    <div class=${`stack-cards ${standing(answer)}`}>
      <${Snowball}
        quote=${quote}
        plan=${quoted(state, quote)}
        stack=${state.view.stack}
        room=${state.answers.room?.status === "fresh" ? state.answers.room.data : null}
      />
      <${Rivals} state=${state} quote=${quote} />
      <${VariantsTable} state=${state} />
      <${RequestTable} quote=${quote} />
      <${Bill} quote=${quote} />
      <${Parts} quote=${quote} />
      <${Hosting} state=${state} quote=${quote} />
      <${TakeAway} plan=${state.plan} quote=${quote} />
    </div>`;
}

/** The plan that the shown quote is of: while a newer one is asked, the one before it. */
let lastQuoted = { quote: null, plan: null };
function quoted(state, quote) {
  if (lastQuoted.quote !== quote) lastQuoted = { quote, plan: state.plan };
  return lastQuoted.plan;
}

/** Go to a section without touching the fragment, which holds the plan. */
function jump(event) {
  event.preventDefault();
  const target = document.getElementById(event.currentTarget.getAttribute("href").slice(1));
  target.scrollIntoView({
    behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth",
    block: "start",
  });
  target.tabIndex = -1;
  target.focus({ preventScroll: true });
}
