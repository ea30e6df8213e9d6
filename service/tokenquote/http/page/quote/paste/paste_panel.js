// Where something is pasted: the text is kept as it is, and the panel says what it takes it for before it
// is used.
import { t } from "../../frame/i18n.js";
import { Component, html } from "../markup.js";
import { whole } from "../numbers.js";
import { current, editSession, openPlan } from "../store.js";
import { FORMATS } from "./native_bodies.js";
import { readPasted } from "./reading.js";

const PAUSE_MS = 200;

export class PastePanel extends Component {
  state = { found: null, format: "" };
  /**
   * What the field begins with; what is typed since then stays in it and is not drawn anew, for it may
   * be long.
   */
  first = current().session.pasted;

  componentDidMount() {
    this.understand(current().session.pasted);
  }

  componentWillUnmount() {
    clearTimeout(this.timer);
  }

  render(_, { found, format }) {
    return html`<div
      class="stack paste"
      onDragOver=${(event) => event.preventDefault()}
      onDrop=${(event) => this.drop(event)}
    >
      <div class="field">
        <label for="pasted">${t("quote.paste.label")}</label>
        <textarea
          id="pasted"
          class="input mono"
          rows="14"
          spellcheck=${false}
          placeholder=${t("quote.paste.placeholder")}
          defaultValue=${this.first}
          aria-describedby="pasted-says"
          onInput=${(event) => this.typed(event.target.value)}
        ></textarea>
      </div>
      <div id="pasted-says" role="status">${this.says(found)}</div>
      ${
        found?.kind === "body" &&
        html`<div class="field">
          <label for="pasted-format">${t("quote.paste.format")}</label>
          <select
            id="pasted-format"
            class="input"
            value=${format || found.format}
            onChange=${(event) => this.setFormat(event.target.value)}
          >
            ${[...new Set([found.format, ...FORMATS])].map(
              (name) =>
                html`<option value=${name} selected=${name === (format || found.format)}>${name}</option>`,
            )}
          </select>
        </div>`
      }
      <div>
        <button
          type="button"
          class="button button-primary"
          disabled=${!found?.plan}
          onClick=${() => this.use(found)}
        >
          ${t("quote.paste.use")}
        </button>
      </div>
    </div>`;
  }

  says(found) {
    if (found === null) return html`<p class="field-hint">${t("quote.paste.hint")}</p>`;
    if (found.fault) {
      return html`<p class="notice notice-bad">
        ${t(`quote.paste.${found.fault}`)} ${found.detail && html`<span lang="en">(${found.detail})</span>`}
      </p>`;
    }
    if (found.kind === "plan") return html`<p class="notice">${t("quote.paste.plan")}</p>`;
    const { messages, tools } = found.sizes;
    return html`<p class="notice">
      ${t("quote.paste.body", { format: found.format, messages: whole(messages), tools: whole(tools) })}
    </p>`;
  }

  typed(text) {
    editSession({ pasted: text });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.understand(text), PAUSE_MS);
  }

  async understand(text, format = this.state.format) {
    const found = await readPasted(text, { format: format || null, model: current().plan.model });
    if (current().session.pasted === text) this.setState({ found });
  }

  setFormat(format) {
    this.setState({ format });
    this.understand(current().session.pasted, format);
  }

  async drop(event) {
    const [file] = event.dataTransfer.files;
    if (!file) return;
    event.preventDefault();
    const text = await file.text();
    document.getElementById("pasted").value = text;
    this.typed(text);
  }

  use(found) {
    openPlan(found.plan);
    editSession({ side: "form", notice: found.kind === "body" ? "quote.paste.goes_on" : null });
  }
}
