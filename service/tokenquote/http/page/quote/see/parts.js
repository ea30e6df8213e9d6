// Where the tokens are: every amount of the plan with its method and its band.
import { t } from "../../frame/i18n.js";
import { html } from "../markup.js";
import { percent, whole } from "../numbers.js";
import { Told } from "../note.js";
import { placeName } from "./places.js";

const FIRST = 40;

export function Parts({ quote }) {
  const most = Math.max(...quote.counts.map(({ tokens }) => tokens), 1);
  const shown = quote.counts.slice(0, FIRST);
  return html`<section class="card" id="parts" aria-labelledby="parts-heading">
    <div class="card-head"><h2 id="parts-heading">${t("quote.parts")}</h2></div>
    <p class="card-says">${t("quote.parts.says")}</p>
    <div class="table-scroll" tabindex="0" role="region" aria-labelledby="parts-heading">
      <table class="table parts-table">
        <thead>
          <tr>
            <th scope="col">${t("quote.place")}</th>
            <th scope="col" class="number">${t("quote.tokens")}</th>
            <th scope="col"><span class="visually-hidden">${t("quote.share")}</span></th>
            <th scope="col">${t("quote.method")}</th>
            <th scope="col" class="number">${t("quote.band")}</th>
          </tr>
        </thead>
        <tbody>
          ${shown.map(
            (count, i) => html`<tr key=${i}><th scope="row">${placeName(count.what)}${
              count.model && html` <span class="badge">${count.model}</span>`
            }</th>
        <td class="number"><${Told} about=${() => rows(count)}>${whole(count.tokens)}</${Told}></td>
        <td class="bar-cell"><div class="bar" aria-hidden="true"><span
          style=${{ width: `${(count.tokens / most) * 100}%` }}></span></div></td>
        <td><span class=${`badge method-${count.method}`}>${t(`quote.method.${count.method}`)}</span></td>
        <td class="number">${
          count.low === count.high ? "" : `${whole(count.low)} – ${whole(count.high)}`
        }</td></tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${
      quote.counts.length > FIRST &&
      html`<p class="field-hint">${t("quote.parts.more", { count: whole(quote.counts.length - FIRST) })}</p>`
    }
  </section>`;
}

const rows = (count) =>
  [
    [t("quote.method"), t(`quote.method.${count.method}`)],
    [
      t("quote.band"),
      `${whole(count.low)} – ${whole(count.high)}${
        count.tokens > 0
          ? ` (−${percent(1 - count.low / count.tokens)}, +${percent(count.high / count.tokens - 1)})`
          : ""
      }`,
    ],
    count.vocabulary && [t("quote.vocabulary"), count.vocabulary],
    [t("quote.place"), count.what],
    t(`quote.method.${count.method}.say`),
  ].filter(Boolean);
