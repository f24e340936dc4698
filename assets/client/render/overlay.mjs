// What is drawn under and over a figure of plotly: the vector field, the cells of a map, the time cursor, trajectories
// up to it, and while a slider moves the figure itself. Plotly takes ten times as long for any of them.
import { interpolate } from "../core/columns.mjs";
import { axisNames } from "./figure_traces.mjs";
import { Heatmap } from "./heatmap.mjs";
import { arrowsPath, cloudPath, dashArray, linePath } from "./paths.mjs";
import { sketch } from "./sketch.mjs";
import { svgElement } from "./svg.mjs";

/** @import { GraphDiv } from "../types/globals.d.ts" */
/** @import { Trace } from "../types/stream.d.ts" */
/** @import { TrajectoryLine } from "./figure_traces.mjs" */
/** @import { Cells } from "./heatmap.mjs" */
/** @import { PlotlyAxis, VectorField } from "./paths.mjs" */

const CURSOR_RADIUS = 5; // pixels of a dot
const CLOUD_DIAMETER = 5; // pixels of a point

export class Overlay {
  /** @param {GraphDiv} gd */
  constructor(gd) {
    this.gd = gd;
    this.under = svgElement("svg", { class: "layer", "aria-hidden": "true" });
    this.over = svgElement("svg", { class: "layer over", "aria-hidden": "true" });
    /** @type {{ frame: HTMLElement, canvas: HTMLCanvasElement } | null} */
    this.grid = null; // the canvas of a map's cells, and the frame that clips it
    gd.before(this.under);
    gd.after(this.over);
    /** @type {{ field: VectorField, axes: string } | null} */
    this.drawnField = null;
    /** @type {{ cells: Cells, dark: boolean } | null} */
    this.drawnCells = null;
    /** @type {SVGElement[]} */
    this.hidden = []; // of plotly's drawing
    /** @type {unknown[]} */
    this.hiddenFor = [false, false, null]; // what that depends on
    /** @type {{ below: SVGElement[], above: SVGElement[] }} */
    this.sketched = { below: [], above: [] }; // what is drawn under and over the lines
  }

  /**
   * Draw traces in place of all of plotly's, or show plotly's again; `drawLines` completes it.
   *
   * @param {Trace[] | null} traces other than those of trajectories
   */
  sketch(traces) {
    const full = this.gd._fullLayout;
    this.gd.classList.toggle("sketched", traces !== null);
    /** @type {(chosen: Trace[]) => SVGElement[]} */
    const drawAll = (chosen) => chosen.flatMap((trace) => sketchElements(trace, full));
    this.sketched = {
      below: drawAll((traces ?? []).filter(({ mode }) => mode === "lines")),
      above: drawAll((traces ?? []).filter(({ mode }) => mode !== "lines")),
    };
  }

  /**
   * Draw a vector field as arrows.
   *
   * @param {VectorField | null} field
   * @param {string} color
   */
  drawField(field, color) {
    const full = this.gd._fullLayout;
    if (!field || !full || !full.xaxis || !full._size) {
      this.under.replaceChildren();
      this.drawnField = null;
      return;
    }
    const { xaxis, yaxis } = full;
    const axes = JSON.stringify([
      xaxis.range,
      yaxis.range,
      xaxis._offset,
      yaxis._offset,
      xaxis._length,
      yaxis._length,
      color,
    ]);
    if (this.drawnField && this.drawnField.axes === axes && this.drawnField.field === field) return;
    this.drawnField = { field, axes };
    const arrows = svgElement("path", { d: arrowsPath(field, xaxis, yaxis), fill: "none", stroke: color });
    this.under.replaceChildren(subplot(xaxis, yaxis, arrows));
  }

  /**
   * Draw the cells of a map, each as a pixel that the browser enlarges.
   *
   * @param {Cells | null} cells
   * @param {boolean} dark
   * @param {(color: string) => string} themeColor
   */
  drawCells(cells, dark, themeColor) {
    const full = this.gd._fullLayout;
    if (!cells || !full || !full._size) {
      if (this.grid) this.grid.frame.hidden = true;
      return;
    }
    this.grid ??= this.createGrid();
    const { frame, canvas } = this.grid;
    const { xaxis, yaxis } = full;
    if (!this.drawnCells || this.drawnCells.cells !== cells || this.drawnCells.dark !== dark) {
      Heatmap.paint(canvas, cells, themeColor);
      this.drawnCells = { cells, dark };
    }
    frame.hidden = false;
    setPixels(frame.style, { left: xaxis._offset, top: yaxis._offset, width: xaxis._length, height: yaxis._length });
    setPixels(canvas.style, Heatmap.rectangle(cells, xaxis, yaxis));
  }

  /** @private */
  createGrid() {
    const frame = document.createElement("div"),
      canvas = document.createElement("canvas");
    frame.className = "cells-frame";
    frame.setAttribute("aria-hidden", "true");
    canvas.className = "cells";
    frame.append(canvas);
    this.gd.before(frame);
    return { frame, canvas };
  }

  /**
   * Draw the trajectories up to a time in place of plotly's lines, and the line and the dots of the cursor.
   *
   * @param {TrajectoryLine[]} lines
   * @param {number | null} cutAt time up to which lines are drawn; null where plotly's are shown
   * @param {number | null} time of the cursor; null where there is none
   */
  drawLines(lines, cutAt, time) {
    const isSketched = this.gd.classList.contains("sketched"); // all of plotly's drawing is hidden
    this.hideTraces(cutAt !== null && !isSketched, time !== null && !isSketched);
    const full = this.gd._fullLayout;
    if (!full || !full._size || (cutAt === null && time === null)) {
      if (this.over.firstChild) this.over.replaceChildren();
      return;
    }
    const curves = lines.map((line) => curveElement(line, full, cutAt, time));
    const dots = time === null ? [] : lines.map((line) => dotElement(line, full, time));
    const cursor = time !== null && lines.some(({ run, x }) => x === run.clock) ? cursorElement(full, time) : null;
    const { below, above } = this.sketched;
    const elements = [cursor, ...below, ...curves, ...above, ...dots].filter((element) => element !== null);
    this.over.replaceChildren(...elements);
  }

  /**
   * Hide plotly's own drawing of trajectories, or show it again.
   *
   * @param {boolean} lines whether lines and ends are hidden
   * @param {boolean} clouds whether clouds are
   */
  hideTraces(lines, clouds) {
    const causes = [lines, clouds, this.gd._fullData];
    if (causes.every((cause, k) => cause === this.hiddenFor[k])) return; // each frame of the player
    this.hiddenFor = causes;
    // Plotly may have used the elements for other traces since.
    for (const element of this.hidden.splice(0)) element.style.display = "";
    if (!lines && !clouds) return;
    for (const { meta, uid } of this.gd._fullData || []) {
      const node = meta && /** @type {SVGElement | null} */ (this.gd.querySelector(`.trace${uid}`));
      if (!node) continue;
      if (meta.role === "cloud" ? clouds : lines) this.hidden.push(...hideable(node, meta.role));
    }
    for (const element of this.hidden) element.style.display = "none";
  }
}

/**
 * What shows the times after the cursor in plotly's drawing of a trace: a line or a cloud, or of marks the second half,
 * which are ends.
 *
 * @param {SVGElement} node
 * @param {string} role
 */
function hideable(node, role) {
  if (role === "line" || role === "cloud") return [node];
  const points = /** @type {SVGElement[]} */ ([...node.querySelectorAll(".point")]);
  return points.slice(Math.ceil(points.length / 2));
}

/**
 * @param {CSSStyleDeclaration} style
 * @param {Record<string, number>} values in pixels
 */
function setPixels(style, values) {
  for (const [name, value] of Object.entries(values)) style.setProperty(name, `${value}px`);
}

/**
 * An element that is clipped to the rectangle of two axes.
 *
 * @param {PlotlyAxis} xaxis
 * @param {PlotlyAxis} yaxis
 * @param {SVGElement[]} content
 */
const subplot = (xaxis, yaxis, ...content) =>
  svgElement("svg", { x: xaxis._offset, y: yaxis._offset, width: xaxis._length, height: yaxis._length }, ...content);

/**
 * The elements of a trace; markers and texts may reach over the edges of the axes.
 *
 * @param {Trace} trace
 * @param {Record<string, any>} layout
 */
function sketchElements(trace, layout) {
  const axes = axesOf(axisNames(trace), layout);
  if (!axes) return [];
  const { xaxis, yaxis } = axes;
  const elements = sketch(trace, xaxis, yaxis, layout.font.family);
  const clipped = subplot(xaxis, yaxis, ...elements);
  if (trace.mode !== "lines") clipped.style.overflow = "visible";
  return elements.length ? [clipped] : [];
}

/**
 * The axes of a trajectory in plotly's layout; null in a row of which plotly has drawn nothing yet.
 *
 * @param {Pick<TrajectoryLine, "xaxis" | "yaxis">} trajectory
 * @param {Record<string, PlotlyAxis | undefined>} layout
 */
function axesOf(trajectory, layout) {
  const xaxis = layout[trajectory.xaxis],
    yaxis = layout[trajectory.yaxis];
  return xaxis && yaxis ? { xaxis, yaxis } : null;
}

/**
 * The cloud of a trajectory at the cursor, or its line up to a time; null where it is not drawn.
 *
 * @param {TrajectoryLine} trajectory
 * @param {Record<string, PlotlyAxis | undefined>} layout
 * @param {number | null} cutAt
 * @param {number | null} time
 */
function curveElement(trajectory, layout, cutAt, time) {
  const axes = axesOf(trajectory, layout);
  const until = trajectory.cloud ? (time ?? cutAt) : cutAt;
  if (!axes || until === null) return null;
  const { xaxis, yaxis } = axes;
  const path = trajectory.cloud
    ? cloudElement(trajectory, cloudPath(trajectory, xaxis, yaxis, until))
    : lineElement(trajectory, linePath(trajectory, xaxis, yaxis, until));
  return subplot(xaxis, yaxis, path);
}

/**
 * @param {TrajectoryLine} trajectory
 * @param {string} d
 */
const cloudElement = ({ line, opacity }, d) =>
  svgElement("path", {
    d,
    stroke: line.color,
    "stroke-width": CLOUD_DIAMETER,
    "stroke-linecap": "round",
    "stroke-opacity": opacity,
  });

/**
 * @param {TrajectoryLine} trajectory
 * @param {string} d
 */
const lineElement = ({ line, from, opacity }, d) =>
  svgElement("path", {
    d,
    fill: from ? line.color : "none",
    "fill-opacity": opacity,
    stroke: line.color,
    "stroke-width": line.width,
    "stroke-dasharray": dashArray(line),
    "stroke-linejoin": "round",
  });

/**
 * The dot of the cursor on a line; null outside the axes, on bands and in clouds.
 *
 * @param {TrajectoryLine} trajectory
 * @param {Record<string, PlotlyAxis | undefined>} layout
 * @param {number} time
 */
function dotElement(trajectory, layout, time) {
  const { run, x, y, from, cloud, line } = trajectory;
  const axes = axesOf(trajectory, layout);
  if (!axes || from || cloud) return null;
  const { xaxis, yaxis } = axes;
  const px = xaxis.d2p(interpolate(run, x, time) ?? NaN);
  const py = yaxis.d2p(interpolate(run, y, time) ?? NaN);
  if (!(px >= 0 && px <= xaxis._length && py >= 0 && py <= yaxis._length)) return null;
  return svgElement("circle", {
    cx: xaxis._offset + px,
    cy: yaxis._offset + py,
    r: CURSOR_RADIUS,
    fill: line.color,
  });
}

/**
 * The line of the cursor over all panels; null outside the axis.
 *
 * @param {{ xaxis: PlotlyAxis, _size: { t: number, h: number } }} layout
 * @param {number} time
 */
function cursorElement({ xaxis, _size }, time) {
  const px = xaxis.d2p(time);
  if (!(px >= 0 && px <= xaxis._length)) return null;
  const x = xaxis._offset + px;
  return svgElement("line", { x1: x, x2: x, y1: _size.t, y2: _size.t + _size.h });
}
