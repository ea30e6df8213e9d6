// When one's own GPUs are cheaper: the monthly cost of the API and of hosting over the traffic.
import { t } from "../../frame/i18n.js";
import { Component, html } from "../markup.js";
import { Told } from "../note.js";
import { decimal, dollars, dollarsAxis, percent, short, whole } from "../numbers.js";
import { editView } from "../store.js";
import { Chart } from "./chart.js";
import { Slider } from "./hosting.js";
import { Loading } from "./loading.js";
import { NumberBox } from "./number_box.js";
import { Assumptions, Warnings } from "./remarks.js";

/** Hours of a month, and of a day, as the service counts them. */
const MONTH = 730;
const DAY = 24;
const POINTS = 161;

const nearest = (x, value) =>
  x.reduce(
    (best, one, i) => (Math.abs(Math.log(one / value)) < Math.abs(Math.log(x[best] / value)) ? i : best),
    0,
  );

export function BreakEven({ state, quote, found }) {
  const answer = state.answers.hosting;
  const { hosting } = state.view;
  const even = answer?.data?.break_even;
  const saidBelow = found ? [...found.assumptions, ...found.warnings.map(({ detail }) => detail)] : [];
  return html`<div class="break-even">
    <h3>${t("quote.break_even")}</h3>
    <div class="hosting-fields">
      <${Slider} name="perDay" label=${t("quote.per_day")} value=${hosting.perDay} least=${0} most=${7}
        step=${0.1} base=${10} say=${(value) => t("quote.conversations.of", { count: whole(value) })} />
      <div class="field"><label for="hosting-price">${t("quote.gpu_price")}</label>
        <${NumberBox} id="hosting-price" inputmode="decimal" read=${readPrice} value=${hosting.price}
          placeholder=${even?.gpu_price_per_hour ?? t("quote.gpu_price.none")}
          onValue=${setPrice} onFaulty=${(typed) => setPrice(typed.trim())} /></div>
    </div>
    ${!answer && html`<p class="notice">${whyNot(quote, found)}</p>`}
    <${Loading} answer=${answer} name="hosting">
      ${
        even &&
        html`<${Verdict} deployment=${answer.data} />
          <${Curve} deployment=${answer.data} perDay=${hosting.perDay} />
          <${Warnings} warnings=${answer.data.warnings.filter((one) => !saidBelow.includes(one.detail))} />
          <${Assumptions} assumptions=${answer.data.assumptions.filter((text) => !saidBelow.includes(text))} />`
      }
    </${Loading}>
  </div>`;
}

const setPrice = (price) => editView("/hosting/price", price);

/** A price as typed, or none; null while it is neither. What stays faulty, the service refuses. */
function readPrice(typed) {
  const price = typed.trim().replace(",", ".");
  return /^(\d*\.?\d+)?$/.test(price) ? price : null;
}

function whyNot(quote, found) {
  if (!found) return t("quote.break_even.waits");
  if (quote.context.overflows_at) return t("quote.break_even.overflow");
  return quote.totals.cost === null
    ? t("quote.models.unpriced")
    : t("quote.break_even.no_price", { gpu: found.gpu });
}

/** Whether the plan's longest request does not fit the context: its costs say nothing then. */
const exceedsContext = (deployment) => deployment.warnings.some(({ code }) => code === "plan_exceeds_context");

/**
 * Conversations a day from which hosting costs less at any higher traffic, or null if it always comes
 * back. Of k deployments, each with its capacity and its break-even, the last k - 1 still serve where the
 * k-th begins: there it costs less at once if k × break-even <= (k - 1) × capacity.
 */
export function lastsFrom({ break_even_conversations_per_day: first, conversations_per_hour: hourly }) {
  const capacity = hourly * DAY;
  if (first === null || first >= capacity) return null;
  return Math.max(1, Math.ceil(capacity / (capacity - first) - 1e-9) - 1) * first;
}

/** At which traffic hosting first costs less, and from which on it stays so. */
function crossings(even) {
  const { break_even_conversations_per_day: first } = even;
  if (first === null) return t("quote.break_even.never");
  const lasts = lastsFrom(even);
  const count = whole(Math.ceil(first));
  if (lasts === null) return t("quote.break_even.first", { count });
  if (lasts === first) return t("quote.break_even.from", { count });
  return t("quote.break_even.first_and_from", { count, lasting: whole(Math.ceil(lasts)) });
}

function Verdict({ deployment }) {
  const even = deployment.break_even;
  const about = () => [
    [t("quote.api_conversation"), dollars(even.api_cost_per_conversation)],
    [t("quote.hosted_conversation"), dollars(even.hosted_cost_per_conversation)],
    [t("quote.hosted_full"), dollars(even.hosted_cost_per_conversation_at_full_load)],
    [t("quote.gpu_price"), `$${even.gpu_price_per_hour}`],
    [t("quote.source"), even.price_source],
    t("quote.speed.say"),
  ];
  return html`
    ${
      exceedsContext(deployment)
        ? html`<p class="card-says">
            <strong>${t("quote.break_even.exceeds", { tokens: whole(deployment.context_tokens) })}</strong>
          </p>`
        : html`<p class="card-says">
            ${
              even.cheaper === null
                ? t("quote.incomplete.say")
                : html`<strong>${t(`quote.cheaper.${even.cheaper}`)}</strong>`
            }
            ${" "}${crossings(even)}
          </p>`
    }
    <dl class="figures">
      <div><dt>${t("quote.api_month", { model: even.api_model })}</dt><dd><${Told}
        about=${about}>${dollars(even.api_cost_per_month)}</${Told}></dd></div>
      <div><dt>${t("quote.hosted_month", { count: whole(even.replicas) })}</dt><dd><${Told}
        about=${about}>${dollars(even.hosted_cost_per_month)}</${Told}></dd></div>
      <div><dt>${t("quote.utilization")}</dt><dd><${Told}
        about=${about}>${percent(even.utilization)}</${Told}></dd></div>
      <div><dt>${t("quote.capacity")}</dt><dd><${Told}
        about=${about}>${decimal(even.conversations_per_hour * DAY, 0)}</${Told}></dd></div>
    </dl>`;
}

/** Both costs over the traffic: the API's grows with it, and hosting grows by whole deployments. */
class Curve extends Component {
  shouldComponentUpdate({ deployment, perDay }) {
    return deployment !== this.props.deployment || perDay !== this.props.perDay;
  }

  render({ deployment, perDay }) {
    const even = deployment.break_even;
    const middle = Math.log10(
      Math.max(1, even.break_even_conversations_per_day ?? even.conversations_per_hour * DAY),
    );
    const x = Array.from(
      { length: POINTS },
      (_, i) => 10 ** (Math.max(0, middle - 2) + (i * 4) / (POINTS - 1)),
    );
    const api = x.map(
      (perDay) => Number(even.api_cost_per_conversation ?? 0) * perDay * (MONTH / DAY) || null,
    );
    const hosted = x.map((perDay) => {
      const replicas = Math.max(1, Math.ceil(perDay / DAY / even.conversations_per_hour - 1e-9));
      return replicas * deployment.gpu_count * Number(even.gpu_price_per_hour) * MONTH;
    });
    const money = (value) => (value === null ? "–" : dollars(value.toFixed(2)));
    const marks = even.break_even_conversations_per_day && !exceedsContext(deployment)
      ? [
          {
            x: even.break_even_conversations_per_day,
            label: t("quote.break_even.mark"),
            colour: "--ink-faint",
          },
        ]
      : [];
    return html`<${Chart}
      id="break-even-chart"
      title=${t("quote.break_even.chart")}
      summary=""
      x=${x}
      logX
      logY
      marks=${marks}
      series=${[
        { kind: "line", label: even.api_model, colour: "--series-1", values: api, format: money },
        {
          kind: "line",
          label: t("quote.hosted"),
          colour: "--series-2",
          values: hosted,
          format: money,
          stepped: true,
        },
      ]}
      xLabel=${(i) => t("quote.conversations.of", { count: whole(Math.round(x[i])) })}
      xFormat=${short}
      yFormat=${dollarsAxis}
      start=${nearest(x, perDay)}
    />`;
  }
}
