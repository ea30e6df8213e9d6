// The answer in one look: what the conversation costs, its tokens, its requests and how full the window
// gets.
import { t } from "../../frame/i18n.js";
import { kindName } from "../plan/model_facts.js";
import { html } from "../markup.js";
import { Told } from "../note.js";
import { day, decimal, difference, dollars, percent, whole } from "../numbers.js";
import { fullest, limitRows } from "./limits.js";
import { placeName } from "./places.js";

export function Headline({ quote, older }) {
  const { totals, context, range, fleet, retries, budget, rates_per_minute: rates } = quote;
  const limit = fullest(quote);
  return html`<section class="headline" id="headline" aria-labelledby="headline-heading">
    <h2 id="headline-heading" class="visually-hidden">${t("quote.result")}</h2>
    <div class="headline-cost">
      <span class="label"
        >${t("quote.cost")}${
          older && html` <span class="badge badge-warn">${t("quote.older.label")}</span>`
        }</span
      >
      <${Told} class="figure" about=${() => costRows(quote)}>${
        totals.cost === null ? t("quote.unknown") : dollars(totals.cost)
      }</${Told}>
      <span class="headline-says">${
        !totals.complete
          ? html`<span class="badge badge-warn">${t("quote.incomplete")}</span>`
          : t("quote.per_conversation")
      }
        ${
          range?.cost &&
          html` · <${Told}
          about=${() => rangeRows(range)}>${t("quote.range", {
            low: dollars(range.cost.p10),
            high: dollars(range.cost.p90),
          })}</${Told}>`
        }</span>
    </div>
    <dl class="figures">
      <${Figure} label=${t("quote.input")} value=${whole(totals.input_tokens)} about=${() => inputRows(quote)}
        says=${
          totals.cache_read_tokens > 0
            ? t("quote.of_it_cached", { share: percent(totals.cache_read_tokens / totals.input_tokens, 0) })
            : ""
        } />
      <${Figure} label=${t("quote.output")} value=${whole(totals.output_tokens)}
        about=${() => outputRows(quote)}
        says=${
          totals.reasoning_tokens > 0
            ? t("quote.of_it_reasoning", { tokens: whole(totals.reasoning_tokens) })
            : ""
        } />
      <${Figure} label=${t("quote.requests")} value=${whole(totals.requests)}
        about=${() => [t("quote.requests.say")]}
        says=${retries ? t("quote.with_retries", { requests: decimal(retries.requests, 1) }) : ""} />
      <${Figure} label=${t("quote.window.filled")}
        value=${limit === null ? t("quote.unknown") : percent(limit.fill)}
        bad=${context.overflows_at !== null} about=${() => limitRows(quote)}
        says=${
          context.overflows_at ? t("quote.overflow.short", { turn: whole(context.overflows_at.turn) }) : ""
        } />
      ${
        savedBy(totals) &&
        html`<${Figure}
          label=${t("quote.cache_saves")}
          value=${dollars(savedBy(totals))}
          about=${() => savedRows(quote)}
        />`
      }
      ${
        fleet &&
        html`<${Figure}
          label=${t("quote.fleet", { count: whole(fleet.conversations) })}
          value=${dollars(fleet.cost)}
          about=${() => fleetRows(fleet)}
        />`
      }
      ${
        rates &&
        html`<${Figure}
          label=${t("quote.busiest")}
          about=${() => rateRows(rates)}
          value=${t("quote.busiest.requests", { count: whole(rates.requests.busiest) })}
        />`
      }
      ${
        budget &&
        html`<${Figure}
          label=${t("quote.budget")}
          value=${t(budget.fits ? "quote.budget.fits" : "quote.budget.exceeded")}
          bad=${!budget.fits}
          about=${() => [t("quote.budget.turns", { turns: whole(budget.turns) })]}
        />`
      }
    </dl>
  </section>`;
}

const Figure = ({ label, value, about, says, bad }) => html`<div class=${bad ? "figure-bad" : ""}>
  <dt>${label}</dt><dd><${Told} about=${about}>${value}</${Told}>${
    says && html`<span class="figure-says">${says}</span>`
  }</dd></div>`;

const savedBy = ({ cost, cost_without_cache: without }) =>
  cost && without && cost !== without ? difference(without, cost) : null;

const costRows = ({ totals, lines, prices_at: at, retries }) =>
  [
    [t("quote.exact"), totals.cost === null ? "–" : `$${totals.cost}`],
    ...lines.map((line) => [kindName(line.kind), dollars(line.cost)]),
    retries?.cost && [t("quote.expected_cost"), dollars(retries.cost)],
    [t("quote.prices_at"), day(at.slice(0, 10))],
    [t("quote.checked"), oldest(lines)],
    t("quote.cost.say"),
    !totals.complete && t("quote.incomplete.say"),
  ].filter(Boolean);

const oldest = (lines) => {
  const days = lines
    .map((line) => line.checked)
    .filter(Boolean)
    .sort();
  return days.length > 0 ? day(days[0]) : t("quote.unknown");
};

const rangeRows = (range) => [
  ["p10", dollars(range.cost.p10)],
  ["p50", dollars(range.cost.p50)],
  [t("quote.mean"), dollars(range.cost.mean)],
  ["p90", dollars(range.cost.p90)],
  [t("quote.max"), dollars(range.cost.max)],
  ...(range.sensitivity ?? [])
    .slice(0, 4)
    .map(({ what, share }) => [t("quote.spread_by", { place: placeName(what) }), percent(share)]),
  range.overflow_probability > 0 && [t("quote.overflow_probability"), percent(range.overflow_probability)],
  t("quote.range.say", { samples: whole(range.samples) }),
];

const inputRows = ({ totals, counts }) =>
  [
    [t("quote.cache_read"), whole(totals.cache_read_tokens)],
    [t("quote.cache_write"), whole(totals.cache_write_tokens)],
    [t("quote.framing"), whole(totals.framing_tokens)],
    totals.image_tokens > 0 && [t("quote.images"), whole(totals.image_tokens)],
    totals.audio_tokens > 0 && [t("quote.audio"), whole(totals.audio_tokens)],
    totals.video_tokens > 0 && [t("quote.video"), whole(totals.video_tokens)],
    totals.cache_lost_tokens > 0 && [t("quote.cache_lost"), whole(totals.cache_lost_tokens)],
    [t("quote.methods"), methodsOf(counts)],
    t("quote.input.say"),
  ].filter(Boolean);

const outputRows = ({ totals, counts }) => [
  [t("quote.reasoning"), whole(totals.reasoning_tokens)],
  [t("quote.methods"), methodsOf(counts.filter(({ what }) => /assistant|reasoning|call$/.test(what)))],
  t("quote.output.say"),
];

/** The methods by which amounts were counted, the most certain first. */
function methodsOf(counts) {
  const order = ["stated", "exact", "rule", "calibrated", "assumed"];
  const used = new Set(counts.map(({ method }) => method));
  return (
    order
      .filter((method) => used.has(method))
      .map((method) => t(`quote.method.${method}`))
      .join(", ") || "–"
  );
}

const savedRows = ({ totals, cache_break_even_reads: reads }) =>
  [
    [t("quote.with_cache"), dollars(totals.cost)],
    [t("quote.without_cache"), dollars(totals.cost_without_cache)],
    reads !== null && [t("quote.break_even_reads"), whole(reads)],
    t("quote.cache.say"),
  ].filter(Boolean);

const rateRows = (rates) => [
  [t("quote.per_minute.mean"), decimal(rates.requests.mean, 1)],
  [t("quote.per_minute.input"), whole(rates.input_tokens.busiest)],
  [t("quote.per_minute.uncached"), whole(rates.uncached_input_tokens.busiest)],
  [t("quote.per_minute.output"), whole(rates.output_tokens.busiest)],
];

const fleetRows = (fleet) =>
  [
    [t("quote.exact"), fleet.cost === null ? "–" : `$${fleet.cost}`],
    fleet.range && ["p10", dollars(fleet.range.p10)],
    fleet.range && ["p90", dollars(fleet.range.p90)],
    fleet.cold && [t("quote.cold"), dollars(fleet.cold)],
    fleet.warm && [t("quote.warm_cost"), dollars(fleet.warm)],
  ].filter(Boolean);
