// Traces as plotly draws them, without plotly, which takes ten times as long: what is shown while a slider moves.
import { dashArray, polyline } from "./paths.mjs";
import { svgElement } from "./svg.mjs";

/** @import { Trace } from "../types/stream.d.ts" */
/** @import { PlotlyAxis } from "./paths.mjs" */

/** Plotly's symbols for a radius, in the coordinates of a path around their middle. */
const SYMBOLS = /** @type {Record<string, (radius: number) => string>} */ ({
  circle: (r) => `M${r} 0A${r} ${r} 0 1 1 0 ${-r}A${r} ${r} 0 0 1 ${r} 0Z`,
  square: (r) => `M${r} ${r}H${-r}V${-r}H${r}Z`,
  diamond: (r) => `M${1.3 * r} 0L0 ${1.3 * r}L${-1.3 * r} 0L0 ${-1.3 * r}Z`,
  "triangle-up": (r) => `M${-TRIANGLE * r} ${r / 2}H${TRIANGLE * r}L0 ${-r}Z`,
  "triangle-down": (r) => `M${-TRIANGLE * r} ${-r / 2}H${TRIANGLE * r}L0 ${r}Z`,
  "x-thin": (r) => `M${r} ${r}L${-r} ${-r}M${r} ${-r}L${-r} ${r}`,
});
const TRIANGLE = 2 / Math.sqrt(3); // half a side over the radius
const DEFAULT_SIZE = 6; // pixels of a marker
const MODES = ["lines", "markers", "text"];
const ANCHORS = { left: "end", center: "middle", right: "start" };
// Baseline of a text beside its point, in font sizes, as plotly places it.
const BASELINES = { top: -0.25, middle: 0.25, bottom: 0.75 };
/** Attributes of the parts of a text between tags. */
const STYLES = /** @type {Record<string, Record<string, string>>} */ ({
  b: { "font-weight": "bold" },
  i: { "font-style": "italic" },
  sub: { "font-size": "70%" },
  sup: { "font-size": "70%" },
});
const LOWERED = /** @type {Record<string, number>} */ ({ sub: 0.21, sup: -0.42 }); // font sizes, as plotly has them
const TAG = /<(\/?)(\w+)>/;

/**
 * Whether a trace is of the kinds that are drawn here; the others are left to plotly.
 *
 * @param {Trace} trace
 */
export function canSketch({ type = "scatter", mode = "", fill = "none", line, marker = {}, text = "" }) {
  const isPlain = type === "scatter" && fill === "none" && !["hv", "spline"].includes(line?.shape);
  const parts = mode.split("+");
  if (!isPlain || !parts.every((/** @type {string} */ part) => MODES.includes(part))) return false;
  const symbols = parts.includes("markers") ? [marker.symbol ?? "circle"].flat() : [];
  const texts = parts.includes("text") ? [text].flat() : [];
  return symbols.every((symbol) => SYMBOLS[filled(symbol)]) && texts.every(hasOwnTags);
}

/**
 * Whether a text has no tags but those of `STYLES`.
 *
 * @param {string} text
 */
const hasOwnTags = (text) => text.split(TAG).every((word, k) => k % 3 !== 2 || STYLES[word]);

/**
 * The elements of a trace on two axes that plotly has drawn.
 *
 * @param {Trace} trace that `canSketch`
 * @param {PlotlyAxis} xaxis
 * @param {PlotlyAxis} yaxis
 * @param {string} fontFamily
 * @returns {SVGElement[]}
 */
export function sketch(trace, xaxis, yaxis, fontFamily) {
  const parts = trace.mode.split("+");
  const pixels = pointsOf(trace, xaxis, yaxis);
  const isInside = (/** @type {Point} */ { x, y }) => x >= 0 && x <= xaxis._length && y >= 0 && y <= yaxis._length;
  const points = pixels.filter(isInside);
  return [
    ...(parts.includes("lines") ? [lineElement(trace, xaxis, yaxis)] : []),
    ...(parts.includes("markers") ? points.map((point) => markerElement(trace.marker ?? {}, point)) : []),
    ...(parts.includes("text") ? points.map((point) => textElement(trace, point, fontFamily)) : []),
  ];
}

/** @typedef {{ x: number, y: number, index: number }} Point in pixels, and its number in the trace */

/**
 * @param {Trace} trace
 * @param {PlotlyAxis} xaxis
 * @param {PlotlyAxis} yaxis
 * @returns {Point[]}
 */
function pointsOf(trace, xaxis, yaxis) {
  if (trace.mode === "lines") return [];
  return Array.from(trace.x, (x, index) => ({ x: xaxis.d2p(x ?? NaN), y: yaxis.d2p(trace.y[index] ?? NaN), index }));
}

/**
 * @param {Trace} trace
 * @param {PlotlyAxis} xaxis
 * @param {PlotlyAxis} yaxis
 */
const lineElement = ({ x, y, line, opacity = 1 }, xaxis, yaxis) =>
  svgElement("path", {
    d: polyline(x, y, xaxis, yaxis),
    fill: "none",
    stroke: line.color,
    "stroke-width": line.width ?? 2,
    "stroke-opacity": opacity,
    "stroke-dasharray": dashArray({ dash: line.dash, width: line.width ?? 2 }),
    "stroke-linejoin": "round",
  });

/**
 * @param {Record<string, any>} marker
 * @param {Point} point
 */
function markerElement({ symbol = "circle", size = DEFAULT_SIZE, color, opacity = 1, line = {} }, { x, y, index }) {
  const own = styleOf(symbol, index);
  const hasFill = own === filled(own) && !own.endsWith("-thin");
  const width = styleOf(line.width ?? 0, index);
  return svgElement("path", {
    d: SYMBOLS[filled(own)](styleOf(size, index) / 2),
    transform: `translate(${x.toFixed(2)},${y.toFixed(2)})`,
    fill: hasFill ? styleOf(color, index) : "none",
    stroke: own.endsWith("-open") ? styleOf(color, index) : (styleOf(line.color, index) ?? "none"),
    "stroke-width": own.endsWith("-open") ? width || 1 : width,
    opacity: styleOf(opacity, index),
  });
}

/**
 * @param {Trace} trace
 * @param {Point} point
 * @param {string} fontFamily
 */
function textElement({ text, textposition = "middle center", textfont = {} }, { x, y, index }, fontFamily) {
  const [up, along] = /** @type {["top", "left"]} */ (styleOf(textposition, index).split(" "));
  const size = styleOf(textfont.size ?? 12, index);
  return svgElement(
    "text",
    {
      x: x.toFixed(2),
      y: (y + BASELINES[up] * size).toFixed(2),
      fill: styleOf(textfont.color, index),
      "text-anchor": ANCHORS[along],
      "font-family": textfont.family ?? fontFamily,
      "font-size": size,
      style: "white-space: pre",
    },
    ...spans(styleOf(text ?? "", index), size),
  );
}

/**
 * The parts of a text with plotly's tags.
 *
 * @param {string} text
 * @param {number} size of its font, in pixels
 */
function spans(text, size) {
  const [start, ...rest] = text.split(TAG);
  /** @type {string[]} */
  const open = [];
  const parts = [svgElement("tspan", {}, start)];
  let lowered = 0; // font sizes; Firefox knows no baseline-shift
  for (let k = 0; k < rest.length; k += 3) {
    const [slash, tag, words] = rest.slice(k, k + 3);
    if (slash) open.splice(open.lastIndexOf(tag), 1);
    else open.push(tag);
    if (!words) continue;
    const level = open.reduce((sum, name) => sum + (LOWERED[name] ?? 0), 0);
    const styles = open.map((name) => STYLES[name]);
    parts.push(svgElement("tspan", Object.assign({ dy: (level - lowered) * size }, ...styles), words));
    lowered = level;
  }
  return parts;
}

/**
 * A style of all points, or of one of them.
 *
 * @template T
 * @param {T | T[]} style
 * @param {number} index
 * @returns {T}
 */
const styleOf = (style, index) => (Array.isArray(style) ? style[index] : style);

/** @param {string} symbol */
const filled = (symbol) => symbol.replace(/-open$/, "");
