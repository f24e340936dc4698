// Numbers of the controls: what a box shows and how its text is read, and the positions of sliders. Nothing here needs
// a page.
import { canonical, numberText } from "../core/link.mjs";
import { ambiguityWarning, parseNumber, parseNumberList, plainNumber } from "../core/numbers.mjs";

/** @import { Axis, Control, Parameter } from "../types/view.d.ts" */

/** @typedef {{ number: number; error?: undefined } | { number?: undefined; error: string }} NumberResult */
/** @typedef {{ numbers: number[]; error?: undefined } | { numbers?: undefined; error: string }} ListResult */
/** @typedef {[number, number]} Bounds lowest and highest number */

const BOX_WIDTH = 7; // characters
const SHORT_DIGITS = 4; // of a number that does not fit into its box
const SLIDER_DIGITS = 3; // of a value that is chosen on a logarithmic slider
const MAX_QUOTED = 24; // characters of an input that an error quotes

/**
 * A number as a box shows it, with a minus sign in place of the hyphen.
 *
 * @param {number} number
 */
export const boxText = (number) => numberText(number).replace("-", "−").replace("e−", "e-");

/**
 * A number as a narrow box shows it: rounded if it is long.
 *
 * @param {number} number
 */
export const shortBoxText = (number) =>
  boxText(numberText(number).length > BOX_WIDTH ? Number(number.toPrecision(SHORT_DIGITS)) : number);

/**
 * Numbers as the box of a list shows them.
 *
 * @param {number[]} numbers
 */
export const listText = (numbers) => numbers.map(boxText).join(", ");

/**
 * The keyboard that a phone shows for a box: the decimal keyboard of iOS has neither a minus nor an e.
 *
 * @param {Pick<Axis, "bounds"> & Partial<Pick<Axis, "scale" | "log">>} range
 */
export const inputMode = ({ bounds, scale, log }) => (bounds[0] < 0 || scale === "log" || log ? "text" : "decimal");

/** @param {Bounds} bounds */
const rangeText = ([low, high]) => `[${numberText(low)}, ${numberText(high)}]`;

/**
 * @param {number} number
 * @param {Bounds} bounds
 */
const isWithin = (number, [low, high]) => number >= low && number <= high;

/** @param {string} text */
const quote = (text) => text.slice(0, MAX_QUOTED);

/**
 * Read a number. The error states the bounds.
 *
 * @param {string} symbol
 * @param {string} text
 * @param {Bounds} bounds
 * @param {number} current the value that stays if the text is refused
 * @returns {NumberResult}
 */
export function readNumber(symbol, text, bounds, current) {
  const number = parseNumber(text);
  if (isWithin(number, bounds)) return { number: canonical(number) };
  const fault = Number.isNaN(number) ? `not a number in ${rangeText(bounds)}` : `outside ${rangeText(bounds)}`;
  const input = quote(plainNumber(text)) || "(empty)";
  return { error: `${symbol} = ${input} is ${fault}. The picture keeps ${numberText(current)}.` };
}

/**
 * Read a list of numbers, separated by commas or spaces.
 *
 * @param {Pick<Control, "symbol" | "length" | "bounds" | "whole">} control
 * @param {string} text
 * @returns {ListResult}
 */
export function readNumberList({ symbol, length: [fewest, most], bounds, whole }, text) {
  const words = (parseNumberList(text) || text.split(",")).map((word) => word.trim()).filter(Boolean);
  const numbers = words.map(parseNumber);
  const wrong = numbers.findIndex((number) => !isWithin(number, bounds) || (whole && number % 1 !== 0));
  if (wrong >= 0) {
    const range = `${whole ? "whole numbers" : "numbers"} in ${rangeText(bounds)}`;
    return { error: `${symbol} = ${quote(words[wrong])} is not one of the ${range}. The picture keeps its own.` };
  }
  if (words.length < fewest || words.length > most) {
    return { error: `${symbol} has ${words.length} numbers, not ${fewest} to ${most}. The picture keeps its own.` };
  }
  return { numbers: numbers.map(canonical) };
}

/**
 * Read a list that is pasted into the box of one number of a list, such as that of c_1.
 *
 * @param {Pick<Parameter, "symbol" | "bounds" | "length">} parameter the list
 * @param {string} text
 * @returns {ListResult | null} null if the text is not a list
 */
export function readPastedList({ symbol, bounds, length }, text) {
  const words = parseNumberList(text);
  if (!words) return null;
  const numbers = words.map(parseNumber);
  const wrong = numbers.findIndex((number) => !isWithin(number, bounds[0]));
  if (wrong >= 0) {
    const input = quote(words[wrong]) || "(empty)";
    return { error: `${symbol}: ${input} is not a number in ${rangeText(bounds[0])}. The picture keeps its own.` };
  }
  if (words.length > length[1]) {
    const counts = `${words.length} numbers, at most ${length[1]} are possible`;
    return { error: `${symbol} has ${counts}. The picture keeps its own.` };
  }
  return { numbers: numbers.map(canonical) };
}

/**
 * Read the length of a list.
 *
 * @param {number} number of the box, NaN if it is empty
 * @param {number} current
 * @param {Bounds} bounds
 */
export const readCount = (number, current, [low, high]) => Math.min(Math.max(Math.round(number) || current, low), high);

/**
 * The warnings about a number that may have been meant a thousand times as large: one or none.
 *
 * @param {string} symbol
 * @param {string} text
 * @param {number} number
 * @param {Bounds} bounds
 */
export function inputWarnings(symbol, text, number, bounds) {
  const sentence = ambiguityWarning(text, number, bounds[1]);
  return sentence ? [`${symbol} = ${sentence}`] : [];
}

/** @typedef {Pick<Control, "scale" | "bounds" | "soft" | "step" | "whole">} SliderRange */

/**
 * The position of a value on a slider.
 *
 * @param {Pick<SliderRange, "scale">} range
 * @param {number} value
 */
export const toSlider = ({ scale }, value) => (scale === "log" ? Math.log10(value) : value);

/**
 * The value at a position of a slider.
 *
 * @param {Pick<SliderRange, "scale" | "bounds" | "whole">} range
 * @param {number} position
 */
export function fromSlider({ scale, bounds: [low, high], whole }, position) {
  const value = scale === "log" ? Number((10 ** position).toPrecision(SLIDER_DIGITS)) : canonical(position);
  return Math.min(Math.max(whole ? Math.round(value) : value, low), high);
}

/**
 * The first and the last position of a slider: a value outside its usual range extends it to the bounds.
 *
 * @param {SliderRange} range
 * @param {number} value
 */
export const sliderEnds = (range, value) =>
  (isWithin(value, range.soft) ? range.soft : range.bounds).map((bound) => toSlider(range, bound));

/**
 * The value some steps of the slider away; of whole numbers at least the next one.
 *
 * @param {SliderRange} range
 * @param {number} value
 * @param {number} steps
 */
export function stepValue(range, value, steps) {
  const { bounds, whole, step } = range;
  const moved = fromSlider(range, toSlider(range, value) + steps * step);
  return whole && moved === value ? Math.min(Math.max(value + steps, bounds[0]), bounds[1]) : moved;
}
