// Places in a plan as JSON pointers (RFC 6901): they name a field of the form and the field of a problem
// alike.

export const steps = (pointer) =>
  pointer === ""
    ? []
    : pointer
        .slice(1)
        .split("/")
        .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));

/** The value at a place; undefined where there is none. */
export function valueAt(document, pointer) {
  return steps(pointer).reduce(
    (value, step) => (value === null || value === undefined ? undefined : value[step]),
    document,
  );
}

/**
 * A copy with another value at a place; `undefined` removes the member or item. Objects on the way are
 * made.
 */
export function withValue(document, pointer, value) {
  return put(document, steps(pointer), value);
}

function put(container, [step, ...rest], value) {
  if (step === undefined) return value;
  if (Array.isArray(container)) {
    const copy = container.slice();
    const index = step === "-" ? copy.length : Number(step);
    if (value === undefined && rest.length === 0) copy.splice(index, 1);
    else copy[index] = put(copy[index], rest, value);
    return copy;
  }
  const copy = { ...(container ?? {}) };
  const inner = put(copy[step], rest, value);
  if (inner === undefined) delete copy[step];
  else copy[step] = inner;
  return copy;
}

/** Whether one place is another, or lies inside it. */
export const within = (inner, outer) => inner === outer || inner.startsWith(`${outer}/`);
