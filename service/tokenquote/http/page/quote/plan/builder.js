// The left side: where the plan is built by form, pasted, or written as JSON, and the examples to start
// from.
import { t } from "../../frame/i18n.js";
import { isOfService } from "../api.js";
import { html } from "../markup.js";
import { whole } from "../numbers.js";
import { editPlan, editSession, openPlan } from "../store.js";
import { Guard } from "../guard.js";
import { PastePanel } from "../paste/paste_panel.js";
import { AmountField } from "./amount_field.js";
import { EXAMPLES } from "./examples.js";
import { faultsAt, fieldId } from "./fields.js";
import { HistoryEditor } from "./history_editor.js";
import { JsonPanel } from "./json_panel.js";
import { ModelPicker } from "./model_picker.js";
import { ModelFacts } from "./model_facts.js";
import { CachingEditor, SettingsEditor } from "./settings_editor.js";
import { TurnsEditor } from "./turn_editor.js";
import { WorkflowEditor } from "./workflow_editor.js";

const SIDES = ["form", "paste", "json"];

export function Builder({ state }) {
  const { side } = state.session;
  return html` <${Examples} />
    <div class="segments" role="tablist" aria-label=${t("quote.side")} onKeyDown=${moveTab}>
      ${SIDES.map(
        (name) =>
          html`<button
            type="button"
            role="tab"
            id=${`side-${name}`}
            aria-controls="side"
            tabindex=${name === side ? 0 : -1}
            aria-selected=${name === side ? "true" : "false"}
            onClick=${() => editSession({ side: name })}
          >
            ${t(`quote.side.${name}`)}
          </button>`,
      )}
    </div>
    <${PlanFaults} state=${state} />
    <div id="side" role="tabpanel" aria-labelledby=${`side-${side}`}>
      ${
        side === "form" &&
        html`<${Guard} until=${state.plan} otherwise=${html`<p class="notice notice-bad">
          ${t("quote.form.cannot")}
        </p>`}><${Form} state=${state} /></${Guard}>`
      }
      ${side === "paste" && html`<${PastePanel} />`} ${side === "json" && html`<${JsonPanel} />`}
    </div>`;
}

function moveTab(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const tabs = [...event.currentTarget.children];
  const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
  next.focus();
  next.click();
}

const Examples = () =>
  html`<div class="examples" role="group" aria-label=${t("quote.examples")}>
    <span class="faint" aria-hidden="true">${t("quote.examples")}</span>
    ${EXAMPLES.map(
      ({ name, plan, view }) =>
        html`<button
          type="button"
          class="chip"
          onClick=${() => {
            openPlan(plan, view);
            editSession({ side: "form", notice: null, json: null });
          }}
        >
          ${t(`quote.example.${name}`)}
        </button>`,
    )}
  </div>`;

function Form({ state }) {
  const { plan } = state;
  return html`<div class="stack form">
    <section class="build-part stack">
      <${ModelPicker} id=${fieldId("/model")} label=${t("quote.model")} value=${plan.model}
        models=${state.session.models}
        faults=${faultsAt(state, "/model")} onPick=${(model) => editPlan("/model", model)} />
      <${ModelFacts} state=${state} />
      ${
        plan.start
          ? html`<${Start} state=${state} />`
          : html`<div class="pair">
              <${AmountField} state=${state} pointer="/system" label=${t("quote.system")} placeholder="0" />
              <${AmountField} state=${state} pointer="/tools" label=${t("quote.tools")} placeholder="0" />
            </div>`
      }
      <${WorkflowEditor} state=${state} />
    </section>
    ${!plan.workflow && html`<${TurnsEditor} state=${state} />`}
    ${
      plan.agents?.length > 0 &&
      html`<p class="notice">
        ${t("quote.agents.json", { count: whole(plan.agents.length) })} ${" "}<button
          type="button"
          class="link"
          onClick=${() => editSession({ side: "json" })}
        >
          ${t("quote.side.json")}
        </button>
      </p>`
    }
    ${
      !plan.workflow &&
      html`<${Disclosure} title=${t("quote.history")} open><${HistoryEditor}
      state=${state} /></${Disclosure}>`
    }
    <${Disclosure} title=${t("quote.caching.title")} open=${plan.caching !== undefined}><${CachingEditor}
      state=${state} /></${Disclosure}>
    <${Disclosure} title=${t("quote.settings")} open=${SETTINGS.some((name) => plan[name] !== undefined)}>
      <${SettingsEditor} state=${state} /></${Disclosure}>
  </div>`;
}

const SETTINGS = ["region", "mode", "conversations", "conversations_per_hour", "retries", "budget", "at"];

const Disclosure = ({ title, open, children }) =>
  html`<details class="build-part" open=${open}>
    <summary>${title}</summary>
    <div class="build-body">${children}</div>
  </details>`;

/** What opens the conversation, where a request body was pasted. */
function Start({ state }) {
  const { start, ...rest } = state.plan;
  return html`<div class="start" id=${fieldId("/start")} tabindex="-1">
    <div>
      <strong>${t("quote.start", { format: start.format })}</strong>
      <p class="field-hint">${t("quote.start.says")}</p>
    </div>
    <button type="button" class="button" onClick=${() => openPlan({ ...rest, turns: withUsers(rest.turns) })}>
      ${t("quote.start.drop")}
    </button>
  </div>`;
}

const withUsers = (turns) => (turns ?? []).map((turn) => ({ user: 120, ...turn }));

/**
 * What is wrong with the plan, all of it, with a way to each field; what no field shows is said here
 * alone.
 */
function PlanFaults({ state }) {
  const problem = state.answers.quote?.problem;
  const notice = state.session.notice;
  return html`<div aria-live="polite">
    ${notice && html`<p class="notice">${t(notice)}</p>`}
    ${
      problem &&
      !isOfService(problem) &&
      html`<div class="notice notice-bad">
        <p>${t("quote.faults")}</p>
        <ul class="faults">
          ${(problem.errors.length > 0
            ? problem.errors
            : [{ pointer: "", detail: problem.detail || problem.title }]
          ).map(
            ({ pointer, detail }) =>
              html`<li>
                ${
                  pointer &&
                  html`<button type="button" class="link mono" onClick=${() => goTo(pointer)}>
                      ${pointer}</button
                    >: `
                }
                <span lang="en">${detail}</span>
              </li>`,
          )}
        </ul>
      </div>`
    }
  </div>`;
}

/** Put the focus on the field of a place, or on the nearest one around it. */
function goTo(pointer) {
  for (let at = pointer; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) {
    const field = document.getElementById(fieldId(at));
    if (!field) continue;
    for (let outer = field.closest("details"); outer; outer = outer.parentElement.closest("details"))
      outer.open = true;
    field.focus();
    return;
  }
}
