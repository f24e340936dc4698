// The layout of a figure: the server's, with the state's display parameters, the theme and the ranges of its data.
import { flatten } from "../core/columns.mjs";
import { enlarge, withThemeColors } from "./styles.mjs";

/** @import { Columns } from "../core/columns.mjs" */
/** @import { Scene, Trajectory } from "../core/stream_result.mjs" */
/** @import { Layout } from "../types/stream.d.ts" */
/** @import { State, View } from "../types/view.d.ts" */
/** @import { Size } from "./labels.mjs" */
/** @import { Enlargement } from "./styles.mjs" */

/**
 * What all figures of a page are drawn from.
 *
 * @typedef {object} FigureContext
 * @property {View} view
 * @property {State} state
 * @property {Trajectory[]} trajectories
 * @property {boolean} dark whether the theme is dark
 * @property {Enlargement | null} enlargement
 */

/**
 * What the display parameters of a state change in a figure: values of the layout by their paths, and columns in the
 * place of others.
 *
 * @typedef {{ layout: Record<string, unknown>, columns: Record<string, string> }} Patches
 */

/**
 * How a figure is shown.
 *
 * @typedef {object} Display
 * @property {string} window the field of the state that holds the zoomed window
 * @property {Size} size of the figure
 * @property {boolean} sized whether the layout states the size
 * @property {number} minLegendHeight pixels of a figure that has room for a legend
 * @property {boolean} touch whether the pointer is a finger
 * @property {Record<string, number[]> | null} previousRanges of axes, which are kept where they still fit
 */

const TITLE_HEIGHT = 48; // pixels of the ticks and the title of an x axis
const MAX_STRETCH = 1.5; // of a range that is kept, over the one that an axis would have
const MAX_WIDER_MARGIN = 24; // pixels by which a margin grows at most where type is larger

/**
 * What the display parameters of a state change in a figure, as the server declared it.
 *
 * @param {Pick<Scene, "display">} scene
 * @param {State} state
 * @returns {Patches}
 */
export function displayPatches(scene, state) {
  /** @type {Patches} */
  const patches = { layout: {}, columns: {} };
  for (const [parameter, choices] of Object.entries(scene.display)) {
    const patch = choices[state[parameter]] || {};
    Object.assign(patches.layout, patch.layout);
    Object.assign(patches.columns, patch.columns);
  }
  return patches;
}

/**
 * Return the layout of a figure, and the ranges of its axes.
 *
 * @param {Scene} scene
 * @param {Patches} patches
 * @param {FigureContext} context
 * @param {Display} display
 */
export function figureLayout(scene, patches, context, display) {
  const { view, state, dark, enlargement } = context;
  const layout = withThemeColors(scene.figure.layout, dark ? view.toDark : null);
  layout.template = structuredClone(view.templates[dark ? "dark" : "light"]);
  if (enlargement) enlargeLayout(layout, enlargement);
  for (const [path, value] of Object.entries(patches.layout)) setPath(layout, path, value);
  const previous = display.previousRanges ?? {};
  for (const [axis, range] of Object.entries(dataRanges(layout, patches.columns, context, previous)))
    layout[axis].range = range;
  const ranges = keepRanges(layout, previous);
  applyWindow(layout, state[display.window]);
  if (layout.showlegend && display.size.height < display.minLegendHeight) {
    // The pointer shows the names of lines.
    layout.showlegend = false;
    layout.margin.b = TITLE_HEIGHT;
  }
  if (display.sized) Object.assign(layout, display.size);
  layout.modebar = { uirevision: "kept" }; // a constant: plotly keeps what the user has chosen there
  if (display.touch) layout.dragmode = false; // a finger scrolls the page
  return { layout, ranges };
}

/**
 * Enlarge the type of a layout, and the margins that hold it.
 *
 * @param {Layout} layout is changed
 * @param {Enlargement} enlargement
 */
function enlargeLayout(layout, enlargement) {
  enlarge(layout, enlargement);
  for (const side of ["l", "b", "t", "r"])
    layout.margin[side] = Math.min(enlargement.type * layout.margin[side], layout.margin[side] + MAX_WIDER_MARGIN);
  for (const [name, axis] of Object.entries(layout))
    if (/^yaxis/.test(name) && axis.title)
      Object.assign(axis, { automargin: true, title: { ...axis.title, standoff: 10 } });
}

/**
 * @param {Layout} layout is changed
 * @param {string} path names of properties, joined by dots
 * @param {unknown} value
 */
function setPath(layout, path, value) {
  const names = path.split(".");
  const last = /** @type {string} */ (names.pop());
  const parent = names.reduce((/** @type {any} */ object, name) => object[name] || (object[name] = {}), layout);
  parent[last] = value;
}

/**
 * The ranges of the axes whose extent is that of columns.
 *
 * @param {Layout} layout
 * @param {Record<string, string>} columns
 * @param {FigureContext} context
 * @param {Record<string, number[]>} previousRanges
 */
function dataRanges(layout, columns, { view, trajectories }, previousRanges) {
  /** @type {Record<string, number[]>} */
  const ranges = {};
  for (const [axis, column] of Object.entries(layout.meta?.extent ?? {})) {
    const names = [column].flat().map((name) => columns[name] || name);
    const extent = columnExtent(trajectories, names, layout[axis].type === "log");
    if (!extent) ranges[axis] = layout[axis].range || (layout[axis].type === "log" ? [-1, 1] : [0, 1]);
    else if (names[0] === view.time.column) ranges[axis] = extent;
    else ranges[axis] = axisRange(extent, previousRanges[axis]);
  }
  return ranges;
}

/**
 * Keep the previous ranges of a layout's axes where they show the whole new ones and are at most half as long again, so
 * that axes stay while a slider moves. Return the ranges of all axes that have one.
 *
 * @param {Layout} layout is changed
 * @param {Record<string, number[]>} previousRanges
 */
export function keepRanges(layout, previousRanges) {
  /** @type {Record<string, number[]>} */
  const ranges = {};
  for (const [name, axis] of Object.entries(layout)) {
    if (!/^[xy]axis/.test(name) || !axis.range) continue;
    const [low, high] = axis.range,
      [from, to] = previousRanges[name] ?? [NaN, NaN];
    const fits = from <= low && high <= to && to - from <= MAX_STRETCH * (high - low);
    ranges[name] = axis.range = fits ? [from, to] : axis.range;
  }
  return ranges;
}

/**
 * The least and the largest value of columns over all trajectories, as decimal logarithms on a logarithmic axis, where
 * they span 12 decades at most; null without values.
 *
 * @param {{ columns: Columns }[]} trajectories
 * @param {string[]} names
 * @param {boolean} log
 * @returns {[number, number] | null}
 */
export function columnExtent(trajectories, names, log) {
  let low = Infinity,
    high = -Infinity;
  for (const { columns } of trajectories) {
    for (const name of names) {
      for (const value of flatten(columns[name] ?? [])) {
        if (!Number.isFinite(value) || (log && value <= 0)) continue;
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
  }
  if (low > high) return null;
  return log ? [Math.log10(Math.max(low, high * 1e-12)), Math.log10(high)] : [low, high];
}

/**
 * Return the range of an axis with a margin around an extent; the previous range where that shows the whole extent and
 * is at most half empty.
 *
 * @param {[number, number]} extent
 * @param {number[]} [previous]
 */
export function axisRange([low, high], previous) {
  if (previous && low >= previous[0] && high <= previous[1] && high - low >= (previous[1] - previous[0]) / 2)
    return previous;
  // While a slider moves, there is room for the values that may come next.
  const margin = (previous ? 0.2 : 0.07) * (high - low) || Math.max(Math.abs(high), 1) * 0.05;
  // Round outwards so that the axis seldom changes while a slider moves.
  const step = 10 ** Math.floor(Math.log10(high - low + 2 * margin)) / 5;
  return [Math.floor((low - margin) / step) * step, Math.ceil((high + margin) / step) * step];
}

/**
 * Zoom a layout to a window: from and to of x, and of y where the window has it.
 *
 * @param {Layout} layout is changed
 * @param {number[] | null} window
 */
function applyWindow({ xaxis, yaxis }, window) {
  if (!window || xaxis.fixedrange) return;
  const x = window.slice(0, 2),
    y = window.slice(2);
  if (xaxis.type !== "log") xaxis.range = x;
  else if (x[0] > 0) xaxis.range = x.map(Math.log10);
  if (y.length) yaxis.range = yaxis.type === "log" ? y.map(Math.log10) : y;
}

const MAX_MAGNIFICATION = 1e4; // also where the range is not stated

/**
 * How many times larger than a figure its whole ranges would be, across and up, at the scale of a zoomed window.
 *
 * @param {Layout | undefined} layout
 * @param {number[] | null | undefined} window from and to, of x and perhaps of y
 * @returns {[number, number]}
 */
export function magnification(layout, window) {
  const along = (/** @type {string} */ name, /** @type {number[]} */ ends) => {
    if (ends.length < 2) return 1;
    const { range, type } = layout?.[name] ?? {};
    if (!range) return MAX_MAGNIFICATION;
    const [from, to] = type === "log" ? ends.map(Math.log10) : ends;
    return Math.min(Math.max(1, Math.abs((range[1] - range[0]) / (to - from))), MAX_MAGNIFICATION);
  };
  return [along("xaxis", (window ?? []).slice(0, 2)), along("yaxis", (window ?? []).slice(2, 4))];
}
