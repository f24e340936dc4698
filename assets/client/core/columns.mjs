// Columns of trajectories: decoding, joining, and values between samples.

/** @import { Column, Table } from "../types/stream.d.ts" */

/** @typedef {Float32Array | Uint8Array | Uint16Array} Numbers */

/**
 * A value of a chunk with its columns as typed arrays, its tables as arrays of rows.
 *
 * @template T
 * @typedef {T extends Table ? Float32Array[]
 *   : T extends Column ? Numbers
 *   : T extends (infer Item)[] ? Decoded<Item>[]
 *   : T extends object ? { [Name in keyof T]: Decoded<T[Name]> }
 *   : T} Decoded
 */

/** @typedef {Record<string, Numbers | Float32Array[]>} Columns */

/**
 * The samples of a trajectory that have arrived; `clock` is the name of its column of times.
 *
 * @typedef {{ columns: Columns, clock: string }} Samples
 */

export const COLUMN_TYPES = { f4: Float32Array, u1: Uint8Array, u2: Uint16Array };

/**
 * Return a value with its columns as typed arrays: {dtype, bdata} is little-endian, in base64; with a shape it is a
 * table, an array of rows.
 *
 * @template T
 * @param {T} value
 * @returns {Decoded<T>}
 */
export function decodeColumns(value) {
  return /** @type {Decoded<T>} */ (decode(value));
}

/**
 * @param {unknown} value
 * @returns {unknown}
 */
function decode(value) {
  if (Array.isArray(value)) return value.map(decode);
  if (value === null || typeof value !== "object") return value;
  if (isColumn(value)) return "shape" in value ? tableRows(value) : columnNumbers(value);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, decode(item)]));
}

/**
 * @param {object} value
 * @returns {value is Column | Table}
 */
const isColumn = (value) => "dtype" in value && "bdata" in value;

/**
 * @param {Column} column
 * @returns {Numbers}
 */
function columnNumbers({ dtype, bdata, low, high, log }) {
  const text = atob(bdata);
  const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const numbers = new COLUMN_TYPES[dtype](bytes.buffer);
  return low === undefined || high === undefined ? numbers : unrounded(numbers, low, high, Boolean(log));
}

const STEPS = 65533; // of rounded numbers, from the lowest to the highest
const ZERO = 65534; // 0 on a logarithmic scale
const ABSENT = 65535; // no number

/**
 * The numbers that integers stand for (dynamics/curves.py, rounded).
 *
 * @param {Numbers} steps
 * @param {number} low
 * @param {number} high
 * @param {boolean} log whether these are decimal logarithms
 */
function unrounded(steps, low, high, log) {
  return Float32Array.from(steps, (step) => {
    if (step === ABSENT) return NaN;
    if (log && step === ZERO) return 0;
    const value = low + ((high - low) * step) / STEPS;
    return log ? 10 ** value : value;
  });
}

/** @param {Table} table */
function tableRows(table) {
  const numbers = columnNumbers(table);
  const [rows, width] = table.shape.split(",").map(Number);
  return Array.from({ length: rows }, (_, row) => numbers.subarray(row * width, (row + 1) * width));
}

/**
 * Two columns, or two tables, one after the other.
 *
 * @template {Numbers | Float32Array[]} Values
 * @param {Values | undefined} first
 * @param {Values} second
 * @returns {Values}
 */
export function concat(first, second) {
  if (!first) return second;
  if (Array.isArray(second)) return /** @type {Values} */ ([.../** @type {Float32Array[]} */ (first), ...second]);
  const both = new Float32Array(first.length + second.length);
  both.set(/** @type {Numbers} */ (first));
  both.set(/** @type {Numbers} */ (second), first.length);
  return /** @type {Values} */ (both);
}

/**
 * The number of samples at or before a time.
 *
 * @param {ArrayLike<number>} times in ascending order
 * @param {number} time
 */
export function bisectRight(times, time) {
  let low = 0,
    high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The value at a time, between samples by interpolation, beyond them that of the nearest sample; null without samples.
 *
 * @param {ArrayLike<number>} times in ascending order
 * @param {ArrayLike<number>} values
 * @param {number} time
 * @returns {number | null}
 */
export function interpolateAt(times, values, time) {
  if (!times.length) return null;
  const k = bisectRight(times, time);
  if (k === 0) return values[0];
  if (k === times.length) return values[k - 1];
  const before = values[k - 1];
  return before + ((values[k] - before) * (time - times[k - 1])) / (times[k] - times[k - 1]);
}

/**
 * The value of a column at a time, between samples by interpolation; null where the trajectory has no samples.
 *
 * @param {Samples} samples
 * @param {string} name
 * @param {number} time
 * @returns {number | null}
 */
export function interpolate({ columns, clock }, name, time) {
  const times = /** @type {Numbers | undefined} */ (columns[clock]);
  if (!times || !times.length) return null;
  if (name === clock) return Math.min(time, times[times.length - 1]);
  return interpolateAt(times, /** @type {Numbers} */ (columns[name]), time);
}

/**
 * Whether the values are the rows of a table, not a column.
 *
 * @param {Numbers | Float32Array[]} values
 * @returns {values is Float32Array[]}
 */
const isTable = (values) => values.length > 0 && typeof values[0] !== "number";

/**
 * The numbers of a line: a column as it is; of a table, which has a row for each time, the row at a time, between
 * samples by interpolation.
 *
 * @param {Samples} samples
 * @param {string} name
 * @param {number | null} time null for the last row
 * @returns {Numbers}
 */
export function rowAtTime({ columns, clock }, name, time) {
  const values = columns[name] ?? new Float32Array();
  if (!isTable(values)) return values;
  const last = values[values.length - 1];
  if (time === null) return last;
  const times = /** @type {Numbers} */ (columns[clock]);
  const k = bisectRight(times, time);
  if (k === 0) return values[0];
  if (k >= values.length) return last;
  const share = (time - times[k - 1]) / (times[k] - times[k - 1]);
  return values[k].map((value, i) => values[k - 1][i] + share * (value - values[k - 1][i]));
}

/**
 * The outline of the band between two columns.
 *
 * @param {Samples} samples
 * @param {string} x
 * @param {string} upper
 * @param {string} lower
 */
export function bandOutline(samples, x, upper, lower) {
  const [xs, high, low] = [x, upper, lower].map((name) => Array.from(rowAtTime(samples, name, null)));
  return { x: [...xs, ...[...xs].reverse()], y: [...high, ...low.reverse()] };
}

/**
 * The numbers of a column, or of all rows of a table.
 *
 * @param {Numbers | Float32Array[]} values
 * @returns {Numbers | number[]}
 */
export const flatten = (values) => (isTable(values) ? values.flatMap((row) => Array.from(row)) : values);
