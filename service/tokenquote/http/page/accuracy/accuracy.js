// docs/accuracy.md as a page: the tables of figures.json, and charts of those that say the most.
import { startFrame } from "../frame/frame.js";
import { hasWords, t } from "../frame/i18n.js";
import { html, render, withCode } from "../frame/markup.js";
import { BesideOthers, LabelShares, isBesideOthers, isLabels } from "./charts.js";
import { ReportTable } from "./report_table.js";

const state = { sections: null, failed: false };

await startFrame("accuracy");
document.addEventListener("languagechosen", draw);
draw();
try {
  const answer = await fetch(new URL("figures.json", import.meta.url));
  if (!answer.ok) throw new Error(String(answer.status));
  state.sections = (await answer.json()).map((section, index) => ({ ...section, id: `s${index}` }));
} catch {
  state.failed = true;
}
draw();
document.getElementById(location.hash.slice(1))?.scrollIntoView();
document.documentElement.dataset.ready = "accuracy";

function draw() {
  render(html`<${Accuracy} />`, document.getElementById("accuracy"));
}

function Accuracy() {
  if (state.failed) return html`<p class="notice notice-bad" role="alert">${t("accuracy.failed")}</p>`;
  if (state.sections === null) return html`<p class="faint" role="status">${t("accuracy.loading")}</p>`;
  const [introduction, ...sections] = state.sections;
  return html`
    <div class="report">
      <nav class="report-nav" aria-label=${t("accuracy.sections")}>
        <ul>
          ${sections.map((section) => html`
            <li class="report-nav-${section.level}"><a href="#${section.id}">${titleOf(section)}</a></li>`)}
        </ul>
      </nav>
      <div class="report-sections">
        <section class="card report-section"><${Blocks} blocks=${introduction.blocks.slice(1)} /></section>
        ${sections.map((section) => html`
          <section class="card report-section" id=${section.id} key=${section.id}>
            ${section.level === 2 ? html`<h2>${titleOf(section)}</h2>` : html`<h3>${titleOf(section)}</h3>`}
            <${Blocks} blocks=${section.blocks} />
          </section>`)}
      </div>
    </div>`;
}

function titleOf({ title }) {
  const key = `accuracy.section.${title}`;
  return hasWords(key) ? t(key) : title;
}

function Blocks({ blocks }) {
  return blocks.map((block) => {
    if (block.text !== undefined) return html`<p>${withMarks(block.text)}</p>`;
    if (block.items) return html`<ul class="report-list">${block.items.map((item) => html`<li>${withMarks(item)}</li>`)}</ul>`;
    return html`
      ${isBesideOthers(block) && html`<${BesideOthers} table=${block} />`}
      ${isLabels(block) && html`<${LabelShares} table=${block} />`}
      <${ReportTable} table=${block} />`;
  });
}

/** A sentence of the report: code in backticks, and links between its sections as their words alone. */
function withMarks(text) {
  return withCode(text.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, "$1"));
}
