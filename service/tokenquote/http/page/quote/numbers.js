// Numbers as people read them, in the language of the page. Money comes as decimal strings and stays
// exact: digits are cut from the string itself, never from a floating-point number.
import { formatDay, formatNumber } from "../frame/i18n.js";

/** `1,234,567`; an en dash for what is not known. */
export const whole = (value) => (value === null || value === undefined ? "–" : formatNumber(value));

/** `1.2M`: for axes and small places. */
export const short = (value) =>
  value === null || value === undefined
    ? "–"
    : formatNumber(value, { notation: "compact", maximumFractionDigits: 1 });

/** `12.3 %` of a share. */
export const percent = (share, digits = 1) =>
  share === null || share === undefined
    ? "–"
    : formatNumber(share, { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits });

/** `2.5` with at most so many decimals. */
export const decimal = (value, digits = 2) =>
  value === null || value === undefined ? "–" : formatNumber(value, { maximumFractionDigits: digits });

/** Bytes in GiB or MiB. */
export function bytes(value) {
  if (value === null || value === undefined) return "–";
  const gib = value / 2 ** 30;
  return Math.abs(gib) >= 0.1 ? `${decimal(gib, 1)} GiB` : `${decimal(value / 2 ** 20, 1)} MiB`;
}

/**
 * Dollars from a decimal string: to the cent from a dollar on, and below it to three significant digits.
 * `decimals` are for columns, whose numbers stand one below the other.
 */
export function dollars(text, { sign = false, decimals = null } = {}) {
  if (text === null || text === undefined) return "–";
  const negative = text.startsWith("-");
  const amount = negative ? text.slice(1) : text;
  const shown = roundDecimal(amount, decimals ?? decimalsFor(amount));
  const mark = negative ? "−" : sign && !/^0(\.0*)?$/.test(amount) ? "+" : "";
  const [integer, fraction] = shown.split(".");
  return `${mark}$${whole(BigInt(integer))}${fraction ? `.${fraction}` : ""}`;
}

/** How many decimals an amount is shown with by itself. */
export function decimalsFor(amount) {
  const [integer, fraction = ""] = amount.split(".");
  if (Number(integer) > 0 || fraction === "" || /^0*$/.test(fraction)) return 2;
  const zeros = /^0*/.exec(fraction)[0].length;
  return Math.max(2, Math.min(zeros + 3, 12));
}

/** Round a non-negative decimal string half up to so many decimals, as a decimal string. */
export function roundDecimal(text, decimals) {
  const [integer, fraction = ""] = text.split(".");
  const digits = fraction.padEnd(decimals + 1, "0");
  const scaled = BigInt(integer + digits.slice(0, decimals)) + (digits[decimals] >= "5" ? 1n : 0n);
  const padded = scaled.toString().padStart(decimals + 1, "0");
  return decimals === 0 ? padded : `${padded.slice(0, -decimals)}.${padded.slice(-decimals)}`;
}

/** A rate as it is published: every digit, and at least two decimals. */
export function rate(text) {
  if (text === null || text === undefined) return "–";
  const [integer, fraction = ""] = text.split(".");
  return `$${whole(BigInt(integer))}.${fraction.padEnd(2, "0")}`;
}

/** Dollars along an axis, from a number: short, because the numbers themselves stand in the legend. */
export const dollarsAxis = (value) =>
  `$${value >= 1000 ? short(value) : formatNumber(value, { maximumSignificantDigits: 3 })}`;

/** The difference of two decimal strings as one, exact. */
export function difference(left, right) {
  const places = Math.max(...[left, right].map((text) => (text.split(".")[1] ?? "").length));
  const [a, b] = [left, right].map((text) =>
    BigInt(
      text
        .replace(".", "")
        .padEnd(text.replace(".", "").length + places - (text.split(".")[1] ?? "").length, "0"),
    ),
  );
  const digits = (a < b ? b - a : a - b).toString().padStart(places + 1, "0");
  const shown = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
  return (a < b ? "-" : "") + shown;
}

/** A day (`2026-11-12`) or an instant in words. */
export const day = (text) => (text ? formatDay(text) : "–");

/** Seconds, milliseconds or minutes. */
export function seconds(value) {
  if (value === null || value === undefined) return "–";
  if (value < 1) return `${decimal(value * 1000, 0)} ms`;
  return value < 120 ? `${decimal(value, 1)} s` : `${decimal(value / 60, 1)} min`;
}
