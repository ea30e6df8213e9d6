// What a change would bring: caching, history strategies and a batch beside the plan, each with its
// differences line by line.
import { t } from "../../frame/i18n.js";
import { kindName } from "../plan/model_facts.js";
import { readWhole } from "../plan/amounts.js";
import { html } from "../markup.js";
import { Told } from "../note.js";
import { difference, dollars, percent, whole } from "../numbers.js";
import { change, current, editView } from "../store.js";
import { TUNED, patched, variantsOf } from "../variants.js";
import { Loading } from "./loading.js";

export function VariantsTable({ state }) {
  const answer = state.answers.variants;
  const base = answer?.data?.base;
  const most = base
    ? Math.max(
        ...[base, ...answer.data.variants]
          .filter((one) => !one.problem)
          .map((one) => Number(one.totals.cost ?? 0)),
        1e-12,
      )
    : 1;
  return html`<section class="card" id="what-if" aria-labelledby="what-if-heading">
    <div class="card-head"><h2 id="what-if-heading">${t("quote.what_if")}</h2></div>
    <p class="card-says">${t("quote.what_if.says")}</p>
    <${Loading} answer=${answer} name="variants">
      ${
        base &&
        html`<ul class="variants">
          <${Row} name=${t("quote.variant.base")} totals=${base.totals} most=${most} own />
          ${answer.data.variants
            .filter((variant) => !variant.problem)
            .map(
              (variant) =>
                html`<${Variant}
                  key=${variant.name}
                  variant=${variant}
                  base=${base}
                  most=${most}
                  tuned=${state.view.variants}
                />`,
            )}
          ${refusals(answer.data.variants).map(
            ([detail, names]) =>
              html`<li class="variant variant-off">
                <div class="variant-name">${names.map((name) => t(`quote.variant.${name}`)).join(", ")}</div>
                <p class="field-hint" lang="en">${detail}</p>
              </li>`,
          )}
        </ul>`
      }
    </${Loading}>
  </section>`;
}

/** Why some variants cannot be quoted: each reason once, with the variants that it refuses. */
function refusals(variants) {
  const names = new Map();
  for (const { name, problem } of variants) {
    if (problem) names.set(reason(problem), [...(names.get(reason(problem)) ?? []), name]);
  }
  return [...names];
}

function Variant({ variant, base, most, tuned }) {
  const { name } = variant;
  const label = t(`quote.variant.${name}`);
  return html`<${Row} name=${label} totals=${variant.totals} most=${most} base=${base}>
    <${Tuning} name=${name} tuned=${tuned} />
    <details class="variant-lines">
      <summary>${t("quote.differences", { count: whole(variant.differences.length) })}</summary>
      ${
        variant.differences.length === 0
          ? html`<p class="field-hint">${t("quote.no_difference")}</p>`
          : html`<table class="table">
              <thead>
                <tr>
                  <th scope="col">${t("quote.kind")}</th>
                  <th scope="col" class="number">${t("quote.tokens")}</th>
                  <th scope="col" class="number">${t("quote.cost")}</th>
                </tr>
              </thead>
              <tbody>
                ${variant.differences.map(
                  (line) =>
                    html`<tr key=${line.kind}>
                      <th scope="row">${kindName(line.kind)}</th>
                      <td class="number">${signed(line.tokens)}</td>
                      <td class="number">${dollars(line.cost, { sign: true })}</td>
                    </tr>`,
                )}
              </tbody>
            </table>`
      }
      <button type="button" class="button" onClick=${() => take(name)}>${t("quote.variant.take")}</button>
    </details>
  </${Row}>`;
}

/** What a problem says, without the pointer into a patch that the reader has not written. */
const reason = (problem) => problem.errors[0]?.detail ?? problem.detail;

const signed = (tokens) => (tokens > 0 ? "+" : tokens < 0 ? "−" : "") + whole(Math.abs(tokens));

const shareOf = (share) => (share === null ? "" : `${share > 0 ? "+" : "−"}${percent(Math.abs(share), 0)}`);

function Row({ name, totals, most, base, own, children }) {
  const saved = base && totals.cost && base.totals.cost ? difference(totals.cost, base.totals.cost) : null;
  const share = saved && Number(base.totals.cost) > 0 ? Number(saved) / Number(base.totals.cost) : null;
  const tone = own || !saved || Number(saved) === 0 ? "" : Number(saved) < 0 ? "better" : "worse";
  return html`<li class=${`variant ${own ? "variant-own" : ""} ${tone}`}>
    <div class="variant-name">${name}</div>
    <div class="bar" aria-hidden="true"><span
      style=${{ width: `${(Number(totals.cost ?? 0) / most) * 100}%` }}></span></div>
    <div class="variant-cost"><${Told} about=${() => rows(totals)}>${dollars(totals.cost)}</${Told}></div>
    <div class="variant-saves">${
      saved === null
        ? ""
        : Number(saved) === 0
          ? t("quote.same")
          : html`${dollars(saved, { sign: true })}${" "}<span class="faint">${shareOf(share)}</span>`
    }</div>
    ${children}
  </li>`;
}

const rows = (totals) =>
  [
    [t("quote.exact"), totals.cost === null ? "–" : `$${totals.cost}`],
    [t("quote.requests"), whole(totals.requests)],
    [t("quote.input"), whole(totals.input_tokens)],
    [t("quote.cache_read"), whole(totals.cache_read_tokens)],
    [t("quote.cache_write"), whole(totals.cache_write_tokens)],
    totals.cache_lost_tokens > 0 && [t("quote.cache_lost"), whole(totals.cache_lost_tokens)],
    [t("quote.output"), whole(totals.output_tokens)],
  ].filter(Boolean);

/** The number of a variant: how many turns a window keeps, after how many a summary is written. */
function Tuning({ name, tuned }) {
  const bounds = TUNED[name];
  if (!bounds) return null;
  const edit = (event) => {
    const value = readWhole(event.target.value);
    if (value !== null && value >= bounds.min && value <= bounds.max)
      editView(`/variants/${bounds.at}`, value);
  };
  return html`<label class="variant-tuning"
    >${t(`quote.tuning.${name}`)}
    <input class="input input-number" inputmode="numeric" value=${tuned[bounds.at]} onChange=${edit}
  /></label>`;
}

/** Make the variant the plan. */
function take(name) {
  const { plan, view, answers } = current();
  const variant = variantsOf(plan, view, answers.model?.data?.caching).find((one) => one.name === name);
  change({ plan: patched(plan, variant.patch) }, { step: true });
}
