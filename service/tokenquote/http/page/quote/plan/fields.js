// The fields of the form. Each stands for one place of the plan and shows what the service says of that
// place.
import { html } from "../markup.js";
import { within, valueAt } from "../pointers.js";
import { editPlan } from "../store.js";
import { wholeOrTyped } from "./amounts.js";

export const fieldId = (pointer) => `at${pointer}`;

/** What is wrong at a place of the plan or inside it, in the service's words. */
export const faultsAt = (state, pointer) =>
  (state.answers.quote?.problem?.errors ?? []).filter(
    (error) => error.pointer !== "" && within(error.pointer, pointer),
  );

/**
 * A label, a control and what is wrong with it; `control` gets the attributes that tie the three
 * together.
 */
export function Field({ state, pointer, label, hint, control, class: name = "" }) {
  const faults = faultsAt(state, pointer);
  const id = fieldId(pointer);
  const described =
    [hint && `${id}-hint`, faults.length > 0 && `${id}-fault`].filter(Boolean).join(" ") || undefined;
  return html`<div class=${`field ${name}`}>
    <label for=${id}>${label}</label>
    ${control({ id, "aria-invalid": faults.length > 0 ? "true" : undefined, "aria-describedby": described })}
    ${hint && html`<span class="field-hint" id=${`${id}-hint`}>${hint}</span>`}
    <${Faults} faults=${faults} id=${`${id}-fault`} />
  </div>`;
}

export const Faults = ({ faults, id }) =>
  faults.length > 0 &&
  html`<span class="field-error" id=${id} lang="en">${faults.map((fault) => fault.detail).join("; ")}</span>`;

/** A whole number, or nothing. What is no number stays as it was typed, and the service refuses it. */
export function NumberField({ state, pointer, label, hint, placeholder }) {
  const value = valueAt(state.plan, pointer);
  const edit = (event) =>
    editPlan(pointer, event.target.value.trim() === "" ? undefined : wholeOrTyped(event.target.value));
  return html`<${Field}
    state=${state}
    pointer=${pointer}
    label=${label}
    hint=${hint}
    control=${(tied) =>
      html`<input
        ...${tied}
        class="input input-number"
        inputmode="numeric"
        autocomplete="off"
        placeholder=${placeholder}
        value=${typeof value === "object" ? "" : (value ?? "")}
        onInput=${edit}
      />`}
  />`;
}

/** A number with decimals: a share or a rate. With `money` it goes to the service as a decimal string. */
export function DecimalField({ state, pointer, label, hint, placeholder, money = false, scale = 1 }) {
  const value = valueAt(state.plan, pointer);
  const edit = (event) => {
    const typed = event.target.value.trim().replace(",", ".");
    const read =
      money || !/^\d*\.?\d+$/.test(typed) ? typed : Number((Number(typed) / scale).toPrecision(12));
    editPlan(pointer, typed === "" ? undefined : read);
  };
  const shown = typeof value === "number" ? String(Number((value * scale).toPrecision(12))) : (value ?? "");
  return html`<${Field}
    state=${state}
    pointer=${pointer}
    label=${label}
    hint=${hint}
    control=${(tied) =>
      html`<input
        ...${tied}
        class="input input-number"
        inputmode="decimal"
        autocomplete="off"
        placeholder=${placeholder}
        key=${pointer}
        defaultValue=${shown}
        onChange=${edit}
      />`}
  />`;
}

/** One of a few words; `options` are [value, label], and "" leaves the field out. */
export function ChoiceField({ state, pointer, label, hint, options, read = (text) => text }) {
  const value = valueAt(state.plan, pointer);
  const edit = (event) => editPlan(pointer, event.target.value === "" ? undefined : read(event.target.value));
  return html`<${Field}
    state=${state}
    pointer=${pointer}
    label=${label}
    hint=${hint}
    control=${(tied) =>
      html`<${Choice}
        tied=${tied}
        value=${value === undefined || value === null ? "" : String(value)}
        options=${options}
        onChange=${edit}
      />`}
  />`;
}

export const Choice = ({ tied, value, options, onChange }) =>
  html`<select ...${tied} class="input" value=${value} onChange=${onChange}>
    ${options.map(
      ([word, label]) => html`<option value=${word} selected=${word === value}>${label}</option>`,
    )}
    ${!options.some(([word]) => word === value) && html`<option value=${value} selected>${value}</option>`}
  </select>`;

/** A short text, or nothing. */
export function TextField({ state, pointer, label, hint, placeholder, list }) {
  const value = valueAt(state.plan, pointer);
  const edit = (event) => editPlan(pointer, event.target.value === "" ? undefined : event.target.value);
  return html`<${Field}
    state=${state}
    pointer=${pointer}
    label=${label}
    hint=${hint}
    control=${(tied) =>
      html`<input
        ...${tied}
        class="input"
        autocomplete="off"
        spellcheck=${false}
        placeholder=${placeholder}
        list=${list}
        value=${typeof value === "string" ? value : ""}
        onInput=${edit}
      />`}
  />`;
}
