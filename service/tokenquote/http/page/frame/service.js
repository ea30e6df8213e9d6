// The one place that asks the API: it sends the reader's key, and learns from the answer whether that is good.
import { keptKey, learn } from "./key.js";

/** Ask as `fetch` does, with the key that the reader stated; `path` is one of this service. */
export async function askService(path, request = {}) {
  const key = keptKey();
  const headers = key === null ? request.headers : { ...request.headers, authorization: `Bearer ${key}` };
  const response = await fetch(path, { ...request, headers });
  learn(key, await readStanding(response));
  return response;
}

/** From when on a question may be asked again, as a Date; null: the answer does not say. */
export function readAgainAt(response) {
  const seconds = readWait(response);
  return seconds === null ? null : new Date(Date.now() + seconds * 1000);
}

/** The seconds after which an answer says that it may be asked again; null: it does not say. */
export function readWait({ headers }) {
  const seconds = headers.has("retry-after") ? Number(headers.get("retry-after")) : NaN;
  return Number.isFinite(seconds) ? seconds : null;
}

/** What the problem document of an answer says; empty: it is a proxy's answer, or one that was given up. */
export async function readDetail(response) {
  try {
    return String((await response.json()).detail ?? "");
  } catch {
    return "";
  }
}

/** What an answer says of the key: whether that is what it is about (RFC 6750, 3), and from when on to ask again. */
async function readStanding(response) {
  const { status, headers } = response;
  const challenge = headers.get("www-authenticate") ?? "";
  const isAboutKey = (status === 401 || status === 403) && /^bearer\b/i.test(challenge);
  const detail = isAboutKey || status === 429 ? await readDetail(response.clone()) : "";
  return { status, isAboutKey, detail, againAt: readAgainAt(response) };
}
