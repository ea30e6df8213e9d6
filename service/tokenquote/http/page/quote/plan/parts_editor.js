// A message of several parts: texts, tokens, images, audio, video, documents. Images can be dropped or
// chosen; the browser reads their size and nothing else of them is kept or sent.
import { t } from "../../frame/i18n.js";
import { html } from "../markup.js";
import { editPlan } from "../store.js";
import { wholeOrTyped } from "./amounts.js";
import { Faults, faultsAt, fieldId } from "./fields.js";
import { readImageSizes } from "./image_sizes.js";

const NUMBERS = {
  tokens: ["tokens"],
  image: ["width", "height"],
  audio: ["seconds"],
  video: ["seconds"],
  document: ["pages"],
};
const FRESH = {
  text: { type: "text", text: "" },
  tokens: { type: "tokens", tokens: 200 },
  image: { type: "image", width: 1024, height: 1024 },
  audio: { type: "audio", seconds: 30 },
  video: { type: "video", seconds: 30 },
  document: { type: "document", pages: 3 },
};

export function PartsEditor({ state, pointer, parts, tied }) {
  const add = (added) => editPlan(pointer, [...parts, ...added]);
  return html`<div
    class="parts"
    onDragOver=${(event) => event.preventDefault()}
    onDrop=${(event) => dropped(event, add)}
  >
    <ul class="parts-list">
      ${parts.map(
        (part, i) =>
          html`<${Part}
            key=${i}
            state=${state}
            pointer=${`${pointer}/${i}`}
            part=${part}
            last=${parts.length === 1}
          />`,
      )}
    </ul>
    <div class="parts-add">
      <label class="button drop">
        <input
          class="visually-hidden"
          type="file"
          accept="image/*"
          multiple
          ...${tied}
          onChange=${async (event) => add(await readImageSizes(event.target.files))}
        />
        ${t("quote.parts.images")}
      </label>
      <select
        class="input"
        aria-label=${t("quote.parts.add")}
        value=""
        onChange=${(event) => {
          add([FRESH[event.target.value]]);
          event.target.value = "";
        }}
      >
        <option value="">${t("quote.parts.add")}</option>
        ${Object.keys(FRESH).map((kind) => html`<option value=${kind}>${t(`quote.part.${kind}`)}</option>`)}
      </select>
    </div>
  </div>`;
}

async function dropped(event, add) {
  event.preventDefault();
  const found = await readImageSizes(event.dataTransfer.files);
  if (found.length > 0) add(found);
}

function Part({ state, pointer, part, last }) {
  const faults = faultsAt(state, pointer);
  return html`<li class="part">
    <span class="part-kind">${t(`quote.part.${part.type}`)}</span>
    ${
      part.type === "text"
        ? html`<textarea
            class="input"
            rows="2"
            id=${fieldId(pointer)}
            aria-label=${t("quote.part.text")}
            value=${part.text}
            aria-invalid=${faults.length > 0 ? "true" : undefined}
            onInput=${(event) => editPlan(`${pointer}/text`, event.target.value)}
          ></textarea>`
        : html`<span class="part-numbers"
            >${(NUMBERS[part.type] ?? []).map(
              (name, i) =>
                html` ${i > 0 && html`<span aria-hidden="true">×</span>`}
                  <input
                    class="input input-number"
                    id=${i === 0 ? fieldId(pointer) : undefined}
                    inputmode="decimal"
                    aria-label=${t(`quote.part.${name}`)}
                    aria-invalid=${faults.length > 0 ? "true" : undefined}
                    value=${part[name] ?? ""}
                    onInput=${(event) => editPlan(`${pointer}/${name}`, wholeOrTyped(event.target.value))}
                  />`,
            )} <span class="faint">${t(`quote.part.unit.${part.type}`)}</span></span
          >`
    }
    ${
      !last &&
      html`<button
        type="button"
        class="button button-quiet button-icon"
        aria-label=${t("quote.remove", { what: t(`quote.part.${part.type}`) })}
        onClick=${() => editPlan(pointer, undefined, { step: true })}
      >
        ×
      </button>`
    }
    <${Faults} faults=${faults} id=${`${fieldId(pointer)}-fault`} />
  </li>`;
}
