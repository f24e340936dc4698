// What a step of a lecture points to: shapes under and over a figure.
import { svgElement } from "../render/svg.mjs";

/** @import { FigureView } from "../render/figure_renderer.mjs" */
/** @import { StreamResult } from "../core/stream_result.mjs" */
/** @import { Mark } from "../types/view.d.ts" */

/**
 * Whether a mark is a line, which lies under the figure.
 *
 * @param {Mark} mark
 */
export const isLine = (mark) => ["trace", "run", "level"].some((kind) => kind in mark);

/**
 * The shapes of a mark in the first figure: points, levels and curves are places there.
 *
 * @param {Mark} mark
 * @param {FigureView} figure
 * @param {StreamResult} result
 * @returns {SVGElement[]}
 */
export function shapesInPlane(mark, { gd, lines }, result) {
  const { xaxis, yaxis } = gd._fullLayout;
  /** @param {SVGElement[]} shapes */
  const within = (...shapes) => [
    svgElement("svg", { x: xaxis._offset, y: yaxis._offset, width: xaxis._length, height: yaxis._length }, ...shapes),
  ];
  const { trace, run, point, level } = mark;
  if (trace) {
    const traces = gd._fullData.filter(({ name, visible }) => visible && name.startsWith(trace));
    return within(...traces.map(({ x, y }) => curve(x, y, xaxis, yaxis)));
  }
  if (run !== undefined) {
    const curves = (lines ?? []).filter((line) => line.run === result.trajectories[run]);
    return within(
      ...curves.map(({ x, y }) =>
        curve(result.trajectories[run].columns[x] ?? [], result.trajectories[run].columns[y] ?? [], xaxis, yaxis),
      ),
    );
  }
  if (point) {
    const cx = xaxis._offset + xaxis.d2p(point[0]),
      cy = yaxis._offset + yaxis.d2p(point[1]);
    return [svgElement("circle", { cx, cy, r: 13 })];
  }
  if (level === undefined) return [];
  const y = yaxis.d2p(level);
  return within(svgElement("line", { x1: 0, x2: xaxis._length, y1: y, y2: y }));
}

/**
 * The frame around a row of the panels.
 *
 * @param {number} row from 0 at the bottom
 * @param {FigureView} figure
 * @returns {SVGElement[]}
 */
export function rowFrame(row, { gd }) {
  const axis = gd._fullLayout[row ? `yaxis${row + 1}` : "yaxis"];
  if (!axis) return [];
  const width = gd.clientWidth - 8,
    height = axis._length + 12;
  return [svgElement("rect", { x: 4, y: axis._offset - 6, width, height, rx: 8 })];
}

/**
 * @param {ArrayLike<any>} x
 * @param {ArrayLike<any>} y
 * @param {any} xaxis
 * @param {any} yaxis
 */
function curve(x, y, xaxis, yaxis) {
  let pen = "M",
    d = "";
  for (let k = 0; k < Math.min(x.length, y.length); k += 1) {
    const px = x[k] === null ? NaN : xaxis.d2p(x[k]),
      py = y[k] === null ? NaN : yaxis.d2p(y[k]);
    if (!Number.isFinite(px) || !Number.isFinite(py)) {
      pen = "M";
      continue;
    }
    d += `${pen}${px.toFixed(1)} ${py.toFixed(1)}`;
    pen = "L";
  }
  return svgElement("path", { d });
}
