// The bill: tokens of each kind at each rate with source and date, what has no price, and the sums by
// model and agent.
import { t } from "../../frame/i18n.js";
import { kindName } from "../plan/model_facts.js";
import { html } from "../markup.js";
import { Told } from "../note.js";
import { day, dollars, rate, short, whole } from "../numbers.js";

export function Bill({ quote }) {
  return html`<section class="card" id="bill" aria-labelledby="bill-heading">
    <div class="card-head"><h2 id="bill-heading">${t("quote.bill")}</h2></div>
    <div class="table-scroll" tabindex="0" role="region" aria-labelledby="bill-heading">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">${t("quote.kind")}</th>
            <th scope="col" class="number">${t("quote.amount")}</th>
            <th scope="col" class="number">${t("quote.rate")}</th>
            <th scope="col" class="number">${t("quote.cost")}</th>
            <th scope="col">${t("quote.source")}</th>
            <th scope="col">${t("quote.checked")}</th>
          </tr>
        </thead>
        <tbody>
          ${quote.lines.map((line, i) => html`<${Line} key=${i} line=${line} />`)}
          ${quote.unpriced.map(
            (line, i) =>
              html`<tr key=${`u${i}`} class="unpriced">
                <th scope="row">${kindName(line.kind)}</th>
                <td class="number">
                  ${line.unit ? `${line.units ?? "?"} ${line.unit}` : whole(line.tokens)}
                </td>
                <td colspan="4"><span class="badge badge-warn">${t("quote.no_price")}</span></td>
              </tr>`,
          )}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colspan="3">${t("quote.total")}</th>
            <td class="number"><strong>${dollars(quote.totals.cost)}</strong></td>
            <td colspan="2">${quote.totals.complete ? "" : t("quote.incomplete.say")}</td>
          </tr>
        </tfoot>
      </table>
    </div>
    ${
      quote.indexing &&
      html`<p class="card-says">
        ${t("quote.indexing", {
          model: quote.indexing.model,
          passages: whole(quote.indexing.passages),
          cost: dollars(quote.indexing.cost),
        })}
      </p>`
    }
    <${Sums} rows=${quote.by_model} name="model" /><${Sums} rows=${quote.by_agent} name="agent" />
  </section>`;
}

function Line({ line }) {
  const amount = line.unit ? `${line.units} ${line.unit}` : whole(line.tokens);
  const about = () =>
    [
      [t("quote.exact"), `$${line.cost}`],
      [
        t("quote.calculation"),
        `${line.unit ? line.units : whole(line.tokens)} × $${line.rate} / ${short(line.per)}`,
      ],
      [t("quote.tier"), line.tier],
      [t("quote.mode"), line.mode],
      line.window && [t("quote.hours"), line.window],
      line.region && [t("quote.region"), line.region],
      [t("quote.source"), line.source],
    ].filter(Boolean);
  const marks = [
    line.model,
    line.tier !== "base" && line.tier,
    line.mode !== "standard" && line.mode,
    line.window,
    line.region,
    ...Object.values(line.when ?? {}),
  ].filter(Boolean);
  return html`<tr><th scope="row">${kindName(line.kind)}${marks.map(
    (mark) => html` <span class="badge">${mark}</span>`,
  )}</th>
    <td class="number">${amount}</td>
    <td class="number">${rate(line.rate)} <span class="faint">/ ${short(line.per)}</span></td>
    <td class="number"><${Told} about=${about}>${dollars(line.cost)}</${Told}></td>
    <td class="source"><${Source} text=${line.source} /></td>
    <td>${line.checked ? day(line.checked) : t("quote.unknown")}</td></tr>`;
}

/** A source in words, with its addresses as links that open elsewhere. */
const Source = ({ text }) =>
  text
    .split(/(https?:\/\/[^\s,;)]+)/)
    .map((part, i) =>
      i % 2 === 0 || !URL.canParse(part)
        ? part
        : html`<a href=${part} target="_blank" rel="noreferrer noopener">${new URL(part).hostname}</a>`,
    );

function Sums({ rows, name }) {
  if (!rows) return null;
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label=${t(`quote.by_${name}`)}>
    <table class="table">
      <caption>
        ${t(`quote.by_${name}`)}
      </caption>
      <thead>
        <tr>
          <th scope="col">${t(`quote.${name}`)}</th>
          <th scope="col" class="number">${t("quote.requests")}</th>
          <th scope="col" class="number">${t("quote.input")}</th>
          <th scope="col" class="number">${t("quote.output")}</th>
          <th scope="col" class="number">${t("quote.cost")}</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr key=${row[name]}>
              <th scope="row">${row[name] ?? t("quote.own_story")}</th>
              <td class="number">${whole(row.requests)}</td>
              <td class="number">${whole(row.input_tokens)}</td>
              <td class="number">${whole(row.output_tokens)}</td>
              <td class="number">${dollars(row.cost)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
