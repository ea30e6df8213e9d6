// Up to six models beside each other: what the conversation has cost after each request, and their totals.
import { t } from "../../frame/i18n.js";
import { kindName } from "../plan/model_facts.js";
import { ModelPicker } from "../plan/model_picker.js";
import { Component, html } from "../markup.js";
import { Told } from "../note.js";
import { day, dollars, dollarsAxis, percent, rate, short, whole } from "../numbers.js";
import { change, current } from "../store.js";
import { MOST_RIVALS } from "../view.js";
import { Chart } from "./chart.js";
import { fullest, limitRows } from "./limits.js";
import { Loading } from "./loading.js";
import { requestName } from "./snowball.js";

const COLOURS = MOST_RIVALS + 1;

export function Rivals({ state, quote }) {
  const { rivals } = state.view;
  const answer = state.answers.rivals;
  const quotes = answer?.data && rivals.length > 0 ? answer.data.quotes : [quote];
  return html`<section class="card" id="models" aria-labelledby="models-heading">
    <div class="card-head"><h2 id="models-heading">${t("quote.models")}</h2>
      ${
        rivals.length < MOST_RIVALS &&
        html`<${ModelPicker}
          id="add-rival"
          label=${t("quote.models.add")}
          value=""
          hideLabel
          models=${state.session.models}
          placeholder=${t("quote.models.add")}
          onPick=${add}
        />`
      }
    </div>
    <${Loading} answer=${answer} name="rivals">
      <${RivalCosts} quotes=${quotes} quote=${quote}
        band=${state.answers.band?.status === "fresh" ? state.answers.band.data : null} />
      <${RivalTable} quotes=${quotes} own=${quote.model} />
    </${Loading}>
  </section>`;
}

function add(model) {
  const { view } = current();
  if (view.rivals.includes(model)) return;
  change({ view: { ...view, rivals: [...view.rivals, model].slice(0, MOST_RIVALS) } }, { step: true });
}

const remove = (model) => {
  const { view } = current();
  change({ view: { ...view, rivals: view.rivals.filter((name) => name !== model) } }, { step: true });
};

/**
 * The curves: requests of different models need not be the same in number, so the longest decides the
 * axis.
 */
class RivalCosts extends Component {
  shouldComponentUpdate({ quotes, quote, band }) {
    return quotes !== this.props.quotes || quote !== this.props.quote || band !== this.props.band;
  }

  render({ quotes, quote, band }) {
    const priced = quotes.filter((one) => !one.problem && one.totals.cost !== null);
    if (priced.length === 0) return html`<p class="notice">${t("quote.models.unpriced")}</p>`;
    const longest = Math.max(...priced.map((one) => one.requests.length));
    const x = Array.from({ length: longest }, (_, i) => i + 1);
    const lines = priced.map((one) => ({
      kind: "line",
      label: one.model,
      colour: seriesColour(quotes.indexOf(one)),
      format: (value) => dollars(value === null ? null : plain(value)),
      values: x.map((_, i) => (one.requests[i] ? Number(one.requests[i].cumulative_cost) : null)),
      dots: longest === 1,
    }));
    const spread =
      band && quote.range?.cost
        ? bandSeries(
            quote,
            band,
            x,
            quotes.findIndex((one) => one.model === quote.model),
          )
        : [];
    return html`<${Chart}
        id="models-chart"
        title=${t("quote.models.chart")}
        summary=${t("quote.models.summary", { count: priced.length })}
        x=${x}
        series=${[...spread, ...lines]}
        xLabel=${(i) => requestName(priced.find((one) => one.requests[i])?.requests[i], i)}
        xFormat=${(value) => (Number.isInteger(value) ? short(value) : "")}
        yFormat=${dollarsAxis}
      />
      ${spread.length > 0 && html`<p class="field-hint">${t("quote.band.say", { model: quote.model })}</p>`}`;
  }
}

const plain = (value) => value.toFixed(10);
const seriesColour = (i) => `--series-${(i % COLOURS) + 1}`;

/**
 * The tenth and ninetieth percentile of the cost after some of the turns, as a band around the plan's
 * own curve.
 */
function bandSeries(quote, band, x, at) {
  const upper = x.map(() => null);
  const lower = x.map(() => null);
  const put = (request, cost) => {
    if (request < 1 || request > x.length) return;
    upper[request - 1] = Number(cost.p90);
    lower[request - 1] = Number(cost.p10);
  };
  for (const variant of band.variants) {
    if (variant.problem || !variant.range?.cost) continue;
    put(variant.totals.requests, variant.range.cost);
  }
  put(quote.requests.length, quote.range.cost);
  const colour = seriesColour(Math.max(0, at));
  const format = (value) => (value === null ? "–" : dollars(plain(value)));
  return [
    { kind: "band", label: "p90", colour, values: upper, format, upper: true },
    { kind: "band", label: "p10", colour, values: lower, format },
  ];
}

/** The quotes without a prompt cache where others read from theirs: their costs are not of like with like. */
export function withoutCache(quotes) {
  const answered = quotes.filter((one) => !one.problem);
  if (!answered.some((one) => one.totals.cache_read_tokens > 0)) return [];
  return answered.filter(
    ({ totals }) => totals.cache_read_tokens === 0 && totals.cache_write_tokens === 0 && totals.requests > 1,
  );
}

function RivalTable({ quotes, own }) {
  const uncached = withoutCache(quotes);
  const best = quotes.find((one) => !one.problem && one.totals.cost !== null && one.totals.complete);
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label=${t("quote.models.table")}>
    <table class="table">
      <thead>
        <tr>
          <th scope="col">${t("quote.model")}</th>
          <th scope="col" class="number">${t("quote.cost")}</th>
          <th scope="col" class="number">${t("quote.against_best")}</th>
          <th scope="col" class="number">${t("quote.input")}</th>
          <th scope="col" class="number">${t("quote.output")}</th>
          <th scope="col" class="number">${t("quote.window.filled")}</th>
          <th><span class="visually-hidden">${t("quote.actions")}</span></th>
        </tr>
      </thead>
      <tbody>
        ${quotes.map((one, i) =>
          (one.problem ? FailedRow : RivalRow)({ one, i, best, own, uncached: uncached.includes(one) }),
        )}
      </tbody>
    </table>
    </div>
    ${uncached.length > 0 && html`<p class="field-hint">${t("quote.models.uncached.say")}</p>`}`;
}

function RivalRow({ one, i, best, own, uncached }) {
  const { totals, context } = one;
  const limit = fullest(one);
  const ratio =
    best && totals.cost !== null && Number(best.totals.cost) > 0
      ? Number(totals.cost) / Number(best.totals.cost)
      : null;
  return html`<tr key=${one.model}>
    <th scope="row"><span class="swatch swatch-line" style=${{ "--swatch": `var(${seriesColour(i)})` }}>
      </span>${one.model}
      ${one === best && html` <span class="badge badge-good">${t("quote.cheapest")}</span>`}
      ${!totals.complete && html` <span class="badge badge-warn">${t("quote.incomplete")}</span>`}
      ${uncached && html` <span class="badge">${t("quote.models.uncached")}</span>`}</th>
    <td class="number"><${Told} about=${() => rivalRows(one)}>${dollars(totals.cost)}</${Told}></td>
    <td class="number">${ratio === null || one === best ? "" : `+${percent(ratio - 1, 0)}`}</td>
    <td class="number">${whole(totals.input_tokens)}</td>
    <td class="number">${whole(totals.output_tokens)}</td>
    <td class="number">${
      limit === null
        ? "–"
        : html`<${Told}
      about=${() => limitRows(one)}>${percent(limit.fill)}</${Told}>`
    }${
      context.overflows_at &&
      html` <span class="badge badge-bad"
        >${t("quote.overflow.short", { turn: whole(context.overflows_at.turn) })}</span
      >`
    }</td>
    <td class="number">${
      one.model === own
        ? html`<span class="faint">${t("quote.models.own")}</span>`
        : html` <button type="button" class="button button-quiet" onClick=${() => swap(one.model)}>
              ${t("quote.models.use")}
            </button>
            <button
              type="button"
              class="button button-quiet button-icon"
              aria-label=${t("quote.remove", { what: one.model })}
              onClick=${() => remove(one.model)}
            >
              ×
            </button>`
    }</td>
  </tr>`;
}

const FailedRow = ({ one, own }) =>
  html`<tr key=${one.model}>
    <th scope="row">${one.model}</th>
    <td colspan="5"><span class="field-error" lang="en">${one.problem.detail}</span></td>
    <td class="number">
      ${
        one.model !== own &&
        html`<button
          type="button"
          class="button button-quiet button-icon"
          aria-label=${t("quote.remove", { what: one.model })}
          onClick=${() => remove(one.model)}
        >
          ×
        </button>`
      }
    </td>
  </tr>`;

const rivalRows = (one) =>
  [
    [t("quote.exact"), one.totals.cost === null ? "–" : `$${one.totals.cost}`],
    ...one.lines.map((line) => [`${kindName(line.kind)} · ${rate(line.rate)}`, dollars(line.cost)]),
    one.totals.cost_without_cache && [t("quote.without_cache"), dollars(one.totals.cost_without_cache)],
    one.lines[0] && [t("quote.source"), one.lines[0].source],
    one.lines[0] && [t("quote.checked"), day(one.lines[0].checked)],
  ].filter(Boolean);

/** Make a rival the plan's model; the model before becomes a rival. */
function swap(model) {
  const { plan, view } = current();
  const rivals = view.rivals.map((name) => (name === model ? plan.model : name));
  change({ plan: { ...plan, model }, view: { ...view, rivals } }, { step: true });
}
