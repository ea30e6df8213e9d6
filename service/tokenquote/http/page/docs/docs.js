// The API docs, drawn from /openapi.json: every operation with its fields, and an example to send.
import { startFrame } from "../frame/frame.js";
import { t } from "../frame/i18n.js";
import { html, render } from "../frame/markup.js";
import { Operation } from "./operation.js";
import { Schemas } from "./schemas.js";
import { readOperations } from "./operations.js";

const state = { groups: [], schemas: null, search: "", open: new Set(), answers: new Map(), drafts: new Map() };

await startFrame("docs");
const answer = await fetch("/openapi.json");
const openapi = await answer.json();
state.groups = readOperations(openapi);
state.schemas = new Schemas(openapi.components.schemas);
openNamed();
addEventListener("hashchange", () => {
  openNamed();
  draw();
});
document.addEventListener("languagechosen", draw);
draw();
document.documentElement.dataset.ready = "docs";

function openNamed() {
  const id = decodeURIComponent(location.hash.slice(1));
  if (!state.groups.some((group) => group.operations.some((operation) => operation.id === id))) return;
  state.open.add(id);
  queueMicrotask(() => document.getElementById(id)?.scrollIntoView());
}

function draw() {
  render(html`<${Docs} />`, document.getElementById("docs"));
}

function change(parts) {
  Object.assign(state, parts);
  draw();
}

function Docs() {
  const shown = state.groups
    .map((group) => ({ ...group, operations: group.operations.filter(matches) }))
    .filter((group) => group.operations.length);
  return html`
    <div class="docs-side">
      <div class="field">
        <label for="docs-search">${t("docs.search")}</label>
        <input class="input" id="docs-search" type="search" value=${state.search}
          onInput=${(event) => change({ search: event.target.value })} />
      </div>
      <nav aria-label=${t("docs.operations")}>
        ${shown.map((group) => html`
          <p class="docs-side-group">${group.name}</p>
          <ul>
            ${group.operations.map((operation) => html`
              <li><a href="#${operation.id}">${operation.path}</a></li>`)}
          </ul>`)}
      </nav>
      <p><a href="/openapi.json" download="tokenquote-openapi.json">${t("docs.download")}</a></p>
    </div>
    <div class="docs-groups">
      ${shown.length === 0 && html`<p class="notice">${t("docs.none")}</p>`}
      ${shown.map((group) => html`
        <section class="docs-group" key=${group.name}>
          <h2>${group.name}</h2>
          <p class="faint">${group.description}</p>
          ${group.operations.map((operation) => html`
            <${Operation} key=${operation.id} operation=${operation} schemas=${state.schemas}
              isOpen=${state.open.has(operation.id)} onToggle=${() => toggle(operation.id)}
              draft=${state.drafts.get(operation.id)} onDraft=${(draft) => keep("drafts", operation.id, draft)}
              answer=${state.answers.get(operation.id)} onAnswer=${(found) => keep("answers", operation.id, found)} />`)}
        </section>`)}
    </div>`;
}

function matches(operation) {
  const words = `${operation.path} ${operation.summary} ${operation.description}`.toLowerCase();
  return state.search.toLowerCase().split(/\s+/).every((word) => words.includes(word));
}

function toggle(id) {
  if (!state.open.delete(id)) state.open.add(id);
  draw();
}

function keep(where, id, value) {
  state[where].set(id, value);
  draw();
}
