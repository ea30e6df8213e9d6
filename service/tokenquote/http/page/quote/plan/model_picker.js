// A field to pick a model: a combobox over the catalog with prices and windows. Any name may be typed as
// well, for the service resolves aliases and the names of hosts.
import { t } from "../../frame/i18n.js";
import { Component, html } from "../markup.js";
import { rate, short } from "../numbers.js";
import { Faults } from "./fields.js";
import { readModels, search } from "./model_list.js";

const SHOWN = 60;

export class ModelPicker extends Component {
  state = { open: false, at: 0, typed: null };

  render(
    { id, label, value, models, faults = [], kind = "chat", hideLabel = false, placeholder },
    { open, at, typed },
  ) {
    const found = open && models ? search(models, typed ?? "", kind).slice(0, SHOWN) : [];
    const active = found[Math.min(at, found.length - 1)];
    return html`<div class="field picker">
      <label for=${id} class=${hideLabel ? "visually-hidden" : ""}>${label}</label>
      <input
        id=${id}
        class="input"
        role="combobox"
        autocomplete="off"
        spellcheck=${false}
        aria-autocomplete="list"
        aria-expanded=${open ? "true" : "false"}
        aria-controls=${`${id}-list`}
        aria-activedescendant=${active ? `${id}-${at}` : undefined}
        aria-invalid=${faults.length > 0 ? "true" : undefined}
        aria-describedby=${faults.length > 0 ? `${id}-fault` : undefined}
        placeholder=${placeholder ?? t("quote.picker.search")}
        value=${typed ?? value ?? ""}
        onFocus=${(event) => this.begin(event)}
        onClick=${(event) => this.begin(event)}
        onBlur=${() => this.end()}
        onInput=${(event) => this.setState({ typed: event.target.value, at: 0, open: true })}
        onKeyDown=${(event) => this.press(event, found)}
      />
      <ul id=${`${id}-list`} class="picker-list" role="listbox" tabindex="-1" aria-label=${label}
        hidden=${!open}>
        ${found.map(
          (model, i) =>
            html`<${Option}
              key=${model.id}
              id=${`${id}-${i}`}
              model=${model}
              active=${i === at}
              onPick=${() => this.pick(model.id)}
            />`,
        )}
        ${open && !models && html`<li class="picker-empty">${t("quote.picker.loading")}</li>`}
        ${
          open &&
          models &&
          found.length === 0 &&
          html`<li class="picker-empty">${t("quote.picker.none")}</li>`
        }
      </ul>
      <${Faults} faults=${faults} id=${`${id}-fault`} />
    </div>`;
  }

  begin(event) {
    readModels();
    if (this.state.open) return;
    event.target.select();
    this.setState({ open: true, at: 0 });
  }

  /** Leave the field: what was typed is a name, unless nothing was. */
  end() {
    const { typed } = this.state;
    this.setState({ open: false, typed: null, at: 0 });
    if (typed !== null && typed.trim() !== "" && typed.trim() !== this.props.value && !this.props.clears)
      this.props.onPick(typed.trim());
  }

  pick(id) {
    this.setState({ open: false, typed: null, at: 0 });
    this.props.onPick(id);
  }

  press(event, found) {
    const { open, at } = this.state;
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    if (event.key in moves) {
      event.preventDefault();
      const next = open ? Math.max(0, Math.min(found.length - 1, at + moves[event.key])) : 0;
      this.setState({ open: true, at: next }, () =>
        document.getElementById(`${this.props.id}-${next}`)?.scrollIntoView({ block: "nearest" }),
      );
    } else if (event.key === "Enter" && open) {
      event.preventDefault();
      const typed = this.state.typed?.trim();
      if (found[at]) this.pick(found[at].id);
      else if (typed) this.pick(typed);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      this.setState({ open: false, typed: null, at: 0 });
    }
  }
}

function Option({ id, model, active, onPick }) {
  const { input, output } = model.rates;
  return html`<li
    id=${id}
    role="option"
    aria-selected=${active ? "true" : "false"}
    class="picker-option"
    onMouseDown=${(event) => {
      event.preventDefault();
      onPick();
    }}
  >
    <span class="picker-name">${model.id}</span>
    <span class="picker-facts">
      ${
        input !== undefined &&
        html`<span>${t("quote.picker.rates", { input: rate(input), output: rate(output ?? null) })}</span>`
      }
      ${
        input === undefined &&
        model.provider !== "open-weights" &&
        html`<span>${t("quote.picker.unpriced")}</span>`
      }
      ${
        model.window !== null &&
        html`<span>${t("quote.picker.window", { tokens: short(model.window) })}</span>`
      }
      ${model.retires && html`<span class="badge badge-warn">${t("quote.picker.retires")}</span>`}
    </span>
  </li>`;
}
