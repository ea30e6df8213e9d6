// An OpenAPI document as what the docs show: groups of operations.
import { asksForKeys } from "../frame/key.js";
import { KEY_HEADER } from "../frame/key_in_commands.js";

/** The groups by tag, each `{name, description, operations}`, in the document's order. */
export function readOperations(openapi) {
  const all = Object.entries(openapi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => readOperation(path, method, operation)),
  );
  return openapi.tags.map(({ name, description }) => ({
    name,
    description,
    operations: all.filter((operation) => operation.tag === name),
  }));
}

function readOperation(path, method, operation) {
  const body = operation.requestBody?.content["application/json"];
  const { 200: answer, ...problems } = operation.responses;
  return {
    id: operation.operationId,
    path,
    method: method.toUpperCase(),
    tag: operation.tags[0],
    summary: operation.summary,
    description: operation.description,
    parameters: operation.parameters,
    question: body?.schema ?? null,
    example: body ? JSON.stringify(body.example, null, 2) : null,
    answer: answer.content["application/json"].schema,
    problems: Object.entries(problems).map(([status, { description }]) => ({ status, description })),
  };
}

/** The address of a GET with the parameters that have a value. */
export function addressOf(operation, values) {
  const query = new URLSearchParams();
  let path = operation.path;
  for (const { name, in: place } of operation.parameters) {
    const value = values[name] ?? "";
    if (place === "path") path = path.replace(`{${name}}`, value.split("/").map(encodeURIComponent).join("/"));
    else if (value !== "") query.set(name, value);
  }
  return query.size ? `${path}?${query}` : path;
}

/** The command that asks the same; the key is named where the service asks for one, and never stands in it. */
export function curlOf(operation, draft) {
  const quoted = (text) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const key = asksForKeys() ? ` ${KEY_HEADER}` : "";
  if (operation.question === null) return `curl ${quoted(location.origin + addressOf(operation, draft))}${key}`;
  const head = `-H 'content-type: application/json'${key}`;
  return `curl ${quoted(location.origin + operation.path)} ${head} -d ${quoted(draft)}`;
}
