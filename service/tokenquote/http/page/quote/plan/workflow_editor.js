// Who writes the turns: the reader, or a workflow by its kind. What a workflow's field leaves open, the
// catalog says.
import { t } from "../../frame/i18n.js";
import { html } from "../markup.js";
import { change, current } from "../store.js";
import { AmountField } from "./amount_field.js";
import { Choice, DecimalField, Field, NumberField, TextField } from "./fields.js";

const amounts = (...names) => names.map((name) => [AmountField, name]);
const numbers = (...names) => names.map((name) => [NumberField, name]);

/** The fields of each kind of workflow, in the order in which they are asked. */
export const KINDS = {
  react: [
    ...amounts("question"),
    ...numbers("steps"),
    ...amounts("thought", "call", "observation", "answer"),
  ],
  plan_and_solve: [...amounts("question", "plan"), ...numbers("steps"), ...amounts("step", "answer")],
  self_consistency: [...amounts("question"), ...numbers("samples"), ...amounts("answer")],
  tree_of_thoughts: [
    ...amounts("question"),
    ...numbers("breadth", "depth"),
    ...amounts("thought", "evaluation", "answer"),
  ],
  reflection: [...amounts("question", "draft", "critique"), ...numbers("rounds")],
  rag: [
    ...amounts("question"),
    ...numbers("chunk", "top_k", "queries"),
    ...amounts("answer"),
    [TextField, "embedding_model"],
    [TextField, "rerank_model"],
    ...numbers("corpus"),
  ],
  map_reduce: [...numbers("document", "chunk", "overlap"), ...amounts("summary", "answer")],
  refine: [...numbers("document", "chunk", "overlap"), ...amounts("summary", "answer")],
  group_chat: [
    ...amounts("question"),
    ...numbers("speakers", "rounds"),
    ...amounts("message", "selection", "answer"),
  ],
  crew: [...numbers("tasks", "agents"), ...amounts("description", "output")],
  graph_loop: [
    ...amounts("question"),
    ...numbers("nodes"),
    ...amounts("output"),
    [DecimalField, "retry_probability"],
  ],
};

export function WorkflowEditor({ state }) {
  const kind = state.plan.workflow?.kind ?? "";
  const options = [
    ["", t("quote.workflow.none")],
    ...Object.keys(KINDS).map((name) => [name, t(`quote.workflow.${name}`)]),
  ];
  return html`<div class="stack">
    <${Field}
      state=${{ ...state, answers: {} }}
      pointer="/workflow"
      label=${t("quote.workflow")}
      hint=${kind ? t("quote.workflow.says") : undefined}
      control=${(tied) =>
        html`<${Choice}
          tied=${tied}
          value=${kind}
          options=${options}
          onChange=${(event) => choose(event.target.value)}
        />`}
    />
    ${
      kind &&
      html`<div class="pair">
        ${(KINDS[kind] ?? []).map(
          ([field, name]) =>
            html`<${field}
              key=${`${kind}/${name}`}
              state=${state}
              pointer=${`/workflow/${name}`}
              label=${t(`quote.workflow.field.${name}`)}
              placeholder=${t("quote.workflow.default")}
            />`,
        )}
        <${AmountField}
          state=${state}
          pointer="/workflow/reasoning"
          label=${t("quote.reasoning")}
          placeholder="0"
        />
      </div>`
    }
  </div>`;
}

/** Put the turns aside while a workflow writes them, and back when none does. */
function choose(kind) {
  const { plan, kept } = current();
  if (kind !== "") {
    const { turns, history, agents, ...rest } = plan;
    const aside = turns ? { turns, history, agents } : kept;
    change({ plan: { ...rest, workflow: { kind } }, kept: aside }, { step: true });
    return;
  }
  const { workflow, ...rest } = plan;
  const back = Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined));
  change(
    { plan: { ...rest, turns: [{ user: 120, assistant: 260, reasoning: 0 }], ...back }, kept: {} },
    { step: true },
  );
}
