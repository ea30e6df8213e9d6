// One operation: what it is for, an example to send, and what its fields mean.
import { formatNumber, t } from "../frame/i18n.js";
import { html, withCode } from "../frame/markup.js";
import { askService } from "../frame/service.js";
import { addressOf, curlOf } from "./operations.js";
import { Fields } from "./fields.js";

const SHOWN_CHARACTERS = 20_000;

/** The operation, folded or open; `draft` is what stands in its form, `answer` what came of it. */
export function Operation(props) {
  const { operation, isOpen, onToggle } = props;
  return html`
    <article class="operation card" id=${operation.id}>
      <h3>
        <button type="button" class="operation-head" aria-expanded=${isOpen} onClick=${onToggle}>
          <span class="method method-${operation.method.toLowerCase()}">${operation.method}</span>
          <span class="mono operation-path">${operation.path}</span>
          <span class="operation-summary">${operation.summary}</span>
        </button>
      </h3>
      ${isOpen && html`<${Body} ...${props} />`}
    </article>`;
}

function Body({ operation, schemas, draft = firstDraft(operation), onDraft, answer, onAnswer }) {
  return html`
    <div class="operation-body">
      <p>${withCode(operation.description)}</p>
      <form onSubmit=${(event) => {
        event.preventDefault();
        send(operation, draft, onAnswer);
      }}>
        ${operation.question === null
          ? html`<${Parameters} operation=${operation} values=${draft} onChange=${onDraft} />`
          : html`<${Question} operation=${operation} text=${draft} onChange=${onDraft} />`}
        <div class="operation-buttons">
          <button class="button button-primary" type="submit">${t("docs.send")}</button>
          <button class="button" type="button" onClick=${() => onDraft(firstDraft(operation))}>
            ${t("docs.reset")}
          </button>
          <${CopyButton} text=${() => curlOf(operation, draft)} />
        </div>
      </form>
      <div aria-live="polite">${answer && html`<${Answer} ...${answer} />`}</div>
      ${operation.question !== null && html`
        <h4>${t("docs.question")}</h4>
        <${Fields} schema=${operation.question} schemas=${schemas} />`}
      <h4>${t("docs.answer")}</h4>
      <${Fields} schema=${operation.answer} schemas=${schemas} />
      <h4>${t("docs.problems")}</h4>
      <ul class="problem-list">
        ${operation.problems.map(({ status, description }) => html`
          <li><span class="mono">${status}</span> ${description}</li>`)}
      </ul>
    </div>`;
}

function firstDraft(operation) {
  if (operation.question !== null) return operation.example;
  return Object.fromEntries(operation.parameters.map(({ name, example }) => [name, String(example ?? "")]));
}

function Question({ operation, text, onChange }) {
  const id = `${operation.id}-body`;
  return html`
    <div class="field">
      <label for=${id}>${t("docs.body")}</label>
      <textarea class="input mono" id=${id} rows=${Math.min(18, text.split("\n").length + 1)} spellcheck=${false}
        value=${text} onInput=${(event) => onChange(event.target.value)}></textarea>
    </div>`;
}

function Parameters({ operation, values, onChange }) {
  if (operation.parameters.length === 0) return html`<p class="faint">${t("docs.no_parameters")}</p>`;
  return html`
    <div class="parameters">
      ${operation.parameters.map(({ name, required, description }) => {
        const id = `${operation.id}-${name}`;
        return html`
          <div class="field" key=${name}>
            <label for=${id}><span class="mono">${name}</span>${required && html` <${Required} />`}</label>
            <input class="input" id=${id} value=${values[name]} required=${required} aria-describedby="${id}-hint"
              onInput=${(event) => onChange({ ...values, [name]: event.target.value })} />
            <span class="field-hint" id="${id}-hint">${withCode(description)}</span>
          </div>`;
      })}
    </div>`;
}

const Required = () => html`<span class="badge">${t("docs.required")}</span>`;

function CopyButton({ text }) {
  const copy = async (event) => {
    const button = event.currentTarget;
    try {
      await navigator.clipboard.writeText(text());
      button.textContent = t("docs.copied");
    } catch {
      // Browsers allow no copying on pages without TLS, but for localhost: the command is shown to be marked by hand.
      button.insertAdjacentText("afterend", text());
    }
  };
  return html`<button class="button" type="button" onClick=${copy}>${t("docs.copy_curl")}</button>`;
}

function Answer({ status, seconds, bytes, text }) {
  if (status === 0) return html`<p class="notice notice-bad">${t("docs.no_answer")}</p>`;
  const facts = t("docs.facts", {
    milliseconds: formatNumber(seconds * 1000, { maximumFractionDigits: 0 }),
    bytes: formatNumber(bytes),
  });
  return html`
    <p class="answer-facts">
      <span class="badge ${status < 400 ? "badge-good" : "badge-bad"}">${status}</span> <span class="faint">${facts}</span>
    </p>
    <pre class="answer" tabindex="0" aria-label=${t("docs.answer_text")}>${text.slice(0, SHOWN_CHARACTERS)}</pre>
    ${text.length > SHOWN_CHARACTERS && html`<p class="faint">${t("docs.cut", { shown: formatNumber(SHOWN_CHARACTERS) })}</p>`}`;
}

async function send(operation, draft, onAnswer) {
  const began = performance.now();
  try {
    const answer = operation.question === null
      ? await askService(addressOf(operation, draft))
      : await askService(operation.path, {
          method: "POST", headers: { "content-type": "application/json" }, body: draft,
        });
    const raw = await answer.text();
    onAnswer({
      status: answer.status,
      seconds: (performance.now() - began) / 1000,
      bytes: new Blob([raw]).size,
      text: JSON.stringify(JSON.parse(raw), null, 2),
    });
  } catch {
    onAnswer({ status: 0 });
  }
}
