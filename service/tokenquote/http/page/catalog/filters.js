// Which models are shown.
import { t } from "../frame/i18n.js";
import { html } from "../frame/markup.js";
import { isGone, rate } from "./models.js";

const INPUTS = ["image", "audio", "video", "document"];

/** Whether a model passes every filter. */
export function passes(model, { q, provider, kind, inputs, window, price, weights, gone }) {
  const words = [model.id, model.name, ...model.aliases].join(" ").toLowerCase();
  return (
    q.toLowerCase().split(/\s+/).every((word) => words.includes(word)) &&
    (provider === "" || model.provider === provider) &&
    (kind === "" || model.kind === kind) &&
    inputs.every((input) => input in model.media) &&
    (window === "" || (model.window ?? model.max_input ?? 0) >= Number(window)) &&
    (price === "" || (rate(model, "input") !== null && rate(model, "input") <= Number(price))) &&
    (!weights || model.open_weights !== null) &&
    (gone || !isGone(model))
  );
}

/** The form of the filters. */
export function Filters({ state, models, providers, onChange }) {
  const set = (name) => (event) => onChange({ [name]: event.target.value });
  const check = (name) => (event) => onChange({ [name]: event.target.checked });
  const toggle = (input) => () => onChange({
    inputs: state.inputs.includes(input) ? state.inputs.filter((other) => other !== input) : [...state.inputs, input],
  });
  const kinds = [...new Set(models.map((model) => model.kind))].sort();
  const named = new Map(providers.map(({ id, name }) => [id, name]));
  const sellers = [...new Set(models.map((model) => model.provider))].sort();
  return html`
    <form class="card filters" onSubmit=${(event) => event.preventDefault()}>
      <div class="field filters-search">
        <label for="q">${t("catalog.search")}</label>
        <input class="input" id="q" type="search" placeholder="gpt-5.4" value=${state.q} onInput=${set("q")} />
      </div>
      <div class="field">
        <label for="provider">${t("catalog.provider")}</label>
        <select class="input" id="provider" value=${state.provider} onChange=${set("provider")}>
          <option value="">${t("catalog.all")}</option>
          ${sellers.map((id) => html`
            <option value=${id}>${named.get(id) ?? id} (${models.filter((one) => one.provider === id).length})</option>`)}
        </select>
      </div>
      <div class="field">
        <label for="kind">${t("catalog.kind")}</label>
        <select class="input" id="kind" value=${state.kind} onChange=${set("kind")}>
          <option value="">${t("catalog.all")}</option>
          ${kinds.map((kind) => html`<option value=${kind}>${t(`catalog.kind.${kind}`)}</option>`)}
        </select>
      </div>
      <div class="field">
        <label for="window">${t("catalog.least_window")}</label>
        <input class="input input-number" id="window" type="number" min="0" step="1000" placeholder="0"
          value=${state.window} onInput=${set("window")} />
      </div>
      <div class="field">
        <label for="price">${t("catalog.most_price")}</label>
        <input class="input input-number" id="price" type="number" min="0" step="any" placeholder="—"
          value=${state.price} onInput=${set("price")} />
      </div>
      <fieldset class="filters-checks">
        <legend class="visually-hidden">${t("catalog.inputs")}</legend>
        ${INPUTS.map((input) => html`
          <label class="checkbox">
            <input type="checkbox" checked=${state.inputs.includes(input)} onChange=${toggle(input)} />
            ${t(`catalog.input.${input}`)}
          </label>`)}
        <label class="checkbox">
          <input type="checkbox" checked=${state.weights} onChange=${check("weights")} />${t("catalog.open_weights")}
        </label>
        <label class="checkbox">
          <input type="checkbox" checked=${state.gone} onChange=${check("gone")} />${t("catalog.show_gone")}
        </label>
      </fieldset>
    </form>`;
}
