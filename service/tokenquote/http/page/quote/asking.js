// When questions are asked: a moment after the last change, the quote first, then one after the other what
// depends on it. A question that another takes the place of is aborted; one that was refused for now is
// asked again when it may be.
import { keptKey } from "../frame/key.js";
import { NO_ANSWER, ask } from "./api.js";
import { questionsOf } from "./questions.js";
import { current, setAnswer } from "./store.js";

const PAUSE_MS = 250;
const RETRY_SECONDS = 5;
const LONGEST_WAIT_SECONDS = 120; // what is refused for longer, such as until midnight, the reader asks again
const asked = new Map(); // key → {text, abort, timer}
let pending = null;
document.addEventListener("keychosen", askRefused);

/** Look at the state, soon, and ask what its answers lack. */
export function askSoon(state, pause = PAUSE_MS) {
  clearTimeout(pending);
  pending = setTimeout(askNext, pause);
  document.documentElement.dataset.asking = "yes"; // until nothing is left to ask: tests wait for that
}

async function askNext() {
  const questions = questionsOf(current());
  forgetOthers(questions);
  for (const question of questions) {
    const text = question.body === undefined ? question.path : question.path + JSON.stringify(question.body);
    const before = asked.get(question.key);
    if (before?.text === text) {
      if (before.running) return;
      restore(question.key, before);
      continue;
    }
    await askOne(question, text);
    return;
  }
  delete document.documentElement.dataset.asking;
}

function forgetOthers(questions) {
  const keys = new Set(questions.map((question) => question.key));
  for (const [key, before] of asked) {
    // While the quote is asked anew, what depends on it is stale, and not gone.
    if (keys.has(key) || current().answers.quote?.status !== "fresh") continue;
    before.abort.abort();
    clearTimeout(before.timer);
    asked.delete(key);
    setAnswer(key, undefined);
  }
}

/** The same question as before has the same answer: what was put aside as stale holds again. */
function restore(key, before) {
  const answer = current().answers[key];
  if (answer && before.outcome && answer.status !== before.outcome.status) setAnswer(key, before.outcome);
}

async function askOne(question, text) {
  const before = asked.get(question.key);
  before?.abort.abort();
  clearTimeout(before?.timer);
  const mine = { text, abort: new AbortController(), running: true, timer: null };
  asked.set(question.key, mine);
  const last = current().answers[question.key];
  setAnswer(question.key, { ...last, status: "stale" });
  if (question.key === "quote") markOthersStale();
  const began = performance.now();
  let found;
  try {
    found = await ask(question.path, question.body, question.schema, mine.abort.signal);
  } catch {
    return; // aborted: the newer question goes on
  }
  if (asked.get(question.key) !== mine) return;
  mine.running = false;
  keep(question.key, last?.data ?? null, found, mine, (performance.now() - began) / 1000);
  askSoon(current(), 0);
}

/** What depends on the quote waits for the new one: what is running for the old one is given up. */
function markOthersStale() {
  for (const [key, before] of asked) {
    if (key === "quote" || key === "model") continue;
    if (before.running) Object.assign(before, { text: null, running: false }).abort.abort();
    const answer = current().answers[key];
    if (answer?.status === "fresh") setAnswer(key, { ...answer, status: "stale" });
  }
}

/**
 * Without a new quote nothing is asked that depends on it: the last answers stay, and nobody waits for
 * others.
 */
function holdOthers() {
  for (const [key, answer] of Object.entries(current().answers)) {
    if (answer?.status === "stale") setAnswer(key, { ...answer, status: "held" });
  }
}

function keep(key, lastData, found, mine, seconds) {
  if (found.answer) {
    mine.outcome = { status: "fresh", data: found.answer, problem: null, seconds };
    return setAnswer(key, mine.outcome);
  }
  const { problem, retryAfter } = found;
  const passing = problem.type === NO_ANSWER || retryAfter !== null;
  const untilThen = Math.max(1, retryAfter ?? RETRY_SECONDS);
  const wait = passing && untilThen <= LONGEST_WAIT_SECONDS ? untilThen : null;
  const againAt = passing && wait === null ? new Date(Date.now() + untilThen * 1000) : null;
  // Of a model that cannot be had, what is known of the model before is no stand-in.
  const data = key === "model" ? null : lastData;
  mine.outcome = { status: "failed", data, problem, retryIn: wait, againAt };
  setAnswer(key, mine.outcome);
  if (key === "quote") holdOthers();
  if (wait !== null) mine.timer = setTimeout(() => askAgain(key), wait * 1000);
}

/** Ask the question of this key again, even if nothing has changed. */
export function askAgain(key) {
  const before = asked.get(key);
  clearTimeout(before?.timer);
  if (before) before.text = null;
  askSoon(current(), 0);
}

/** With another key, ask again what was refused, and what still runs with the key before. */
function askRefused() {
  if (keptKey() === null) return;
  for (const before of asked.values()) {
    if (!before.running && before.outcome?.status !== "failed") continue;
    clearTimeout(before.timer);
    Object.assign(before, { text: null, running: false });
  }
  askSoon(current(), 0);
}
