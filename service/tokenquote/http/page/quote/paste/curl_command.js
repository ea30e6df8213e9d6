// A curl command as its address and its body. The words are split as a shell does it; nothing is run, and
// files that the command names are not read.

const WITH_VALUE = new Set([
  "-H",
  "--header",
  "-X",
  "--request",
  "-u",
  "--user",
  "-o",
  "--output",
  "-A",
  "--user-agent",
  "-m",
  "--max-time",
  "-x",
  "--proxy",
  "-b",
  "--cookie",
  "--connect-timeout",
  "--retry",
  "-e",
  "--referer",
  "--cacert",
  "--key",
  "--cert",
]);
const DATA = new Set(["-d", "--data", "--data-raw", "--data-binary", "--data-ascii", "--json"]);

/** Read a command. `body` is null if it sends none; `file` names one that it would read. */
export function readCurl(command) {
  const words = splitWords(command);
  let address = "";
  let body = null;
  let file = null;
  for (let i = words.indexOf("curl") + 1; i < words.length; i += 1) {
    const [option, joined] = optionOf(words[i]);
    if (DATA.has(option)) {
      const value = joined ?? words[(i += 1)] ?? "";
      if (value.startsWith("@") && option !== "--data-raw") file = value.slice(1);
      else body = body === null ? value : `${body}&${value}`;
    } else if (option === "--url") address = joined ?? words[(i += 1)] ?? "";
    else if (WITH_VALUE.has(option)) i += joined === undefined ? 1 : 0;
    else if (!option.startsWith("-")) address ||= option;
  }
  return { address, body, file };
}

function optionOf(word) {
  const long = /^(--[a-z-]+)=([\s\S]*)$/.exec(word);
  if (long) return [long[1], long[2]];
  return /^-[dHX]./.test(word) ? [word.slice(0, 2), word.slice(2)] : [word, undefined];
}

const ESCAPES = { n: "\n", t: "\t", r: "\r", "\\": "\\", "'": "'", '"': '"' };

/**
 * Split a command line into words: blanks outside of quotes divide them, a backslash at a line's end
 * joins lines.
 */
export function splitWords(command) {
  const text = command.replace(/\\\r?\n/g, " ");
  const words = [];
  let word = null;
  for (let i = 0; i < text.length; i += 1) {
    const letter = text[i];
    if (/\s/.test(letter)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (letter === "'" || (letter === "$" && text[i + 1] === "'")) {
      const dollar = letter === "$";
      const [inside, end] = readQuoted(text, i + (dollar ? 2 : 1), "'", dollar);
      word = (word ?? "") + inside;
      i = end;
    } else if (letter === '"') {
      const [inside, end] = readQuoted(text, i + 1, '"', false);
      word = (word ?? "") + inside;
      i = end;
    } else if (letter === "\\") word = (word ?? "") + (text[(i += 1)] ?? "");
    else word = (word ?? "") + letter;
  }
  return word === null ? words : [...words, word];
}

/** Read up to the closing quote; return what is inside and where it ends. */
function readQuoted(text, start, quote, escapes) {
  const found = [];
  let i = start;
  for (; i < text.length && text[i] !== quote; i += 1) {
    const next = text[i + 1];
    if (text[i] === "\\" && escapes && next in ESCAPES) found.push(ESCAPES[text[(i += 1)]]);
    else if (text[i] === "\\" && quote === '"' && ['"', "\\", "$", "`"].includes(next))
      found.push(text[(i += 1)]);
    else found.push(text[i]);
  }
  return [found.join(""), i];
}
