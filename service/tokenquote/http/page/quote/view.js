// What is looked at, as far as a link holds it: the models beside the plan's, how bars are stacked, the
// numbers of the variants, and the GPUs. A link may hold anything; what does not fit here is as in the
// first view.

/** The most models beside the plan's own. */
export const MOST_RIVALS = 5;

export const FIRST_VIEW = {
  rivals: [],
  stack: "content",
  variants: { window: 6, summary: 10, compaction: 50, clear: 3 },
  /** A `model` and a `context` of null are the quote's: its open weights, its longest request. */
  hosting: {
    model: null,
    gpu: "",
    quantization: "",
    context: null,
    concurrency: 8,
    perDay: 1000,
    price: "",
  },
};

/**
 * A plan of several `models` as the page has it: the first is the plan's, and the others stand beside
 *   it. `all` and
 * filters name none, so the model stays that was there before.
 */
export function withOneModel(plan, view, model) {
  if (plan.models === undefined || plan.models === null) return { plan, view };
  const { models, ...rest } = plan;
  const names = Array.isArray(models) ? models.filter((name) => typeof name === "string") : [];
  const [first = model, ...rivals] = names;
  return {
    plan: { ...rest, model: rest.model ?? first },
    view: { ...view, rivals: rivals.slice(0, MOST_RIVALS) },
  };
}

/** Read the view of a link. */
export function readView(found) {
  const { rivals, stack, variants, hosting } = found ?? {};
  const names = Array.isArray(rivals) ? rivals.filter((name) => typeof name === "string") : [];
  return {
    rivals: names.slice(0, MOST_RIVALS),
    stack: stack === "price" ? "price" : "content",
    variants: alike(FIRST_VIEW.variants, variants),
    hosting: {
      ...alike(FIRST_VIEW.hosting, hosting),
      model: typeof hosting?.model === "string" ? hosting.model : null,
      context: isWhole(hosting?.context) ? hosting.context : null,
    },
  };
}

const isWhole = (value) => Number.isSafeInteger(value) && value >= 0;

/** Texts where there are texts, whole numbers where there are numbers, and else what stood there first. */
function alike(first, found) {
  const taken = ([name, value]) => {
    const other = found?.[name];
    const fits =
      typeof value === "number" ? isWhole(other) : typeof value === "string" && typeof other === "string";
    return [name, fits ? other : value];
  };
  return Object.fromEntries(Object.entries(first).map(taken));
}
