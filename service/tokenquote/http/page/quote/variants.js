// Changes of a plan that are worth a look, as merge patches: caching on and off, each history strategy, a
// batch. Which of them a model can do, the service says; one that it cannot is shown with the reason.

/**
 * `rule` is what the catalog knows of the model's cache: null if there is none, undefined while it is
 * not known.
 */
export function variantsOf(plan, view, rule) {
  const { window, summary, compaction, clear } = view.variants;
  const cached = plan.caching?.enabled;
  const offered = [
    {
      name: "cache-off",
      patch: { caching: { enabled: false } },
      drop: cached === false || rule === null || (rule && !rule.by_default && cached === undefined),
    },
    {
      name: "cache-on",
      patch: { caching: { ...onlyWhenOn(plan.caching), enabled: true } },
      drop: cached === true || rule === null || (rule?.by_default && cached === undefined),
    },
    { name: "full", patch: { history: { strategy: "full" } }, drop: strategyOf(plan) === "full" },
    { name: "window", patch: { history: { strategy: "window", turns: window } } },
    {
      name: "summary",
      patch: { history: { strategy: "summary", every: summary, tokens: 300, instruction: 60 } },
    },
    {
      name: "compaction",
      patch: { history: { strategy: "compaction", at: compaction / 100, tokens: 2000, instruction: 200 } },
    },
    {
      name: "clear",
      patch: { history: { strategy: "clear_tool_results", keep: clear, placeholder: 10 } },
      drop: !hasTools(plan),
    },
    { name: "batch", patch: { mode: "batch" }, drop: plan.mode === "batch" },
  ];
  return offered.filter((variant) => !variant.drop).map(({ name, patch }) => ({ name, patch }));
}

/** The whole number that a variant of this name may be tuned by, with its bounds; null if there is none. */
export const TUNED = {
  window: { at: "window", min: 0, max: 1000 },
  summary: { at: "summary", min: 1, max: 1000 },
  compaction: { at: "compaction", min: 1, max: 100 },
  clear: { at: "clear", min: 0, max: 1000 },
};

const strategyOf = (plan) => plan.history?.strategy ?? "full";
const hasTools = (plan) =>
  plan.workflow !== undefined || (plan.turns ?? []).some((turn) => turn.tool_rounds?.length > 0);
const onlyWhenOn = (caching) => (caching?.enabled === false ? {} : (caching ?? {}));

/**
 * The plan with a patch as the service merges it: these members are replaced whole (RFC 7396
 * otherwise).
 */
export const patched = (plan, patch) => ({ ...plan, ...patch });
