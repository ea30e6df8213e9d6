// When providers switch models off: a line of months, those to come first.
import { currentLanguage, formatDay, t } from "../frame/i18n.js";
import { html } from "../frame/markup.js";
import { isGone } from "./models.js";

/** The models that have an end, by its month. */
export function Retirements({ models, onOpen }) {
  const ending = models.filter((model) => model.retires !== null);
  const coming = ending.filter((model) => !isGone(model)).sort(byDay);
  const past = ending.filter(isGone).sort(byDay).reverse();
  return html`
    <section class="card" aria-labelledby="coming">
      <h2 id="coming">${t("catalog.coming")}</h2>
      ${coming.length === 0 && html`<p class="faint">${t("catalog.no_coming")}</p>`}
      <${Months} models=${coming} onOpen=${onOpen} />
    </section>
    ${past.length > 0 && html`
      <section class="card" aria-labelledby="past">
        <h2 id="past">${t("catalog.past")}</h2>
        <${Months} models=${past} onOpen=${onOpen} />
      </section>`}`;
}

const byDay = (one, other) => (one.retires < other.retires ? -1 : one.retires > other.retires ? 1 : 0);

function Months({ models, onOpen }) {
  const months = Map.groupBy(models, (model) => model.retires.slice(0, 7));
  const most = Math.max(...[...months.values()].map((found) => found.length));
  return html`
    <ol class="months">
      ${[...months].map(([month, found]) => html`
        <li class="month" key=${month}>
          <div class="month-name">
            <h3>${monthName(month)}</h3>
            <span class="faint">${t("catalog.found", { count: found.length })}</span>
            <meter class="month-meter" min="0" max=${most} value=${found.length} aria-hidden="true"></meter>
          </div>
          <ul class="ends">${found.map((model) => html`<${End} key=${model.id} model=${model} onOpen=${onOpen} />`)}</ul>
        </li>`)}
    </ol>`;
}

function End({ model, onOpen }) {
  const next = model.rerouted_to ?? model.successor;
  return html`
    <li>
      <span class="end-day">${formatDay(model.retires)}</span>
      <span class="end-model">
        <button class="end-name" type="button" onClick=${() => onOpen(model.id)}>${model.id}</button>
        ${next && html`<span class="faint">${t(model.rerouted_to ? "catalog.answered_by" : "catalog.followed_by")} ${next}</span>`}
      </span>
    </li>`;
}

function monthName(month) {
  const format = new Intl.DateTimeFormat(currentLanguage(), { month: "long", year: "numeric", timeZone: "UTC" });
  return format.format(new Date(`${month}-01`));
}
