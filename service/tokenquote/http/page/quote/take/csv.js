// The requests as a table for spreadsheets (RFC 4180), with the names of the API's fields.
const COLUMNS = [
  "turn",
  "round",
  "purpose",
  "agent",
  "model",
  "input_tokens",
  "cache_read_tokens",
  "cache_write_tokens",
  "output_tokens",
  "reasoning_tokens",
  "context_tokens",
  "cost",
  "cumulative_cost",
];

export function writeCsv(requests) {
  const rows = requests.map((request, i) =>
    [i + 1, ...COLUMNS.map((name) => request[name])].map(cell).join(","),
  );
  return `${["request", ...COLUMNS].join(",")}\r\n${rows.join("\r\n")}\r\n`;
}

/** Quote what a separator could break; a name that a spreadsheet would run as a formula is made a text. */
function cell(value) {
  if (value === null || value === undefined) return "";
  const text = typeof value === "string" && /^[=+@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
