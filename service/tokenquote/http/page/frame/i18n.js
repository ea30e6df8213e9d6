// The words of the pages in the reader's language. Words stand in words/LANGUAGE/SECTION.js, one section for each
// page and one for the frame; a page loads only what it shows.

export const LANGUAGES = { en: "English", zh: "中文" };
const TAGS = { en: "en", zh: "zh-CN" };

let language = firstLanguage();
const sections = new Set();
let words = {};

/** The language in use: "en" or "zh". */
export function currentLanguage() {
  return language;
}

/** Load sections of words, such as "frame", for the language in use. */
export async function loadWords(...names) {
  for (const name of names) sections.add(name);
  words = await readWords(language);
  document.documentElement.lang = TAGS[language];
}

/** Change the language; documents hear of it by the event "languagechosen". */
export async function chooseLanguage(chosen) {
  const found = await readWords(chosen);
  language = chosen;
  words = found;
  document.documentElement.lang = TAGS[chosen];
  try {
    localStorage.setItem("language", chosen);
  } catch {
    // It holds until the page is left.
  }
  translate();
  document.dispatchEvent(new CustomEvent("languagechosen"));
}

/**
 * The words of a key, with values in the place of their names in braces: t("pages", { count: 3 }). Words that differ by
 * number are a function of the values.
 */
export function t(key, values = {}) {
  const found = words[key];
  if (found === undefined) throw new Error(`no words for ${key} in ${language}`);
  if (typeof found === "function") return found(values);
  return found.replaceAll(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/** Whether there are words for a key; for keys that are made of what the service says. */
export function hasWords(key) {
  return key in words;
}

/** Fill in the words of a document: data-t is an element's text, data-t-NAME its attribute NAME. */
export function translate(root = document) {
  for (const element of root.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const name of ["aria-label", "placeholder", "title"]) {
    for (const element of root.querySelectorAll(`[data-t-${name}]`)) {
      element.setAttribute(name, t(element.getAttribute(`data-t-${name}`)));
    }
  }
}

/** A number as the language writes it; options are those of Intl.NumberFormat. */
export function formatNumber(value, options = {}) {
  const key = `${language} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(TAGS[language], options);
    formats.set(key, format);
  }
  return format.format(value);
}
const formats = new Map();

/** A day, given as "2026-11-12", as the language writes it. */
export function formatDay(day) {
  return new Intl.DateTimeFormat(TAGS[language], { dateStyle: "medium", timeZone: "UTC" }).format(new Date(day));
}

/** An instant, a Date, as the language writes it here: the time of today, or the day with the time. */
export function formatInstant(instant) {
  const isToday = instant.toDateString() === new Date().toDateString();
  const options = isToday ? { timeStyle: "medium" } : { dateStyle: "medium", timeStyle: "short" };
  return new Intl.DateTimeFormat(TAGS[language], options).format(instant);
}

async function readWords(chosen) {
  const found = await Promise.all([...sections].map((name) => import(`../words/${chosen}/${name}.js`)));
  return Object.assign({}, ...found.map((module) => module.default));
}

function firstLanguage() {
  let chosen = null;
  try {
    chosen = localStorage.getItem("language");
  } catch {
    // The browser keeps nothing for this site: its own languages decide.
  }
  if (chosen in LANGUAGES) return chosen;
  const spoken = navigator.languages.map((tag) => tag.toLowerCase().split("-")[0]);
  return spoken.find((tag) => tag in LANGUAGES) ?? "en";
}
