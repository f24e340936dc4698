// The traces of a figure: the server's, with the columns of trajectories. The `meta` of a trace says what it shows:
// columns x and y of a trajectory, and with `from` the band from that column to y; with the role "cloud" the rows of
// two tables at the cursor; with `layer` it is shown only while the state's layers have it.
import { bandOutline, rowAtTime } from "../core/columns.mjs";
import { fitLabels, spreadLabels } from "./labels.mjs";
import { enlarge, withThemeColors } from "./styles.mjs";

/** @import { Columns, Numbers } from "../core/columns.mjs" */
/** @import { Scene, Trajectory } from "../core/stream_result.mjs" */
/** @import { Layout, Meta, Trace } from "../types/stream.d.ts" */
/** @import { State } from "../types/view.d.ts" */
/** @import { FigureContext } from "./figure_layout.mjs" */
/** @import { Size } from "./labels.mjs" */

/**
 * A line, a band or a cloud of a trajectory, as the overlay draws it: columns x and y, and `from` of a band.
 *
 * @typedef {object} TrajectoryLine
 * @property {Trajectory} run
 * @property {string} x
 * @property {string} y
 * @property {string} [from]
 * @property {boolean} cloud
 * @property {number} opacity
 * @property {string} xaxis name in plotly's layout
 * @property {string} yaxis
 * @property {{ color: string, width: number, dash?: string }} line
 */

/** Data of a line without samples yet: plotly places no axis that has no point at all. */
const NO_DATA = { x: [null], y: [null] };

/**
 * Whether the layer of a trace, if it has one, is chosen.
 *
 * @param {Meta | undefined} meta
 * @param {State} state
 */
const isInLayers = (meta, { layers }) => !meta?.layer || layers.includes(meta.layer);

/**
 * The columns of a trace, with those that the display parameters replace.
 *
 * @param {Meta} meta
 * @param {Record<string, string>} columns in the place of others
 */
function columnNames({ x = "", y = "", from }, columns) {
  return { x: columns[x] || x, y: columns[y] || y, from: from && (columns[from] || from) };
}

/**
 * The names that the axes of a trace have in plotly's layout.
 *
 * @param {Trace | { xaxis?: string, yaxis?: string }} trace
 */
export const axisNames = ({ xaxis = "x", yaxis = "y" }) => ({
  xaxis: xaxis.replace("x", "xaxis"),
  yaxis: yaxis.replace("y", "yaxis"),
});

/**
 * The lines of all trajectories in a figure that have samples.
 *
 * @param {string} name of the figure
 * @param {Record<string, string>} columns in the place of others
 * @param {FigureContext} context
 * @returns {TrajectoryLine[]}
 */
export function trajectoryLines(name, columns, { view, state, trajectories, dark, enlargement }) {
  /** @type {TrajectoryLine[]} */
  const lines = [];
  for (const run of trajectories) {
    for (const { meta, xaxis, yaxis, line, opacity = 1 } of run.traces[name] ?? []) {
      if (!meta || !isInLayers(meta, state)) continue;
      const names = columnNames(meta, columns);
      if (!run.columns[names.x] || !run.columns[names.y]) continue;
      lines.push({
        run,
        ...names,
        cloud: meta.role === "cloud",
        opacity,
        ...axisNames({ xaxis, yaxis }),
        line: enlarge({ line: withThemeColors(line, dark ? view.toDark : null) }, enlargement).line,
      });
    }
  }
  return lines;
}

/**
 * The traces of a figure: lines of the scene, trajectories, then names and marks, which lie above.
 *
 * @param {string} name of the figure
 * @param {Scene} scene
 * @param {Layout} layout
 * @param {Record<string, string>} columns in the place of others
 * @param {FigureContext} context
 * @param {Size} size of the figure
 * @returns {Trace[]}
 */
export function figureTraces(name, scene, layout, columns, context, size) {
  const { view, state, trajectories, dark, enlargement } = context;
  const runs = trajectories.flatMap((run) => (run.traces[name] ?? []).filter(({ meta }) => isInLayers(meta, state)));
  const below = scene.figure.data.filter(({ mode }) => mode === "lines"),
    above = scene.figure.data.filter(({ mode }) => mode !== "lines");
  return [...below, ...runs, ...above].map((source) => {
    const trace = enlarge(withThemeColors(source, dark ? view.toDark : null), enlargement);
    if (!trace.meta) return trace;
    const { role } = trace.meta;
    if (role === "regions") return fitLabels(trace, layout, size);
    if (role === "names") return spreadLabels(trace, layout, size, enlargement);
    const names = columnNames(trace.meta, columns);
    trace.meta = { ...trace.meta, x: names.x, y: names.y };
    if (role === "marks") return addEndMarkers(trace, layout.yaxis.range, trajectories);
    return Object.assign(trace, lineData(role, trajectories[trace.meta.run ?? 0], names));
  });
}

/**
 * The data of a line, a band or a cloud with all samples that have arrived.
 *
 * @param {Meta["role"]} role
 * @param {Trajectory} run
 * @param {{ x: string, y: string, from?: string }} names of columns
 */
function lineData(role, run, { x, y, from }) {
  const [xs, ys] = [x, y].map((name) => rowAtTime(run, name, null));
  if (!xs.length || !ys.length) return NO_DATA;
  if (role === "cloud") return { x: Array.from(xs), y: Array.from(ys) };
  return from ? bandOutline(run, x, y, from) : { x: xs, y: ys };
}

/**
 * Add the ends of trajectories to a trace of their starts. Its symbols are those of the starts, then those of the ends;
 * `meta.ends` names the columns of each end where they are not the same ones of one trajectory after the other.
 *
 * @param {Trace} trace is changed
 * @param {[number, number]} range of the y axis
 * @param {{ columns: Columns, complete: boolean }[]} trajectories
 */
export function addEndMarkers(trace, range, trajectories) {
  const { x = "", y = "", ends: declared } = trace.meta ?? {};
  const starts = trace.x.length;
  const symbol = [...trace.marker.symbol];
  const ends = (declared ?? trajectories.slice(0, starts).map((_, run) => ({ run, x, y }))).map((end, index) => {
    const run = trajectories[end.run];
    const columns = run && run.complete ? run.columns : {};
    return endPoint(columnOf(columns, end.x), columnOf(columns, end.y), range, symbol[starts + index]);
  });
  ends.forEach((end, index) => {
    symbol[starts + index] = end.symbol || symbol[starts + index];
  });
  trace.x = [...trace.x, ...ends.map((end) => end.x)];
  trace.y = [...trace.y, ...ends.map((end) => end.y)];
  trace.marker = { ...trace.marker, symbol };
  return trace;
}

/**
 * The starts of trajectories without their ends.
 *
 * @param {Trace} trace of `addEndMarkers`
 * @returns {Trace}
 */
export function startsOf(trace) {
  const count = Math.ceil(trace.x.length / 2);
  return { ...trace, x: trace.x.slice(0, count), y: trace.y.slice(0, count) };
}

/**
 * @param {Columns} columns
 * @param {string} name
 */
const columnOf = (columns, name) => /** @type {Numbers | undefined} */ (columns[name]) ?? [];

/**
 * The last point of a trajectory, or the one where it leaves through the top or the bottom edge, with an arrow: a
 * filled one where the trajectory diverges, which is what its own symbol, triangle-up, says.
 *
 * @param {ArrayLike<number>} xs
 * @param {ArrayLike<number>} ys
 * @param {[number, number]} range of the y axis
 * @param {string} ownSymbol
 * @returns {{ x: number | null, y: number | null, symbol?: string }}
 */
export function endPoint(xs, ys, [low, high], ownSymbol) {
  let k = ys.length - 1;
  if (k < 0) return { x: null, y: null };
  if (ys[k] >= low && ys[k] <= high) return { x: xs[k], y: ys[k] };
  const edge = ys[k] > high ? high : low;
  while (k >= 0 && !(ys[k] <= high && ys[k] >= low)) k -= 1;
  if (k < 0) return { x: null, y: null };
  const share = (edge - ys[k]) / (ys[k + 1] - ys[k] || 1);
  const symbol = `triangle-${edge === high ? "up" : "down"}${ownSymbol === "triangle-up" ? "" : "-open"}`;
  return { x: xs[k] + share * (xs[k + 1] - xs[k]), y: edge, symbol };
}
