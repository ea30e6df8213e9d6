// The whole plan as JSON, for what the form has no field for. A text that is no JSON is kept and said, and
// changes nothing.
import { t } from "../../frame/i18n.js";
import { Component, html } from "../markup.js";
import { change, current, editSession } from "../store.js";
import { withOneModel } from "../view.js";

export class JsonPanel extends Component {
  state = { fault: null };
  text = current().session.json ?? JSON.stringify(current().plan, null, 2);

  render(_, { fault }) {
    return html`<div class="stack">
      <div class="field">
        <label for="plan-json">${t("quote.json.label")}</label>
        <textarea
          id="plan-json"
          class="input mono"
          rows="24"
          spellcheck=${false}
          defaultValue=${this.text}
          aria-invalid=${fault ? "true" : undefined}
          aria-describedby="plan-json-says"
          onInput=${(event) => this.typed(event.target.value)}
        ></textarea>
        <span class="field-error" id="plan-json-says" role="status"
          >${fault && html`${t("quote.json.fault")} <span lang="en">${fault}</span>`}</span
        >
      </div>
    </div>`;
  }

  typed(text) {
    try {
      const plan = JSON.parse(text);
      if (plan === null || typeof plan !== "object" || Array.isArray(plan))
        throw new SyntaxError(t("quote.json.object"));
      editSession({ json: null, texts: {} });
      const { plan: before, view } = current();
      change(withOneModel(plan, view, before.model));
      this.setState({ fault: null });
    } catch (error) {
      editSession({ json: text });
      this.setState({ fault: error.message });
    }
  }
}
