// Asks the service: JSON in, JSON or a problem out. Nothing is thrown but what the caller aborted.
import { askService, readWait } from "../frame/service.js";
import { read } from "./contract.js";

/** What kinds of failure a view tells apart. */
export const NO_ANSWER = "no-answer";
export const BAD_ANSWER = "bad-answer";

/** Whether a failure is the service's or the key's, and not the plan's. */
export const isOfService = ({ status }) =>
  status < 400 || status === 401 || status === 403 || status === 429 || status >= 500;

/**
 * Ask one question.
 * @returns {Promise<{answer: object}|{problem: object, retryAfter: number|null}>} seconds to wait
 *   where the service says.
 * @throws {DOMException} AbortError: a newer question took its place.
 */
export async function ask(path, body, schema, signal) {
  const request = { signal, headers: { accept: "application/json" } };
  if (body !== undefined) {
    request.method = "POST";
    request.body = typeof body === "string" ? body : JSON.stringify(body);
    request.headers["content-type"] = "application/json";
  }
  let response;
  try {
    response = await askService(path, request);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return failure(NO_ANSWER, 0, String(error.message ?? error));
  }
  return understand(response, schema);
}

async function understand(response, schema) {
  const type = response.headers.get("content-type") ?? "";
  if (!type.includes("json")) return failure(BAD_ANSWER, response.status, "");
  let document;
  try {
    document = await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return failure(NO_ANSWER, response.status, "");
  }
  if (response.ok) return { answer: read(schema, document) };
  const problem = { ...read("Problem", document), errors: document.errors ?? [] };
  return { problem, retryAfter: readWait(response) };
}

function failure(type, status, detail) {
  return { problem: { type, title: "", status, detail, request_id: null, errors: [] }, retryAfter: null };
}
