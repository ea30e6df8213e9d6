// A table of the report; a long one shows its head first.
import { hasWords, t } from "../frame/i18n.js";
import { html, withCode } from "../frame/markup.js";
import { Component } from "../vendor/preact.module.js";

const HEAD = 12;
const SHARE = /^(\d+(?:\.\d+)?)%$/;
/** The columns in which a share is better the larger it is, and is drawn behind its number. */
const DRAWN = /(^| )(exact|in band|equal to the bill|within tolerance|within 5 %)$/;

export class ReportTable extends Component {
  render({ table: { columns, numeric, rows } }, { isWhole = false }) {
    if (rows.length === 0) return html`<p class="faint">${t("accuracy.no_rows")}</p>`;
    const shown = isWhole ? rows : rows.slice(0, HEAD);
    return html`
      <div class="table-scroll" tabindex="0" role="group" aria-label=${columns.map(columnName).join(", ")}>
        <table class="table report-table">
          <thead>
            <tr>${columns.map((name, column) => html`
              <th scope="col" class=${numeric[column] ? "number" : ""}>${withCode(columnName(name))}</th>`)}</tr>
          </thead>
          <tbody>
            ${shown.map((row) => html`<tr>${row.map((cell, column) => html`
              <${Cell} text=${cell} isNumber=${numeric[column]} isDrawn=${DRAWN.test(columns[column])} />`)}</tr>`)}
          </tbody>
        </table>
      </div>
      ${rows.length > HEAD && html`
        <p>
          <button class="button" type="button" aria-expanded=${isWhole}
            onClick=${() => this.setState({ isWhole: !isWhole })}>
            ${isWhole ? t("accuracy.fewer") : t("accuracy.all_rows", { count: rows.length })}
          </button>
        </p>`}`;
  }
}

function Cell({ text, isNumber, isDrawn }) {
  const share = isDrawn && SHARE.exec(text);
  if (!share) return html`<td class=${isNumber ? "number" : ""}>${withCode(text)}</td>`;
  return html`
    <td class="number">
      <span class="share"><span class="share-bar" style=${{ width: `${share[1]}%` }}></span>${text}</span>
    </td>`;
}

function columnName(name) {
  const key = `accuracy.column.${name}`;
  return hasWords(key) ? t(key) : name;
}
