// What the catalog says of the plan's model, in a line under its name: prices, window, and whether it
// retires.
import { hasWords, t } from "../../frame/i18n.js";
import { html } from "../markup.js";
import { day, rate, short, whole } from "../numbers.js";
import { Told } from "../note.js";

export function ModelFacts({ state }) {
  const answer = state.answers.model;
  if (isUnknown(answer))
    return html`<p class="field-hint model-facts">
      ${t("quote.model.unknown")} <a href="/catalog">${t("quote.model.catalog")}</a>
    </p>`;
  const model = answer?.data;
  if (!model) return html`<p class="field-hint model-facts"></p>`;
  const { input, output, cache_read: read } = model.rates;
  const about = () =>
    [
      ...Object.entries(model.rates).map(([kind, price]) => [
        t("quote.rate.of", { kind: kindName(kind) }),
        rate(price),
      ]),
      [t("quote.checked"), day(model.checked)],
      model.file && [t("quote.file"), model.file],
      t("quote.rates.say"),
    ].filter(Boolean);
  return html`<p class="field-hint model-facts">
    ${
      input === undefined
        ? html`<span>${t("quote.picker.unpriced")}</span>`
        : html`<${Told} about=${about}>${t("quote.picker.rates", {
            input: rate(input),
            output: rate(output ?? null),
          })}</${Told}>`
    }
    ${read !== undefined && html`<span>${t("quote.cached_rate", { rate: rate(read) })}</span>`}
    <span
      >${
        model.window === null
          ? t("quote.window.unknown")
          : html`<${Told}
        about=${() => windowRows(model)}>${t("quote.picker.window", {
          tokens: short(model.window),
        })}</${Told}>`
      }</span
    >
    ${
      model.retires &&
      html`<span class="badge badge-warn"
        >${t("quote.retires", {
          day: day(model.retires),
        })}${model.successor ? ` → ${model.successor}` : ""}</span
      >`
    }
  </p>`;
}

/** Whether the catalog has no such model: what the answer still holds is of the model before. */
const isUnknown = (answer) => answer?.status === "failed" && answer.problem.status === 404;

const windowRows = (model) =>
  [
    [t("quote.window"), whole(model.window)],
    model.max_input !== null && [t("quote.max_input"), whole(model.max_input)],
  ].filter(Boolean);

/** A kind of token in words; one that has none keeps the service's own. */
export const kindName = (kind) => (hasWords(`quote.kind.${kind}`) ? t(`quote.kind.${kind}`) : kind);
