// One amount of the plan: its form (tokens, text, range, profile, parts) beside what that form needs.
import { t } from "../../frame/i18n.js";
import { html } from "../markup.js";
import { whole } from "../numbers.js";
import { valueAt } from "../pointers.js";
import { editPlan } from "../store.js";
import { FORMS, PROFILES, formOf, textOf, tokensFrom, typedTokens, wholeOrTyped } from "./amounts.js";
import { changeForm } from "./changed_form.js";
import { Faults, faultsAt, fieldId } from "./fields.js";
import { PartsEditor } from "./parts_editor.js";

/**
 * The field of an amount.
 * @param forms the forms that it may have; `parts` holds images and texts
 * @param counts whether it is a number of times, and no tokens
 */
export function AmountField({
  state,
  pointer,
  label,
  hint,
  forms = FORMS,
  placeholder = "",
  counts = false,
}) {
  const amount = valueAt(state.plan, pointer);
  const form = formOf(amount);
  const id = fieldId(pointer);
  const faults = faultsAt(state, pointer);
  const tied = {
    id,
    "aria-invalid": faults.length > 0 ? "true" : undefined,
    "aria-describedby":
      [hint && `${id}-hint`, faults.length > 0 && `${id}-fault`].filter(Boolean).join(" ") || undefined,
  };
  // A number of times is never a text: what is typed and is no number stays a faulty number.
  const shownForm = form === "none" || (counts && form === "text") ? "tokens" : form;
  const options = [...forms, ...(forms.includes(shownForm) ? [] : [shownForm])];
  return html`<div class=${`field amount amount-${shownForm}`} role="group" aria-labelledby=${`${id}-label`}>
    <div class="amount-head">
      <label for=${id} id=${`${id}-label`}>${label}</label>
      <select
        class="amount-form"
        aria-label=${t("quote.form.of", { what: label })}
        value=${shownForm}
        onChange=${(event) => changeForm(pointer, event.target.value)}
      >
        ${options.map(
          (name) =>
            html`<option value=${name} selected=${name === shownForm}>
              ${t(`quote.form.${counts && name === "tokens" ? "number" : name}`)}
            </option>`,
        )}
      </select>
    </div>
    <${Control}
      state=${state}
      pointer=${pointer}
      amount=${amount}
      form=${shownForm}
      tied=${tied}
      label=${label}
      placeholder=${placeholder}
      counts=${counts}
    />
    ${hint && html`<span class="field-hint" id=${`${id}-hint`}>${hint}</span>`}
    ${form !== "parts" && html`<${Faults} faults=${faults} id=${`${id}-fault`} />`}
  </div>`;
}

function Control({ state, pointer, amount, form, tied, label, placeholder, counts }) {
  switch (form) {
    case "tokens":
      return html`<input
        ...${tied}
        class="input input-number"
        inputmode="numeric"
        autocomplete="off"
        placeholder=${placeholder}
        value=${typedTokens(amount)}
        onInput=${(event) =>
          editPlan(pointer, counts ? timesFrom(event.target.value) : tokensFrom(event.target.value))}
      />`;
    case "text":
      return html`<textarea
        ...${tied}
        class="input"
        rows="3"
        value=${textOf(amount)}
        onInput=${(event) => editPlan(pointer, event.target.value)}
      ></textarea>`;
    case "percentiles":
      return html`<${Bounds}
        state=${state}
        pointer=${pointer}
        amount=${amount}
        tied=${tied}
        names=${["p50", "p90"]}
        label=${label}
      />`;
    case "triangular":
      return html`<${Bounds}
        state=${state}
        pointer=${pointer}
        amount=${amount}
        tied=${tied}
        names=${["min", "mode", "max"]}
        label=${label}
      />`;
    case "profile":
      return html`<select
        ...${tied}
        class="input"
        value=${amount.profile}
        onChange=${(event) => editPlan(pointer, { profile: event.target.value })}
      >
        ${PROFILES.map(
          (size) =>
            html`<option value=${size} selected=${size === amount.profile}>
              ${t(`quote.profile.${size}`)}
            </option>`,
        )}
      </select>`;
    case "parts":
      return html`<${PartsEditor}
        state=${state}
        pointer=${pointer}
        parts=${Array.isArray(amount) ? amount : []}
        tied=${tied}
      />`;
    case "function":
      return html`<input ...${tied} class="input" readonly value=${`${amount.name}(…)`} />`;
    default:
      return html`<${Definitions} pointer=${pointer} amount=${amount} tied=${tied} />`;
  }
}

const timesFrom = (typed) => (typed.trim() === "" ? undefined : wholeOrTyped(typed));

/** The ends of a range, side by side. */
function Bounds({ pointer, amount, tied, names, label }) {
  return html`<div class="bounds">
    ${names.map(
      (name, i) =>
        html`<label class="bound">
          <span>${t(`quote.bound.${name}`)}</span>
          <input
            ...${i === 0 ? tied : { id: fieldId(`${pointer}/${name}`) }}
            class="input input-number"
            inputmode="numeric"
            autocomplete="off"
            aria-label=${`${label}: ${t(`quote.bound.${name}`)}`}
            value=${amount?.[name] ?? ""}
            onInput=${(event) =>
              editPlan(
                `${pointer}/${name}`,
                event.target.value.trim() === "" ? null : wholeOrTyped(event.target.value),
              )}
          />
        </label>`,
    )}
  </div>`;
}

/** A list of tool definitions that was pasted: how many there are; it is edited as JSON. */
function Definitions({ amount, tied }) {
  return html`<input
    ...${tied}
    class="input"
    readonly
    value=${t("quote.tools.definitions", { count: whole(amount?.length ?? 0) })}
  />`;
}
