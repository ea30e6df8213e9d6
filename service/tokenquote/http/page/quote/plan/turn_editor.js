// The turns of the plan as cards: what is asked, how often tools are called, what is answered, and how
// often that repeats.
import { t } from "../../frame/i18n.js";
import { html } from "../markup.js";
import { editPlan } from "../store.js";
import { AmountField } from "./amount_field.js";
import { FORMS } from "./amounts.js";
import { DecimalField, NumberField, TextField } from "./fields.js";

const WITH_PARTS = [...FORMS, "parts"];
const FRESH_TURN = { user: 120, assistant: 260, reasoning: 0 };
const FRESH_ROUND = { calls: [{ call: 60, result: 500 }], reasoning: 0 };

export function TurnsEditor({ state }) {
  const turns = state.plan.turns ?? [];
  return html`<section class="build-part" aria-labelledby="turns-title">
    <h3 id="turns-title">${t("quote.turns")}</h3>
    <ol class="turns">
      ${turns.map(
        (turn, i) =>
          html`<${Turn} key=${i} state=${state} turn=${turn} index=${i} only=${turns.length === 1} />`,
      )}
    </ol>
    <button type="button" class="button" onClick=${() => editPlan("/turns/-", FRESH_TURN, { step: true })}>
      ${t("quote.turn.add")}
    </button>
  </section>`;
}

function Turn({ state, turn, index, only }) {
  const pointer = `/turns/${index}`;
  const rounds = turn.tool_rounds ?? [];
  return html`<li class="turn">
    <div class="turn-head">
      <h4>${t("quote.turn", { number: index + 1 })}</h4>
      ${
        !only &&
        html`<button
          type="button"
          class="button button-quiet button-icon"
          aria-label=${t("quote.remove", { what: t("quote.turn", { number: index + 1 }) })}
          onClick=${() => editPlan(pointer, undefined, { step: true })}
        >
          ×
        </button>`
      }
    </div>
    <${AmountField}
      state=${state}
      pointer=${`${pointer}/user`}
      label=${t("quote.user")}
      forms=${WITH_PARTS}
      placeholder=${state.plan.start && index === 0 ? t("quote.user.in_body") : ""}
    />
    ${
      rounds.length > 0 &&
      html`<ol class="rounds">
        ${rounds.map(
          (round, r) =>
            html`<${Round}
              key=${r}
              state=${state}
              round=${round}
              pointer=${`${pointer}/tool_rounds/${r}`}
              number=${r + 1}
            />`,
        )}
      </ol>`
    }
    <div class="pair">
      <${AmountField}
        state=${state}
        pointer=${`${pointer}/assistant`}
        label=${t("quote.assistant")}
        placeholder="0"
      />
      <${AmountField}
        state=${state}
        pointer=${`${pointer}/reasoning`}
        label=${t("quote.reasoning")}
        placeholder="0"
      />
    </div>
    <div class="pair">
      <${Repeats} state=${state} pointer=${`${pointer}/repeat`} label=${t("quote.repeat")} />
      <${DecimalField}
        state=${state}
        pointer=${`${pointer}/gap_seconds`}
        label=${t("quote.gap")}
        placeholder="0"
      />
    </div>
    <details class="more">
      <summary>${t("quote.more")}</summary>
      <div class="pair">
        <${TextField}
          state=${state}
          pointer=${`${pointer}/model`}
          label=${t("quote.turn.model")}
          placeholder=${state.plan.model}
          list="models"
        />
        <${NumberField}
          state=${state}
          pointer=${`${pointer}/server_tools/web_search`}
          label=${t("quote.web_search")}
          placeholder="0"
        />
      </div>
    </details>
    <button
      type="button"
      class="button"
      onClick=${() => editPlan(`${pointer}/tool_rounds`, [...rounds, FRESH_ROUND], { step: true })}
    >
      ${t("quote.round.add")}
    </button>
  </li>`;
}

function Round({ state, round, pointer, number }) {
  return html`<li class="round">
    <div class="turn-head">
      <h5>${t("quote.round", { number })}</h5>
      <button
        type="button"
        class="button button-quiet button-icon"
        aria-label=${t("quote.remove", { what: t("quote.round", { number }) })}
        onClick=${() => editPlan(pointer, undefined, { step: true })}
      >
        ×
      </button>
    </div>
    ${round.calls.map(
      (call, c) =>
        html`<div class="pair" key=${c}>
          <${AmountField} state=${state} pointer=${`${pointer}/calls/${c}/call`} label=${t("quote.call")} />
          ${
            call.agent
              ? html`<${TextField}
                  state=${state}
                  pointer=${`${pointer}/calls/${c}/agent`}
                  label=${t("quote.agent")}
                />`
              : html`<${AmountField}
                  state=${state}
                  pointer=${`${pointer}/calls/${c}/result`}
                  label=${t("quote.tool_result")}
                  forms=${WITH_PARTS}
                />`
          }
        </div>`,
    )}
    <div class="pair">
      <${Repeats} state=${state} pointer=${`${pointer}/repeat`} label=${t("quote.round.repeat")} />
      <${AmountField}
        state=${state}
        pointer=${`${pointer}/reasoning`}
        label=${t("quote.reasoning")}
        placeholder="0"
      />
    </div>
  </li>`;
}

/** How often something happens: a whole number, or a range of it. */
const Repeats = ({ state, pointer, label }) =>
  html`<${AmountField}
    state=${state}
    pointer=${pointer}
    label=${label}
    counts
    forms=${["tokens", "percentiles", "triangular"]}
    placeholder="1"
  />`;
