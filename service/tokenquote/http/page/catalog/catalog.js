// The catalog as a page: models with filters, and their retirements. What is looked at stands in the address.
import { startFrame } from "../frame/frame.js";
import { t } from "../frame/i18n.js";
import { keptKey } from "../frame/key.js";
import { html, render } from "../frame/markup.js";
import { readAddress, writeAddress } from "./address.js";
import { Failure } from "./failure.js";
import { Filters, passes } from "./filters.js";
import { ModelTable, sorted } from "./model_table.js";
import { loadModels } from "./models.js";
import { Retirements } from "./retirements.js";

const state = { ...readAddress(location.hash), models: null, providers: [], failure: null, shown: 100, details: new Map() };

await startFrame("catalog");
addEventListener("hashchange", () => change(readAddress(location.hash)));
document.addEventListener("languagechosen", draw);
document.addEventListener("keychosen", () => state.failure && keptKey() !== null && load());
draw();
await load();
document.documentElement.dataset.ready = "catalog";

async function load() {
  change({ failure: null });
  try {
    change(await loadModels());
  } catch (failure) {
    change({ failure });
  }
}

function change(parts) {
  Object.assign(state, parts);
  writeAddress(state);
  draw();
}

function draw() {
  render(html`<${Catalog} />`, document.getElementById("catalog"));
}

function Catalog() {
  if (state.failure) {
    return html`
      <${Failure} failure=${state.failure} />
      <p class="catalog-retry"><button class="button" type="button" onClick=${load}>${t("catalog.retry")}</button></p>`;
  }
  if (state.models === null) return html`<p class="faint" role="status">${t("catalog.loading")}</p>`;
  const found = state.models.filter((model) => passes(model, state));
  return html`
    <${Filters} state=${state} models=${state.models} providers=${state.providers}
      onChange=${(parts) => change({ ...parts, shown: 100 })} />
    <div class="catalog-bar">
      <p role="status">${t("catalog.found", { count: found.length })}</p>
      <div class="segments" role="group" aria-label=${t("catalog.views")}>
        ${["models", "retirements"].map((view) => html`
          <button type="button" aria-pressed=${state.view === view} onClick=${() => change({ view })}>
            ${t(`catalog.view.${view}`)}
          </button>`)}
      </div>
    </div>
    ${state.view === "models"
      ? html`<${ModelTable} models=${sorted(found, state)} state=${state} onChange=${change} />`
      : html`<${Retirements} models=${found} onOpen=${(id) => change({ view: "models", open: id, q: id })} />`}`;
}
