// Charts of two kinds of table: counters beside each other, and what a label is worth.
import { hasWords, t } from "../frame/i18n.js";
import { html } from "../frame/markup.js";

const EXACT = " exact";

/** Whether a table has the share of exact counts of several counters. */
export const isBesideOthers = ({ columns }) => columns.filter((name) => name.endsWith(EXACT)).length > 1;

/** Whether a table says what a label of a count is worth. */
export const isLabels = ({ columns }) => columns[1] === "label" && columns.includes("in band");

/** For each kind of call a bar for each counter: how many of its counts equal the bill. */
export function BesideOthers({ table: { columns, rows } }) {
  const counters = columns
    .map((name, column) => ({ name: name.slice(0, -EXACT.length), column, isOne: name.endsWith(EXACT) }))
    .filter(({ isOne }) => isOne);
  return html`
    <figure class="bars">
      <figcaption>
        ${t("accuracy.chart.beside")}
        <span class="legend">
          ${counters.map(({ name }, index) => html`
            <span class="legend-item"><span class="swatch series-${index + 1}"></span>${name}</span>`)}
        </span>
      </figcaption>
      ${rows.map((row) => html`
        <div class="bar-group">
          <span class="bar-name">${row[0]} <span class="faint">n ${row[1]}</span></span>
          <div class="bar-tracks">
            ${counters.map(({ name, column }, index) => html`
              <div class="bar-track" title="${name}: ${row[column]}">
                <span class="bar-plot"><span class="bar series-${index + 1}" style=${{ width: row[column] }}></span></span>
                <span class="bar-value"><span class="visually-hidden">${name} </span>${row[column]}</span>
              </div>`)}
          </div>
        </div>`)}
    </figure>`;
}

/** For each label a bar: the share that equals the bill, and beyond it the share whose band holds the bill. */
export function LabelShares({ table: { columns, rows } }) {
  const exact = columns.indexOf("exact");
  const band = columns.indexOf("in band");
  return html`
    <figure class="bars">
      <figcaption>
        ${t("accuracy.chart.labels")}
        <span class="legend">
          <span class="legend-item"><span class="swatch series-1"></span>${columnName("exact")}</span>
          <span class="legend-item"><span class="swatch swatch-band"></span>${columnName("in band")}</span>
        </span>
      </figcaption>
      ${rows.filter((row) => row[exact] !== "").map((row) => html`
        <div class="bar-group">
          <span class="bar-name">${row[1].replaceAll("`", "")} <span class="faint">${row[0]}, n ${row[2]}</span></span>
          <div class="bar-tracks">
            <div class="bar-track">
              <span class="bar-plot">
                <span class="bar bar-behind" style=${{ width: row[band] }}></span>
                <span class="bar series-1" style=${{ width: row[exact] }}></span>
              </span>
              <span class="bar-value">${row[exact]} · ${row[band]}</span>
            </div>
          </div>
        </div>`)}
    </figure>`;
}

function columnName(name) {
  const key = `accuracy.column.${name}`;
  return hasWords(key) ? t(key) : name;
}
