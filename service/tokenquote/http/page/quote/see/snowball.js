// The snowball: what every request sends, stacked by kind, with the window and the turn that overflows it.
import { t } from "../../frame/i18n.js";
import { Component, html } from "../markup.js";
import { short, whole } from "../numbers.js";
import { editView } from "../store.js";
import { Chart } from "./chart.js";
import { fullest, sayLimits } from "./limits.js";
import { Segments } from "./segments.js";
import { BILLED, CONTENT, OUTPUTS, splitByContent, splitByPrice } from "./split.js";

const COLOURS = {
  system: "--kind-system",
  tools: "--kind-tools",
  framing: "--kind-framing",
  history: "--kind-history",
  media: "--kind-media",
  user: "--kind-user",
  results: "--kind-results",
  uncached: "--kind-user",
  cache_write: "--kind-cache-write",
  cache_read: "--kind-cache-read",
  reasoning: "--kind-reasoning",
  output: "--kind-output",
};
/** The share of the window from which on its line is drawn without being asked for. */
const NEAR = 0.2;

export class Snowball extends Component {
  shouldComponentUpdate(next) {
    return ["quote", "plan", "stack", "room"].some((name) => next[name] !== this.props[name]);
  }

  render({ quote, plan, stack, room }) {
    const overflow = quote.context.overflows_at;
    const limit = fullest(quote);
    const near = limit !== null && limit.fill >= NEAR ? limit : null;
    const x = quote.requests.map((_, i) => i + 1);
    return html`<section class="card" id="snowball" aria-labelledby="snowball-heading">
      <div class="card-head">
        <h2 id="snowball-heading">${t("quote.snowball")}</h2>
        <${Segments}
          label=${t("quote.stack")}
          value=${stack}
          options=${["content", "price"].map((name) => [name, t(`quote.stack.${name}`)])}
          onPick=${(name) => editView("/stack", name)}
        />
      </div>
      <p class="card-says">${sayGrowth(quote)} ${sayLimits(quote)} ${sayRoom(room)}</p>
      <${Chart}
        id="snowball-chart"
        title=${t("quote.snowball")}
        summary=${sayLimits(quote)}
        x=${x}
        series=${this.series(quote, plan, stack)}
        marks=${this.marks(overflow, near)}
        yMax=${near?.limit ?? 0}
        xLabel=${(i) => requestName(quote.requests[i], i)}
        xFormat=${(value) => (Number.isInteger(value) ? short(value) : "")}
        yFormat=${short}
      />
    </section>`;
  }

  series(quote, plan, stack) {
    const key = [quote, plan, stack];
    if (this.made?.key.every((part, i) => part === key[i])) return this.made.series;
    const rows = stack === "price" ? splitByPrice(quote) : splitByContent(quote.compiled ?? plan, quote);
    const kinds = [...(stack === "price" ? BILLED : CONTENT), ...OUTPUTS];
    const series = kinds
      .map((kind) => ({
        kind: "stack",
        label: t(`quote.part_kind.${kind}`),
        colour: COLOURS[kind],
        values: rows.map((row) => row[kind]),
        format: whole,
      }))
      .filter((one) => one.values.some((tokens) => tokens > 0));
    this.made = { key, series };
    return series;
  }

  marks(overflow, limit) {
    const key = `${overflow?.request}/${limit?.limit}`;
    if (this.marked?.key === key) return this.marked.marks;
    const marks = [];
    if (limit !== null) {
      const words = limit.isInput ? "quote.max_input.line" : "quote.window.line";
      marks.push({ y: limit.limit, label: t(words, { tokens: whole(limit.limit) }), colour: "--bad" });
    }
    if (overflow)
      marks.push({
        x: overflow.request,
        label: t("quote.overflow.mark", { turn: whole(overflow.turn) }),
        colour: "--bad",
      });
    this.marked = { key, marks };
    return marks;
  }
}

/** "Turn 3, tool round 2": which request that is. */
export function requestName(request, i) {
  if (!request) return "";
  const named = request.purpose
    ? t(`quote.purpose.${request.purpose}`)
    : request.round > 0
      ? t("quote.at.round", { round: whole(request.round) })
      : "";
  const place = t("quote.at.turn", { request: whole(i + 1), turn: whole(request.turn) });
  return [place, named, request.agent].filter(Boolean).join(" · ");
}

/** How often the last turn may repeat until it overflows, as far as that was asked. */
const sayRoom = (room) => (room?.monotone ? t("quote.room", { count: whole(room.value) }) : "");

function sayGrowth({ requests }) {
  const first = requests[0];
  const last = requests.at(-1);
  if (requests.length < 2) return "";
  return t("quote.growth", {
    first: whole(first.input_tokens),
    last: whole(last.input_tokens),
    requests: whole(requests.length),
  });
}
