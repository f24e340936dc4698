// Numbers as texts: formatting, and parsing of what users type and paste.
import { numberText } from "./link.mjs";

export const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/**
 * Return a number to four digits, with a real minus and, where very large or small, a power of ten.
 *
 * @param {number} number
 */
export function formatNumber(number) {
  if (number === 0) return "0";
  const size = Math.abs(number);
  if (size >= 1e-3 && size < 1e5) return String(Number(number.toPrecision(4))).replace("-", "−");
  const [mantissa, power] = number.toExponential(2).split("e");
  const raised = power
    .replace("+", "")
    .replace(/[-\d]/g, (digit) => (digit === "-" ? "⁻" : SUPERSCRIPTS[Number(digit)]));
  return `${String(Number(mantissa)).replace("-", "−")}·10${raised}`;
}

/**
 * Return a text with plain signs: minus signs and dashes as -, superscripts as ^, no space around an operator.
 *
 * @param {string} text
 */
export const plainNumber = (text) =>
  text
    .trim()
    .replace(/[−–—]/g, "-")
    .replace(
      /⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+/g,
      (raised) => `^${[...raised].map((sign) => (sign === "⁻" ? "-" : SUPERSCRIPTS.indexOf(sign))).join("")}`,
    )
    .replace(/[·×⋅]/g, "*")
    .replace(/\*\*/g, "^")
    .replace(/\s*([*/^])\s*/g, "$1");

/**
 * Return the number that a text states, NaN where it states none: 1.5, -0,7, 1e-3, 10^4, 2·10⁻³, 1/3.
 * A comma is a decimal sign, but 10,000 may be ten or ten thousand: NaN.
 *
 * @param {string} text
 */
export function parseNumber(text) {
  const plain = plainNumber(text);
  if (/^[+-]?[1-9]\d{0,2}(,\d{3})+$/.test(plain)) return NaN;
  /** @param {string} part */
  const decimal = (part) => {
    const written = part.replace(/^([^.,]*),([^.,]*)$/, "$1.$2");
    return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,4})?$/i.test(written) ? Number(written) : NaN;
  };
  const [, sign, mantissa, power] = /^([+-]?)(?:([^*^/]+)\*)?10\^\(?([+-]?\d{1,4})\)?$/.exec(plain) || [];
  if (power) return Number(`${sign}1`) * (mantissa === undefined ? 1 : decimal(mantissa)) * Number(`1e${power}`);
  const [numerator, denominator, ...more] = plain.split("/");
  if (denominator === undefined) return decimal(plain);
  return more.length || !decimal(denominator) ? NaN : decimal(numerator) / decimal(denominator);
}

/**
 * Return the texts of the numbers of a list, such as 1, -1, 1 or [1, -0.7] or (1; 0,5); null where the text is a single
 * number.
 *
 * @param {string} text
 */
export function parseNumberList(text) {
  const [, inside] = /^\s*[([{]([^()[\]{}]*)[)\]}]\s*$/.exec(text) || [];
  const body = (inside ?? text)
    .trim()
    .replace(/\s*([*/^·×⋅])\s*/g, "$1")
    .replace(/[,;]$/, "");
  const marks = body.includes(";") ? /\s*;\s*|\s+/ : /\s*,\s*|\s+/;
  const listed = inside !== undefined || /[;\s]|,.*,|,[+−–-]/.test(body);
  const words = body.split(marks);
  if (!listed || words.length < 2) return null;
  return !/[;\s]/.test(body) && inside === undefined && /^[+-]?[1-9]\d{0,2}(,\d{3})+$/.test(body) ? null : words;
}

/**
 * Return a warning where a number may have been meant a thousandfold, as 10.000 is ten thousand in German; else "".
 *
 * @param {string} text
 * @param {number} number that was read from the text
 * @param {number} high upper bound of the parameter
 */
export function ambiguityWarning(text, number, high) {
  const plain = plainNumber(text);
  if (!/^[+-]?[1-9]\d{0,2}\.\d\d0$/.test(plain) || Math.abs(1000 * number) > high) return "";
  return `${plain} is read as ${numberText(number)}: the point is a decimal sign. For a thousand times as much, enter ${numberText(1000 * number)}.`;
}

/**
 * Return a point of the (R, a) plane as a text.
 *
 * @param {number[]} point
 */
export const formatPoint = ([R, a]) => `R = ${formatNumber(R)}, a = ${formatNumber(a)}`;
