// Lines, bands, clouds and arrows of an overlay as paths of SVG, in the pixels of a subplot.
import { bisectRight, interpolate, rowAtTime } from "../core/columns.mjs";

/** @import { Numbers, Samples } from "../core/columns.mjs" */
/** @import { Scene } from "../core/stream_result.mjs" */

/**
 * An axis that plotly has drawn. `d2p` converts a value to pixels; the offset and the length are in pixels, too.
 *
 * @typedef {object} PlotlyAxis
 * @property {(value: number) => number} d2p
 * @property {string} type
 * @property {number} _offset
 * @property {number} _length
 * @property {[number, number]} range
 */

/** @typedef {NonNullable<Scene["field"]>} VectorField */

const ARROW_LENGTH = 15; // pixels
const MIN_ARROW_DISTANCE = 22; // pixels from one arrow to the next
const ARROW_HEAD = { back: 6, aside: 2.7 }; // pixels from the tip to the ends of the barbs
const FAR = 1e4; // pixels: beyond every edge; where 0 is on a logarithmic axis

/** @param {number} pixels */
const tenths = (pixels) => Math.round(10 * pixels) / 10;

/**
 * The coordinates of a grid along an axis: all of them, or every second, third, …, so that arrows do not overlap.
 *
 * @param {ArrayLike<number>} values
 * @param {Pick<PlotlyAxis, "d2p">} axis
 */
export function sparseCoordinates(values, axis) {
  const coordinates = [...new Set(Array.from(values))].sort((one, other) => one - other);
  if (coordinates.length < 2) return new Set(coordinates);
  const distance = Math.abs(axis.d2p(coordinates[1]) - axis.d2p(coordinates[0]));
  const step = Math.min(Math.ceil(MIN_ARROW_DISTANCE / distance) || 1, coordinates.length);
  return new Set(coordinates.filter((_, k) => k % step === 0));
}

/**
 * Arrows of one length at the points (x, y) of a field, along (across, up) in the figure's units.
 *
 * @param {Pick<VectorField, "x" | "y" | "across" | "up">} field
 * @param {Pick<PlotlyAxis, "d2p" | "_length">} xaxis
 * @param {Pick<PlotlyAxis, "d2p" | "_length">} yaxis
 */
export function arrowsPath({ x, y, across, up }, xaxis, yaxis) {
  const columns = sparseCoordinates(x, xaxis),
    rows = sparseCoordinates(y, yaxis);
  const steps = [];
  for (let k = 0; k < x.length; k += 1) {
    if (!columns.has(x[k]) || !rows.has(y[k])) continue;
    const px = xaxis.d2p(x[k]),
      py = yaxis.d2p(y[k]);
    if (!(px > 0 && px < xaxis._length && py > 0 && py < yaxis._length)) continue;
    steps.push(arrow(px, py, xaxis.d2p(x[k] + across[k]) - px, yaxis.d2p(y[k] + up[k]) - py));
  }
  return steps.join("");
}

/**
 * An arrow whose middle is at (px, py), along (across, up); "" where it has no direction.
 *
 * @param {number} px
 * @param {number} py
 * @param {number} across
 * @param {number} up
 */
export function arrow(px, py, across, up) {
  const length = Math.hypot(across, up);
  if (!(length > 0)) return "";
  const dx = across / length,
    dy = up / length;
  const half = ARROW_LENGTH / 2,
    { back, aside } = ARROW_HEAD;
  const tip = [px + half * dx, py + half * dy];
  /** @type {(x: number, y: number) => string} */
  const point = (x, y) => `${x.toFixed(1)} ${y.toFixed(1)}`;
  /** @param {number} side */
  const barb = (side) => point(tip[0] - back * dx - side * dy, tip[1] - back * dy + side * dx);
  const end = point(tip[0], tip[1]);
  return `M${point(px - half * dx, py - half * dy)}L${end}M${barb(aside)}L${end}L${barb(-aside)}`;
}

/**
 * The points of a cloud at a time, each a line of no length, which round ends make a dot.
 *
 * @param {{ run: Samples, x: string, y: string }} line
 * @param {Pick<PlotlyAxis, "d2p">} xaxis
 * @param {Pick<PlotlyAxis, "d2p">} yaxis
 * @param {number} time
 */
export function cloudPath({ run, x, y }, xaxis, yaxis, time) {
  const xs = rowAtTime(run, x, time),
    ys = rowAtTime(run, y, time),
    steps = [];
  for (let k = 0; k < xs.length; k += 1) {
    const px = xaxis.d2p(xs[k]),
      py = yaxis.d2p(ys[k]);
    if (Math.abs(px) < FAR && Math.abs(py) < FAR) steps.push(`M${px.toFixed(1)} ${py.toFixed(1)}h0`);
  }
  return steps.join("");
}

/**
 * The line of a trajectory up to a time, or its band, which goes back along another column. A row of a table is whole.
 *
 * @param {{ run: Samples, x: string, y: string, from?: string }} line
 * @param {Pick<PlotlyAxis, "d2p" | "type">} xaxis
 * @param {Pick<PlotlyAxis, "d2p">} yaxis
 * @param {number} time
 */
export function linePath({ run, x, y, from }, xaxis, yaxis, time) {
  const xs = rowAtTime(run, x, time),
    ys = rowAtTime(run, y, time);
  const isRow = ys !== run.columns[y];
  const times = /** @type {Numbers | undefined} */ (run.columns[run.clock]) ?? [];
  const count = isRow ? ys.length : bisectRight(times, time);
  const pen = new Pen(xaxis, yaxis);
  for (let k = 0; k < count; k += 1) pen.lineTo(xs[k], ys[k]);
  if (!isRow && count > 0 && count < xs.length)
    pen.lineTo(interpolate(run, x, time) ?? NaN, interpolate(run, y, time) ?? NaN);
  if (from) {
    const lows = rowAtTime(run, from, time);
    for (let k = count - 1; k >= 0; k -= 1) pen.lineTo(xs[k], lows[k]);
  }
  return pen.path;
}

/**
 * The line through points; a point without a number is a gap.
 *
 * @param {ArrayLike<number | null>} xs
 * @param {ArrayLike<number | null>} ys
 * @param {Pick<PlotlyAxis, "d2p" | "type">} xaxis
 * @param {Pick<PlotlyAxis, "d2p">} yaxis
 */
export function polyline(xs, ys, xaxis, yaxis) {
  const pen = new Pen(xaxis, yaxis);
  for (let k = 0; k < xs.length; k += 1) pen.lineTo(xs[k] ?? NaN, ys[k] ?? NaN);
  return pen.path;
}

/** Draws the lines of a path from values on two axes. */
class Pen {
  /**
   * @param {Pick<PlotlyAxis, "d2p" | "type">} xaxis
   * @param {Pick<PlotlyAxis, "d2p">} yaxis
   */
  constructor(xaxis, yaxis) {
    this.xaxis = xaxis;
    this.yaxis = yaxis;
    /** @type {(string | number)[]} */
    this.steps = [];
    this.isDown = false; // whether it is on the last point
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  lineTo(x, y) {
    const { xaxis, yaxis } = this;
    const px = x === 0 && xaxis.type === "log" ? -FAR : xaxis.d2p(x);
    const py = yaxis.d2p(y);
    const exists = Number.isFinite(px) && Number.isFinite(py);
    if (exists) this.steps.push(this.isDown ? "L" : "M", tenths(px), " ", tenths(Math.min(Math.max(py, -FAR), FAR)));
    this.isDown = exists;
  }

  get path() {
    return this.steps.join("");
  }
}

/**
 * Plotly's dashes in pixels, as an attribute of SVG.
 *
 * @param {{ dash?: string, width: number }} line
 */
export function dashArray({ dash = "solid", width }) {
  if (dash === "solid") return "none";
  const unit = Math.max(width, 3);
  const named = /** @type {Record<string, number[]>} */ ({ dot: [1, 1], dash: [3, 3], dashdot: [3, 1, 1, 1] })[dash];
  return named ? named.map((part) => part * unit).join(" ") : dash.replaceAll("px", "");
}
