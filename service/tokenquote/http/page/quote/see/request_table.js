// Every request as a row. Only the rows in sight exist, so that thousands cost no more than a screen of
// them. The table is a grid: arrow keys go from cell to cell, and each number says how it is known.
import { t } from "../../frame/i18n.js";
import { Component, html } from "../markup.js";
import { hideNote, hideSoon, pointedAt, showNote } from "../note.js";
import { decimalsFor, dollars, percent, whole } from "../numbers.js";
import { fillOf } from "./limits.js";

const ROW = 32;
const SHOWN = 12;
const SPARE = 6;

const COLUMNS = [
  {
    name: "request",
    value: (_, i) => whole(i + 1),
    about: (row) => [t("quote.at.turn", { request: whole(row.number), turn: whole(row.turn) })],
  },
  { name: "turn", value: (row) => whole(row.turn), about: () => [t("quote.turn.say")] },
  { name: "what", value: (row) => what(row), about: (row) => [what(row)], text: true },
  { name: "input", value: (row) => whole(row.input_tokens), about: (row, quote) => inputRows(row, quote) },
  { name: "cache_read", value: (row) => whole(row.cache_read_tokens), about: () => [t("quote.cache.say")] },
  {
    name: "cache_write",
    value: (row) => whole(row.cache_write_tokens),
    about: () => [t("quote.cache_write.say")],
  },
  {
    name: "output",
    value: (row) => whole(row.output_tokens),
    about: (row) => [[t("quote.reasoning"), whole(row.reasoning_tokens)], t("quote.output.say")],
  },
  {
    name: "window",
    value: (row, _, context) => percent(fillOf(row, context)),
    about: (row, { context }) => [
      [t("quote.context_tokens"), whole(row.context_tokens)],
      [t("quote.window"), whole(context.window)],
      [t("quote.max_input"), whole(context.max_input)],
    ],
  },
  {
    name: "cost",
    value: (row, _, __, decimals) => dollars(row.cost, { decimals }),
    about: (row) => [[t("quote.exact"), row.cost === null ? "–" : `$${row.cost}`], t("quote.cost.say")],
  },
  {
    name: "cumulative",
    value: (row, _, __, decimals) => dollars(row.cumulative_cost, { decimals }),
    about: (row) => [[t("quote.exact"), row.cumulative_cost === null ? "–" : `$${row.cumulative_cost}`]],
  },
];

const what = (row) =>
  [
    row.agent,
    row.purpose
      ? t(`quote.purpose.${row.purpose}`)
      : row.round > 0
        ? t("quote.at.round", { round: whole(row.round) })
        : row.agent === null && t("quote.asks"),
    row.model,
  ]
    .filter(Boolean)
    .join(" · ");

const inputRows = (row) => [
  [t("quote.uncached"), whole(row.input_tokens - row.cache_read_tokens - row.cache_write_tokens)],
  [t("quote.cache_read"), whole(row.cache_read_tokens)],
  [t("quote.cache_write"), whole(row.cache_write_tokens)],
  t("quote.input.say"),
];

export class RequestTable extends Component {
  state = { top: 0, row: 0, column: 0 };

  shouldComponentUpdate({ quote }, state) {
    return quote !== this.props.quote || state !== this.state;
  }

  render({ quote }, { top, row, column }) {
    const { requests } = quote;
    const first = Math.max(0, Math.floor(top / ROW) - SPARE);
    const last = Math.min(requests.length, first + SHOWN + 2 * SPARE);
    const decimals = quote.totals.cost === null ? 2 : Math.min(12, decimalsFor(quote.totals.cost) + 2);
    const overflow = quote.context.overflows_at?.request ?? Infinity;
    return html`<section class="card" id="requests" aria-labelledby="requests-heading">
      <div class="card-head">
        <h2 id="requests-heading">${t("quote.table", { count: whole(requests.length) })}</h2>
      </div>
      <div
        class="grid-scroll"
        ref=${(element) => {
          this.root = element;
        }}
        onScroll=${(event) => this.scrolled(event.currentTarget.scrollTop)}
      >
        <div
          role="grid"
          class="grid"
          aria-labelledby="requests-heading"
          aria-rowcount=${requests.length + 1}
          aria-colcount=${COLUMNS.length}
          onKeyDown=${(event) => this.press(event)}
        >
          <div role="row" class="grid-row grid-head" aria-rowindex="1">
            ${COLUMNS.map(
              ({ name, text }) =>
                html`<span role="columnheader" class=${text ? "grid-text" : ""}
                  >${t(`quote.column.${name}`)}</span
                >`,
            )}
          </div>
          <div role="rowgroup" class="grid-body" style=${{ height: `${requests.length * ROW}px` }}>
            ${requests
              .slice(first, last)
              .map((request, k) =>
                this.row(request, first + k, {
                  quote,
                  decimals,
                  over: first + k + 1 >= overflow,
                  at: `${row}/${column}`,
                }),
              )}
          </div>
        </div>
      </div>
      <p class="field-hint">${t("quote.table.keys")}</p>
    </section>`;
  }

  row(request, i, { quote, decimals, over, at }) {
    const numbered = { ...request, number: i + 1 };
    return html`<div
      role="row"
      key=${i}
      class=${`grid-row ${over ? "grid-over" : ""}`}
      aria-rowindex=${i + 2}
      style=${{ top: `${i * ROW}px` }}
    >
      ${COLUMNS.map(({ name, value, about, text }, c) => {
        const show = (event) => showNote(event.currentTarget, () => about(numbered, quote));
        return html`<span
          role="gridcell"
          key=${name}
          class=${text ? "grid-text" : ""}
          data-cell=${`${i}/${c}`}
          tabindex=${at === `${i}/${c}` ? 0 : -1}
          onMouseEnter=${(event) => pointedAt(event) && show(event)}
          onMouseLeave=${hideSoon}
          onBlur=${hideNote}
          onClick=${() => this.setState({ row: i, column: c })}
          onFocus=${(event) => {
            show(event);
            if (i !== this.state.row || c !== this.state.column) this.setState({ row: i, column: c });
          }}
          >${value(numbered, i, quote.context, decimals)}</span
        >`;
      })}
    </div>`;
  }

  scrolled(top) {
    if (Math.abs(top - this.state.top) >= ROW) this.setState({ top });
  }

  press(event) {
    const count = this.props.quote.requests.length;
    const { row, column } = this.state;
    const page = SHOWN - 2;
    const moves = {
      ArrowDown: [row + 1, column],
      ArrowUp: [row - 1, column],
      ArrowRight: [row, column + 1],
      ArrowLeft: [row, column - 1],
      PageDown: [row + page, column],
      PageUp: [row - page, column],
      Home: [event.ctrlKey ? 0 : row, 0],
      End: [event.ctrlKey ? count - 1 : row, COLUMNS.length - 1],
    };
    if (!(event.key in moves)) return;
    event.preventDefault();
    const [wanted, across] = moves[event.key];
    this.goTo(Math.max(0, Math.min(count - 1, wanted)), Math.max(0, Math.min(COLUMNS.length - 1, across)));
  }

  goTo(row, column) {
    const above = row * ROW;
    const inSight = SHOWN * ROW - 2 * ROW;
    const { scrollTop } = this.root;
    if (above < scrollTop) this.root.scrollTop = above;
    else if (above > scrollTop + inSight) this.root.scrollTop = above - inSight;
    this.setState({ row, column, top: this.root.scrollTop }, () =>
      this.root.querySelector(`[data-cell="${row}/${column}"]`)?.focus({ preventScroll: true }),
    );
  }
}
