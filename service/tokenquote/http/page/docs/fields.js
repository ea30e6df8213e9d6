// The fields of a question or an answer; the objects in a field unfold when they are asked for.
import { t } from "../frame/i18n.js";
import { html, withCode } from "../frame/markup.js";
import { Component } from "../vendor/preact.module.js";

/** A table of the fields of each object that a schema allows. */
export function Fields({ schema, schemas }) {
  const objects = schemas.objects(schema);
  return objects.map(({ name, fields }) => html`
    ${objects.length > 1 && html`<p class="object-name mono">${name}</p>`}
    <dl class="fields">
      ${fields.map((field) => html`<${Field} key=${field.name} field=${field} schemas=${schemas} />`)}
    </dl>`);
}

class Field extends Component {
  render({ field, schemas }, { isOpen = false }) {
    const hasMore = schemas.objects(field.schema).length > 0;
    return html`
      <div class="schema-field">
        <dt>
          <span class="mono schema-name">${field.name}</span>
          <span class="mono schema-kind">${field.words}</span>
          ${field.needed && html`<span class="badge">${t("docs.required")}</span>`}
        </dt>
        <dd>
          ${withCode(field.text)}
          ${hasMore && html`
            <button class="button button-quiet schema-more" type="button" aria-expanded=${isOpen}
              onClick=${() => this.setState({ isOpen: !isOpen })}>
              ${t(isOpen ? "docs.fold" : "docs.unfold")}<span class="visually-hidden"> ${field.name}</span>
            </button>`}
          ${isOpen && html`<div class="schema-inside"><${Fields} schema=${field.schema} schemas=${schemas} /></div>`}
        </dd>
      </div>`;
  }
}
