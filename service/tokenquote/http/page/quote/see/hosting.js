// One's own GPUs: what each of them holds, how many sequences fit, and from which traffic on they cost
// less than the API.
import { t } from "../../frame/i18n.js";
import { readWhole } from "../plan/amounts.js";
import { ModelPicker } from "../plan/model_picker.js";
import { html } from "../markup.js";
import { Told } from "../note.js";
import { bytes, decimal, dollars, percent, seconds, short, whole } from "../numbers.js";
import { hostedContext, hostedModel } from "../questions.js";
import { editView } from "../store.js";
import { BreakEven } from "./break_even.js";
import { Loading } from "./loading.js";
import { NumberBox } from "./number_box.js";
import { Assumptions, Warnings } from "./remarks.js";

const FORMATS = ["", "bf16", "fp8", "int8", "mxfp4", "nvfp4", "awq-4bit-g128", "gptq-4bit-g128", "nf4-dq"];
const PARTS = [
  ["weights_bytes", "--kind-system"],
  ["draft_bytes", "--kind-tools"],
  ["kv_cache_bytes", "--kind-user"],
  ["kv_in_flight_bytes", "--kind-results"],
  ["activation_bytes", "--kind-media"],
  ["cuda_graph_bytes", "--kind-reasoning"],
  ["runtime_bytes", "--kind-history"],
  ["padding_bytes", "--kind-output"],
];

export function Hosting({ state, quote }) {
  const { hosting } = state.view;
  const answer = state.answers.memory;
  const found = answer?.data;
  return html`<section class="card" id="gpus" aria-labelledby="gpus-heading">
    <div class="card-head"><h2 id="gpus-heading">${t("quote.gpus")}</h2></div>
    <p class="card-says">${t("quote.gpus.says")}</p>
    <div class="hosting-fields">
      <${ModelPicker} id="hosted-model" label=${t("quote.weights")} kind="weights"
        value=${hostedModel(state)} models=${state.session.models}
        onPick=${(model) => editView("/hosting/model", model)} />
      <${Pick} name="quantization" label=${t("quote.format")} value=${hosting.quantization}
        options=${FORMATS.map((name) => [name, name || t("quote.format.published")])} />
      <${Pick} name="gpu" label=${t("quote.gpu")} value=${hosting.gpu}
        options=${gpuOptions(state.answers.fits?.data, hosting.gpu)} />
      <${Slider} name="context" label=${t("quote.context")} value=${hostedContext(state)} least=${10}
        most=${20} step=${0.25} base=${2} say=${(value) => t("quote.tokens.of", { tokens: whole(value) })} />
      <${Slider} name="concurrency" label=${t("quote.batch")} value=${hosting.concurrency} least=${0}
        most=${10} step=${0.25} base=${2} say=${(value) => t("quote.sequences", { count: whole(value) })} />
    </div>
    <${Loading} answer=${answer} name="memory">
      ${
        found &&
        html`<${Fits} found=${found} /><${Shares} found=${found} /><${Speeds} speed=${found.speed} />`
      }
    </${Loading}>
    <${BreakEven} state=${state} quote=${quote} found=${found} />
    ${
      found &&
      html`<${Warnings} warnings=${found.warnings} /><${Assumptions} assumptions=${found.assumptions} />`
    }
  </section>`;
}

const gpuOptions = (found, chosen) => [
  ["", t("quote.gpu.automatic")],
  ...(found?.options ?? []).map((option) => [
    option.gpu,
    `${option.gpu_count} × ${option.gpu}${
      option.price_per_hour ? ` · ${dollars(option.price_per_hour)}/h` : ""
    }`,
  ]),
  ...(chosen && !found?.options.some((option) => option.gpu === chosen) ? [[chosen, chosen]] : []),
];

const Pick = ({ name, label, value, options }) =>
  html`<div class="field">
    <label for=${`hosting-${name}`}>${label}</label>
    <select
      id=${`hosting-${name}`}
      class="input"
      value=${value}
      onChange=${(event) => editView(`/hosting/${name}`, event.target.value)}
    >
      ${options.map(
        ([word, says]) => html`<option value=${word} selected=${word === value}>${says}</option>`,
      )}
    </select>
  </div>`;

/** A slider over powers, for numbers that span magnitudes, with the number itself beside it. */
export function Slider({ name, label, value, least, most, step, base, say }) {
  const id = `hosting-${name}`;
  const power = Math.log(Math.max(1, value)) / Math.log(base);
  const slide = (event) => editView(`/hosting/${name}`, rounded(base ** Number(event.target.value)));
  return html`<div class="field slider">
    <label for=${id}>${label}</label>
    <input
      id=${id}
      type="range"
      min=${least}
      max=${most}
      step=${step}
      value=${power}
      aria-valuetext=${say(value)}
      onInput=${slide}
    />
    <${NumberBox}
      inputmode="numeric"
      aria-label=${label}
      value=${value}
      read=${readCount}
      onValue=${(read) => editView(`/hosting/${name}`, read)}
    />
  </div>`;
}

/** A whole number from 1 on, as typed; null if it is none. */
const readCount = (typed) => readWhole(typed) || null;

/** A number that people would choose: two digits, or a multiple of 256 where it is large. */
function rounded(value) {
  if (value >= 1024) return Math.round(value / 256) * 256;
  return value < 20 ? Math.max(1, Math.round(value)) : Number(value.toPrecision(2));
}

function Fits({ found }) {
  const gpus = `${found.gpu_count} × ${found.gpu}`;
  const explained = (name) => () =>
    found.explained
      .filter(({ what }) => what === name)
      .map(({ method, formula }) => [t(`quote.method.${method}`), formula]);
  return html`<div class="fits">
    <p class=${found.fits ? "fits-yes" : "fits-no"}>
      <strong>${t(found.fits ? "quote.fits_on" : "quote.fits_not", { gpus })}</strong>
      ${" "}<span class="faint">${found.quantization} · ${t("quote.parallel", {
        tensor: found.tensor_parallel,
        pipeline: found.pipeline_parallel,
      })}</span></p>
    <dl class="figures">
      <div><dt>${t("quote.largest_batch")}</dt><dd><${Told}
        about=${explained("largest_batch")}>${whole(found.largest_batch)}</${Told}></dd></div>
      <div><dt>${t("quote.longest_context")}</dt><dd><${Told}
        about=${explained("longest_context_tokens")}>${whole(found.longest_context_tokens)}</${Told}></dd>
          </div>
      <div><dt>${t("quote.pool")}</dt><dd><${Told}
        about=${explained("kv_cache_pool_bytes")}>${bytes(found.kv_cache_pool_bytes)}</${Told}></dd></div>
    </dl></div>`;
}

/** What each GPU of a stage holds, as one bar against its memory. */
const Shares = ({ found }) =>
  html`<div class="shares">
    ${found.per_gpu.map((share) => {
      const parts = PARTS.filter(([name]) => share[name] > 0);
      const most = Math.max(share.memory_bytes, share.total_bytes);
      return html`<figure class="share" key=${share.stage}>
        <figcaption>
          ${t("quote.share_of", { gpus: share.gpus, gpu: found.gpu, stage: share.stage + 1 })} ${" "}<span
            class="faint"
            >${t("quote.share_sum", {
              total: bytes(share.total_bytes),
              memory: bytes(share.memory_bytes),
            })}</span
          >
        </figcaption>
        <div class="share-bar" aria-hidden="true">
          ${parts.map(
            ([name, colour]) =>
              html`<span
                style=${{ width: `${(share[name] / most) * 100}%`, background: `var(${colour})` }}
              ></span>`,
          )}
          <i style=${{ left: `${(share.budget_bytes / most) * 100}%` }}></i>
        </div>
        <ul class="share-legend">
          ${parts.map(
            ([name, colour]) => html`<li><span class="swatch" style=${{ "--swatch": `var(${colour})` }}>
              </span>${t(`quote.memory.${name}`)}
      ${" "}<${Told} about=${() => shareRows(found, share, name)}>${bytes(share[name])}</${Told}></li>`,
          )}
          <li class=${share.free_bytes < 0 ? "share-missing" : ""}>
            <span class="swatch swatch-free"></span
            >${t(share.free_bytes < 0 ? "quote.memory.missing" : "quote.memory.free")}${" "}
            <b>${bytes(Math.abs(share.free_bytes))}</b>
          </li>
        </ul>
      </figure>`;
    })}
  </div>`;

const shareRows = (found, share, name) => [
  [t("quote.bytes"), whole(share[name])],
  [t("quote.of_gpu"), percent(share[name] / share.memory_bytes)],
  ...found.explained
    .filter(({ what }) => what.endsWith(name))
    .map(({ method, formula }) => [t(`quote.method.${method}`), formula]),
];

const Speeds = ({ speed }) =>
  speed === null
    ? null
    : html`<dl class="figures">
  <div><dt>${t("quote.first_token")}</dt><dd><${Told}
    about=${() => [
      [t("quote.bound"), speed.prefill.bound_by],
      t("quote.speed.say"),
    ]}>${seconds(speed.prefill.seconds)}</${Told}></dd></div>
  <div><dt>${t("quote.per_user")}</dt><dd><${Told}
    about=${() => [
      [t("quote.bound"), speed.decode.bound_by],
      t("quote.speed.say"),
    ]}>${decimal(speed.decode.tokens_per_second_per_user, 1)}</${Told}></dd></div>
  <div><dt>${t("quote.throughput")}</dt><dd><${Told}
    about=${() => [
      [t("quote.batch"), whole(speed.decode.sequences)],
      t("quote.speed.say"),
    ]}>${short(speed.decode.tokens_per_second)}</${Told}></dd></div></dl>`;
