// The table of models, in an order of the reader's choice; a row unfolds to all that is known of its model.
import { formatDay, formatNumber, t } from "../frame/i18n.js";
import { html } from "../frame/markup.js";
import { ModelDetail } from "./model_detail.js";
import { isGone, rate } from "./models.js";

const STEP = 100;
const COLUMNS = [
  // Those that nobody sells stand last.
  { name: "id", value: (model) => `${model.provider === "open-weights" ? "~" : ""}${model.id.toLowerCase()}` },
  { name: "window", value: (model) => model.window, isNumber: true },
  { name: "input", value: (model) => rate(model, "input"), isNumber: true },
  { name: "output", value: (model) => rate(model, "output"), isNumber: true },
  { name: "cache_read", value: (model) => rate(model, "cache_read"), isNumber: true },
  { name: "inputs", value: (model) => Object.keys(model.media).length },
  { name: "checked", value: (model) => model.checked },
  { name: "retires", value: (model) => model.retires },
];

/** The models in order; those without a value stand last either way. */
export function sorted(models, { sort, down }) {
  const { value } = COLUMNS.find(({ name }) => name === sort) ?? COLUMNS[0];
  const sign = down ? -1 : 1;
  return [...models].sort((one, other) => {
    const [a, b] = [value(one), value(other)];
    if (a === null || b === null) return (a === null) - (b === null);
    return sign * (a < b ? -1 : a > b ? 1 : 0);
  });
}

/** The first models of a list, and a button for more. */
export function ModelTable({ models, state, onChange }) {
  const rest = models.length - state.shown;
  return html`
    <div class="card catalog-table">
      <div class="table-scroll" tabindex="0" role="region" aria-label=${t("catalog.table")}>
        <table class="table">
          <thead>
            <tr>${COLUMNS.map((column) => html`<${Head} column=${column} state=${state} onChange=${onChange} />`)}</tr>
          </thead>
          <tbody>
            ${models.slice(0, state.shown).map((model) => html`
              <${Row} key=${model.id} model=${model} isOpen=${state.open === model.id}
                onToggle=${() => onChange({ open: state.open === model.id ? "" : model.id })} />`)}
          </tbody>
        </table>
      </div>
      ${models.length === 0 && html`<p class="catalog-none">${t("catalog.none")}</p>`}
      ${rest > 0 && html`
        <p class="catalog-more">
          <button class="button" type="button" onClick=${() => onChange({ shown: state.shown + STEP })}>
            ${t("catalog.more", { count: formatNumber(Math.min(STEP, rest)) })}
          </button>
          <span class="faint">${t("catalog.rest", { count: formatNumber(rest) })}</span>
        </p>`}
    </div>`;
}

function Head({ column: { name, isNumber }, state, onChange }) {
  const isChosen = state.sort === name;
  const direction = isChosen ? (state.down ? "descending" : "ascending") : null;
  return html`
    <th scope="col" class=${isNumber ? "number" : ""} aria-sort=${direction}>
      <button class="table-sort" type="button"
        onClick=${() => onChange({ sort: name, down: isChosen && !state.down })}>${t(`catalog.column.${name}`)}</button>
    </th>`;
}

function Row({ model, isOpen, onToggle }) {
  return html`
    <tr>
      <th scope="row" class="model-name">
        <button class="model-toggle" type="button" aria-expanded=${isOpen} onClick=${onToggle}>
          <span>${model.name}</span>
          <span class="mono faint">${model.id}</span>
        </button>
      </th>
      <td class="number">${model.window === null ? unknown() : formatNumber(model.window)}</td>
      <td class="number">${price(model, "input")}</td>
      <td class="number">${price(model, "output")}</td>
      <td class="number">${price(model, "cache_read")}</td>
      <td>${Object.keys(model.media).map((input) => t(`catalog.input.${input}`)).join(", ")}</td>
      <td>${model.checked === null ? "" : formatDay(model.checked)}</td>
      <td><${End} model=${model} /></td>
    </tr>
    ${isOpen && html`<tr class="model-open"><td colspan=${COLUMNS.length}><${ModelDetail} id=${model.id} /></td></tr>`}`;
}

function End({ model }) {
  if (model.retires === null) return "";
  return html`<span class="badge ${isGone(model) ? "badge-bad" : "badge-warn"}">${formatDay(model.retires)}</span>`;
}

function price(model, kind) {
  return kind in model.rates ? `$${model.rates[kind]}` : unknown();
}

const unknown = () => html`<span class="faint" title=${t("catalog.unknown")}>—<span class="visually-hidden"> ${t("catalog.unknown")}</span></span>`;
