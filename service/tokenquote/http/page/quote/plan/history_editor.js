// What of the conversation is sent again: the strategy, and the numbers that it needs.
import { t } from "../../frame/i18n.js";
import { html } from "../markup.js";
import { editPlan } from "../store.js";
import { AmountField } from "./amount_field.js";
import { Choice, DecimalField, Field, NumberField } from "./fields.js";

/** What each strategy starts with when it is chosen. */
const FRESH = {
  full: undefined,
  window: { strategy: "window", turns: 6 },
  summary: { strategy: "summary", every: 10, tokens: 300, instruction: 60 },
  retrieval: { strategy: "retrieval", tokens: 2000, turns: 4 },
  compaction: { strategy: "compaction", at: 0.8, tokens: 2000, instruction: 200 },
  clear_tool_results: { strategy: "clear_tool_results", keep: 3, placeholder: 10 },
};
const STRATEGIES = Object.keys(FRESH);

export function HistoryEditor({ state }) {
  const history = state.plan.history ?? {};
  const strategy = history.strategy ?? "full";
  return html`<div class="stack">
    <${Field}
      state=${{ ...state, answers: {} }}
      pointer="/history"
      label=${t("quote.strategy")}
      hint=${t(`quote.history.${strategy}.says`)}
      control=${(tied) =>
        html`<${Choice}
          tied=${tied}
          value=${strategy}
          options=${STRATEGIES.map((name) => [name, t(`quote.history.${name}`)])}
          onChange=${(event) => editPlan("/history", FRESH[event.target.value], { step: true })}
        />`}
    />
    <div class="pair">
      ${fieldsOf(strategy, history).map(
        ([kind, name, key]) =>
          html`<${kind}
            key=${name}
            state=${state}
            pointer=${`/history/${name}`}
            label=${t(`quote.history.field.${key}`)}
            scale=${name === "at" ? 100 : undefined}
          />`,
      )}
    </div>
  </div>`;
}

function fieldsOf(strategy, history) {
  switch (strategy) {
    case "window":
      return [
        [
          NumberField,
          history.tokens === undefined ? "turns" : "tokens",
          history.tokens === undefined ? "turns" : "window_tokens",
        ],
      ];
    case "summary":
      return [
        [NumberField, "every", "every"],
        [NumberField, "tokens", "summary_tokens"],
        [AmountField, "instruction", "instruction"],
        [NumberField, "keep", "keep"],
      ];
    case "retrieval":
      return [
        [NumberField, "tokens", "passages"],
        [NumberField, "turns", "turns"],
      ];
    case "compaction":
      return [
        history.at_tokens === undefined
          ? [DecimalField, "at", "at"]
          : [NumberField, "at_tokens", "at_tokens"],
        [NumberField, "tokens", "summary_tokens"],
        [AmountField, "instruction", "instruction"],
        [NumberField, "keep", "keep"],
      ];
    case "clear_tool_results":
      return [
        [NumberField, "keep", "keep_results"],
        [AmountField, "placeholder", "placeholder"],
        [NumberField, "above", "above"],
      ];
    default:
      return [];
  }
}
