// All that the catalog knows of one model: every price with its source, and the rules that count it.
import { formatDay, formatNumber, t } from "../frame/i18n.js";
import { keptKey } from "../frame/key.js";
import { html } from "../frame/markup.js";
import { Component } from "../vendor/preact.module.js";
import { Failure } from "./failure.js";
import { loadModel } from "./models.js";

const ADDRESS = /(https?:\/\/[^\s,;)]+)/;

/** The details of a model, loaded when they are first shown. */
export class ModelDetail extends Component {
  componentDidMount() {
    document.addEventListener("keychosen", this.loadAgain);
    this.load();
  }

  componentWillUnmount() {
    document.removeEventListener("keychosen", this.loadAgain);
  }

  loadAgain = () => this.state.failure && keptKey() !== null && this.load();

  load() {
    loadModel(this.props.id).then(
      (model) => this.setState({ model, failure: null }),
      (failure) => this.setState({ failure }),
    );
  }

  render(_, { model, failure }) {
    if (failure) return html`<${Failure} failure=${failure} />`;
    if (!model) return html`<p class="faint" role="status">${t("catalog.loading")}</p>`;
    return html`<div class="model-detail"><${Facts} model=${model} /><${Prices} blocks=${model.prices} /></div>`;
  }
}

function Facts({ model }) {
  const facts = [
    ["aliases", model.aliases.join(", ")],
    ["max_input", model.max_input && formatNumber(model.max_input)],
    ["max_output", model.max_output && formatNumber(model.max_output)],
    ["vocabulary", `${model.vocabulary}: ${t(`catalog.method.${model.method}`)}`],
    ["counting_source", model.counting.source && withLinks(model.counting.source)],
    ["media", Object.entries(model.media).map(([kind, rule]) => `${t(`catalog.input.${kind}`)}: ${rule}`).join(", ")],
    ["caching", model.caching && cachingWords(model.caching)],
    ["regions", model.regions.join(", ")],
    ["released", model.released && formatDay(model.released)],
    ["successor", model.successor],
    ["rerouted_to", model.rerouted_to],
    ["open_weights", model.open_weights],
    ["file", model.file],
  ].filter(([, value]) => value);
  return html`
    <dl class="model-facts">
      ${facts.map(([name, value]) => html`<div><dt>${t(`catalog.fact.${name}`)}</dt><dd>${value}</dd></div>`)}
    </dl>`;
}

function cachingWords({ by_default, minimum_tokens, step_tokens }) {
  const how = t(by_default ? "catalog.caching.by_default" : "catalog.caching.asked");
  return t("catalog.caching", { how, minimum: formatNumber(minimum_tokens ?? 0), step: formatNumber(step_tokens ?? 1) });
}

function Prices({ blocks }) {
  if (blocks.length === 0) return html`<p class="notice">${t("catalog.no_price")}</p>`;
  return html`
    <div class="table-scroll" tabindex="0" role="group" aria-label=${t("catalog.prices")}><table class="table">
      <caption class="visually-hidden">${t("catalog.prices")}</caption>
      <thead>
        <tr>
          <th scope="col">${t("catalog.price.from")}</th>
          <th scope="col">${t("catalog.price.rates")}</th>
          <th scope="col">${t("catalog.price.source")}</th>
          <th scope="col">${t("catalog.price.checked")}</th>
        </tr>
      </thead>
      <tbody>${[...blocks].reverse().map((block) => html`<${Block} block=${block} />`)}</tbody>
    </table></div>`;
}

function Block({ block }) {
  const modes = Object.entries(block.modes ?? {});
  const tiers = block.tiers ?? [];
  return html`
    <tr>
      <td>${block.from ? formatDay(block.from) : t("catalog.price.always")}</td>
      <td>
        ${rates(block.rates)}
        ${tiers.map((tier) => html`
          <div><span class="faint">${t("catalog.price.above", { tokens: formatNumber(tier.above) })}</span> ${rates(tier.rates)}</div>`)}
        ${modes.map(([mode, card]) => html`<div><span class="faint">${mode}:</span> ${rates(card.rates)}</div>`)}
        ${(block.windows ?? []).map((window) => html`
          <div><span class="faint">${window.name}:</span> ${rates(window.rates)}</div>`)}
        ${(block.fees ?? []).map((fee) => html`
          <div><span class="faint">${fee.what}:</span> $${fee.price} / ${formatNumber(fee.per ?? 1)} ${fee.unit}</div>`)}
      </td>
      <td class="price-source">${withLinks(block.source)}${block.note && html`<div class="faint">${block.note}</div>`}</td>
      <td>${formatDay(block.checked)}</td>
    </tr>`;
}

function rates(found) {
  return Object.entries(found ?? {}).map(([kind, rate]) => html`
    <span class="rate"><span class="faint">${kind.replaceAll("_", " ")}</span> $${rate}</span> `);
}

function withLinks(text) {
  return text.split(ADDRESS).map((part, index) =>
    index % 2 ? html`<a href=${part} rel="noreferrer">${part.replace(/^https?:\/\//, "")}</a>` : part,
  );
}
