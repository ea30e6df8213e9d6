// What each request sends, by kind. The service gives the sum of a request and the size of every amount of
// the plan; the opening and the current turn are known from these, and the rest is what earlier turns
// left: the history.

export const CONTENT = ["system", "tools", "framing", "history", "media", "user", "results"];
export const BILLED = ["uncached", "cache_write", "cache_read"];
export const OUTPUTS = ["reasoning", "output"];
const MEDIA = new Set(["image", "audio", "video", "document"]);

/** For each request: the tokens of each kind, which add up to its input, and its output. */
export function splitByContent(plan, quote) {
  const sizes = sizesByPlace(quote.counts);
  const stories = new Map();
  const openings = new Map();
  const rows = quote.requests.map((request) => splitRequest(plan, request, sizes, stories, openings));
  return keepsMedia(rows, quote.totals) ? rows : rows.map(withoutOldMedia);
}

/** For each request: its input by what it is billed as, and its output. */
export const splitByPrice = (quote) =>
  quote.requests.map((request) => ({
    uncached: request.input_tokens - request.cache_read_tokens - request.cache_write_tokens,
    cache_write: request.cache_write_tokens,
    cache_read: request.cache_read_tokens,
    ...outputs(request),
  }));

const outputs = (request) => ({
  reasoning: request.reasoning_tokens,
  output: request.output_tokens - request.reasoning_tokens,
});

/** Sums of the counts under every place of the plan, for each model that counts it. */
function sizesByPlace(counts) {
  const sums = new Map();
  for (const { what, tokens, model } of counts) {
    const steps = what.split("/");
    for (let i = 1; i <= steps.length; i += 1) {
      const key = `${model ?? ""}|${steps.slice(0, i).join("/")}`;
      sums.set(key, (sums.get(key) ?? 0) + tokens);
    }
  }
  return (place, model) => sums.get(`${model ?? ""}|${place}`) ?? sums.get(`|${place}`) ?? 0;
}

function splitRequest(plan, request, sizes, stories, openings) {
  const story = storyOf(plan, request.agent, stories);
  const size = (place) => sizes(story.prefix + place, request.model);
  const parts = { system: size("system"), tools: size("tools"), framing: 0, media: 0, user: 0, results: 0 };
  if (story.prefix === "") {
    parts.system += sizes("start/system", request.model);
    parts.tools += sizes("start/tools", request.model);
  }
  const turn = story.turnAt(request.turn);
  const asks = request.purpose === null || ["queries", "hypothesis"].includes(request.purpose);
  if (asks && turn !== null) addTurn(parts, turn, request, size, plan.history);
  if (["embedding", "rerank"].includes(request.purpose))
    Object.assign(parts, { system: 0, tools: 0, user: request.input_tokens });
  const rest = request.input_tokens - Object.values(parts).reduce((sum, tokens) => sum + tokens, 0);
  if (rest < 0) return { ...condensed(parts, request), ...outputs(request) };
  if (!openings.has(request.agent))
    openings.set(request.agent, request.turn === 1 && request.round === 0 && !plan.start ? rest : 0);
  parts.framing = Math.min(rest, openings.get(request.agent));
  const oldMedia = asks ? Math.min(rest - parts.framing, story.mediaBefore(request.turn, size)) : 0;
  return {
    ...parts,
    oldMedia,
    media: parts.media + oldMedia,
    history: rest - parts.framing - oldMedia,
    ...outputs(request),
  };
}

/** Add the user message of a turn, and the calls and results of its rounds before this request. */
function addTurn(parts, { turn, place }, request, size, history) {
  parts.media = mediaOf(turn, place, size);
  parts.user = size(`${place}/user`) - parts.media;
  if (history?.strategy === "retrieval" && request.purpose === null) parts.results += history.tokens;
  let rounds = request.round;
  for (const [i, round] of (turn.tool_rounds ?? []).entries()) {
    const times = Math.min(rounds, centreOf(round.repeat));
    const at = `${place}/tool_rounds/${i}`;
    parts.results += times * (size(`${at}/calls`) + size(`${at}/text`) + size(`${at}/user`));
    rounds -= times;
  }
}

const mediaOf = (turn, place, size) =>
  Array.isArray(turn.user)
    ? turn.user.reduce((sum, part, i) => sum + (MEDIA.has(part?.type) ? size(`${place}/user/${i}`) : 0), 0)
    : 0;

/** A request of which even the current turn is condensed or cleared: only the opening is sure. */
function condensed(parts, request) {
  const system = Math.min(parts.system, request.input_tokens);
  const tools = Math.min(parts.tools, request.input_tokens - system);
  return {
    system,
    tools,
    framing: 0,
    oldMedia: 0,
    media: 0,
    user: 0,
    results: 0,
    history: request.input_tokens - system - tools,
  };
}

const centreOf = (repeat) =>
  typeof repeat === "object" && repeat !== null ? Math.max(1, repeat.p50 ?? repeat.mode ?? 1) : (repeat ?? 1);

/** The turns of a conversation by their number, repetitions counted one by one. */
function storyOf(plan, agent, stories) {
  if (!stories.has(agent)) {
    const index = agent === null ? -1 : (plan.agents ?? []).findIndex(({ name }) => name === agent);
    const turns = agent === null ? (plan.turns ?? []) : (plan.agents?.[index]?.turns ?? []);
    stories.set(agent, { prefix: agent === null ? "" : `agents/${index}/`, ...numbered(turns) });
  }
  return stories.get(agent);
}

function numbered(turns) {
  const ends = [];
  for (const turn of turns) ends.push((ends.at(-1) ?? 0) + centreOf(turn.repeat));
  const turnAt = (number) => {
    if (turns.length === 0) return null;
    const found = ends.findIndex((end) => number <= end);
    const i = found < 0 ? turns.length - 1 : found;
    return { turn: turns[i], place: `turns/${i}` };
  };
  const mediaBefore = (number, size) => {
    let sum = 0;
    for (const [i, turn] of turns.entries()) {
      const times = Math.max(0, Math.min(number - 1, ends[i]) - (ends[i - 1] ?? 0));
      if (times > 0) sum += times * mediaOf(turn, `turns/${i}`, size);
    }
    return sum;
  };
  return { turnAt, mediaBefore };
}

/** Whether the media of earlier turns are really in every later request: then they add up to the totals. */
const keepsMedia = (rows, totals) =>
  rows.reduce((sum, row) => sum + row.media, 0) ===
  totals.image_tokens + totals.audio_tokens + totals.video_tokens;

const withoutOldMedia = (row) => ({
  ...row,
  media: row.media - row.oldMedia,
  history: row.history + row.oldMedia,
});
