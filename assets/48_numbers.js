// Numbers as people write them: decimals, powers of ten, fractions, lists.
window.fl = window.fl || {};

fl.SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

// A text with plain signs: minus signs and dashes as -, superscripts as ^, no space around an operator.
fl.plainNumber = (text) => text.trim()
  .replace(/[−–—]/g, "-")
  .replace(/⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+/g, (raised) => `^${[...raised].map((sign) => (sign === "⁻" ? "-" : fl.SUPERSCRIPTS.indexOf(sign))).join("")}`)
  .replace(/[·×⋅]/g, "*").replace(/\*\*/g, "^")
  .replace(/\s*([*/^])\s*/g, "$1");

// The number that a text states, NaN where it states none: 1.5, -0,7, 1e-3, 10^4, 2·10⁻³, 1/3.
// A comma is a decimal sign, but 10,000 may be ten or ten thousand: NaN.
fl.readNumber = function (text) {
  const plain = fl.plainNumber(text);
  if (/^[+-]?[1-9]\d{0,2}(,\d{3})+$/.test(plain)) return NaN;
  const decimal = (part) => {
    const written = part.replace(/^([^.,]*),([^.,]*)$/, "$1.$2");
    return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,4})?$/i.test(written) ? Number(written) : NaN;
  };
  const [, sign, mantissa, power] = /^([+-]?)(?:([^*^/]+)\*)?10\^\(?([+-]?\d{1,4})\)?$/.exec(plain) || [];
  if (power) return Number(`${sign}1`) * (mantissa === undefined ? 1 : decimal(mantissa)) * Number(`1e${power}`);
  const [numerator, denominator, ...more] = plain.split("/");
  if (denominator === undefined) return decimal(plain);
  return more.length || !decimal(denominator) ? NaN : decimal(numerator) / decimal(denominator);
};

// The texts of a list of numbers, or null where the text is a single one: 1, -1, 1 or [1, -0.7] or (1; 0,5).
fl.listedNumbers = function (text) {
  const [, inside] = /^\s*[([{]([^()[\]{}]*)[)\]}]\s*$/.exec(text) || [];
  const body = (inside ?? text).trim().replace(/\s*([*/^·×⋅])\s*/g, "$1").replace(/[,;]$/, "");
  const marks = body.includes(";") ? /\s*;\s*|\s+/ : /\s*,\s*|\s+/;
  const listed = inside !== undefined || /[;\s]|,.*,|,[+−–-]/.test(body);
  const words = body.split(marks);
  if (!listed || words.length < 2) return null;
  return !/[;\s]/.test(body) && inside === undefined && /^[+-]?[1-9]\d{0,2}(,\d{3})+$/.test(body) ? null : words;
};

// A warning where a number may have been meant a thousandfold, as 10.000 is ten thousand in German.
fl.doubtfulNumber = function (text, number, high) {
  const plain = fl.plainNumber(text);
  if (!/^[+-]?[1-9]\d{0,2}\.\d\d0$/.test(plain) || Math.abs(1000 * number) > high) return "";
  return `${plain} is read as ${fl.numberText(number)}: the point is a decimal sign. For a thousand times as much, enter ${fl.numberText(1000 * number)}.`;
};
