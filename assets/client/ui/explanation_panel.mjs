// Why a trajectory has its fate: causes under its sentence, each with a button that highlights on the page what it is
// about.
import { decodeColumns, interpolate } from "../core/columns.mjs";
import { svgElement } from "../render/svg.mjs";
import { createElement, getElement, typeset } from "./dom.mjs";

/** @import { Decoded } from "../core/columns.mjs" */
/** @import { ViewController } from "../pages/view_controller.mjs" */
/** @import { FigureView } from "../render/figure_renderer.mjs" */
/** @import { Cause, Highlight } from "../types/stream.d.ts" */

/**
 * A curve as a path of SVG, with gaps where it has no finite height.
 *
 * @param {ArrayLike<number>} x
 * @param {ArrayLike<number>} y
 * @param {(x: number) => number} toPixelX
 * @param {(y: number) => number} toPixelY
 */
export function curvePath(x, y, toPixelX, toPixelY) {
  let command = "M";
  let path = "";
  for (let k = 0; k < x.length; k += 1) {
    if (!Number.isFinite(y[k])) {
      command = "M";
      continue;
    }
    path += `${command}${toPixelX(x[k]).toFixed(1)} ${toPixelY(y[k]).toFixed(1)}`;
    command = "L";
  }
  return path;
}

export class ExplanationPanel {
  /** @param {ViewController} page */
  constructor(page) {
    this.page = page;
    /** @type {Decoded<Cause>[][]} */
    this.causes = []; // of each trajectory
    /** @type {number | null} */
    this.openRun = null; // the trajectory whose causes are open
    /** @type {{ run: number, cause: number } | null} */
    this.highlighted = null; // the cause that is highlighted
    /** @type {Record<string, SVGElement>} */
    this.layers = {}; // by the names of figures
  }

  /**
   * Adds causes to the items of the sentences. What was open and highlighted stays so, and what had the focus has it.
   *
   * @param {HTMLElement[]} items
   * @param {Cause[][] | undefined} causes not every view has them
   */
  render(items, causes) {
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.cause;
    this.causes = causes ? decodeColumns(causes) : items.map(() => []);
    items.forEach((item, run) => {
      if (this.causes[run].length) item.append(" ", this.disclosure(run));
    });
    /** @type {HTMLElement | null} */
    const successor = focused ? document.querySelector(`[data-cause="${focused}"]`) : null;
    successor?.focus({ preventScroll: true });
    if (!this.highlight) this.highlighted = null;
    this.update();
  }

  /**
   * The causes of a trajectory, which open on demand; at most one trajectory's are open.
   *
   * @param {number} run
   */
  disclosure(run) {
    const causes = this.causes[run].map(({ text, show }, cause) => {
      const item = createElement("li", {}, ...typeset(text));
      if (Object.keys(show).length) item.append(" ", this.showButton(run, cause, text));
      return item;
    });
    const summary = createElement("summary", { textContent: "why", data: { cause: `${run}` } });
    const details = createElement(
      "details",
      { className: "why", name: "why", open: this.openRun === run },
      summary,
      createElement("ul", { className: "causes" }, ...causes),
    );
    details.ontoggle = () => {
      if (!details.isConnected) return;
      if (details.open) this.openRun = run;
      else if (this.openRun === run) this.openRun = null;
      if (!details.open && this.highlighted?.run === run) this.clear();
    };
    return details;
  }

  /**
   * @param {number} run
   * @param {number} cause
   * @param {string} text
   */
  showButton(run, cause, text) {
    return createElement("button", {
      type: "button",
      className: "show",
      textContent: "show",
      data: { cause: `${run}:${cause}` },
      aria: { label: `Show: ${text}`, pressed: "false" },
      onclick: () => this.toggle(run, cause),
    });
  }

  /**
   * What is highlighted; null without a highlighted cause, or where the trajectory has it no more.
   *
   * @returns {Decoded<Highlight> | null}
   */
  get highlight() {
    if (!this.highlighted) return null;
    const { run, cause } = this.highlighted;
    return this.causes[run]?.[cause]?.show ?? null;
  }

  /**
   * Highlights a cause, and brings into sight what it is about; or ends that.
   *
   * @param {number} run
   * @param {number} cause
   */
  toggle(run, cause) {
    const isSame = this.highlighted?.run === run && this.highlighted.cause === cause;
    this.clear();
    if (isSame) return;
    this.highlighted = { run, cause };
    const { control, panel, points, lines, level, times } = this.causes[run][cause].show;
    if (panel) this.page.change({ panel });
    if (control) this.scrollToControl(document.getElementById(`${control}-row`));
    if (panel || times) this.scrollToFigure("panels");
    if (points || lines || level !== undefined) this.scrollToFigure("plane");
    this.update();
  }

  /** @param {string} name */
  scrollToFigure(name) {
    getElement(this.page.view.figures[name].id).scrollIntoView({ block: "nearest" });
  }

  /**
   * Brings a control into sight; on a narrow screen it is in a drawer.
   *
   * @param {HTMLElement | null} row
   */
  scrollToControl(row) {
    if (!row) return;
    if (!row.checkVisibility()) getElement("controls").classList.add("open");
    row.scrollIntoView({ block: "nearest" });
  }

  /** Highlights nothing. */
  clear() {
    this.highlighted = null;
    this.update();
  }

  /** Buttons, control and figures follow what is highlighted. */
  update() {
    const { highlighted, highlight } = this;
    const pressed = highlighted && `${highlighted.run}:${highlighted.cause}`;
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".show"))) {
      button.setAttribute("aria-pressed", String(button.dataset.cause === pressed));
    }
    for (const row of document.querySelectorAll(".control.lit")) row.classList.remove("lit");
    if (highlight?.control) document.getElementById(`${highlight.control}-row`)?.classList.add("lit");
    this.draw();
  }

  /** Draws the highlight over the figures. */
  draw() {
    this.drawOver("plane", (figure, highlight) => this.planeShapes(figure, highlight));
    this.drawOver("panels", (figure, highlight) => this.panelShapes(figure, highlight));
  }

  /**
   * @param {string} name of a figure
   * @param {(figure: FigureView, highlight: Decoded<Highlight>) => Element[]} shapesOf
   */
  drawOver(name, shapesOf) {
    const figure = this.page.renderer.figures[name];
    if (!figure?.gd?._fullLayout?.xaxis) return;
    const { highlight } = this;
    const shapes = highlight ? shapesOf(figure, highlight) : [];
    let layer = this.layers[name];
    if (!shapes.length && !layer) return;
    if (!layer?.isConnected) {
      layer = this.layers[name] = svgElement("svg", { class: "layer spot", "aria-hidden": "true" });
      figure.gd.after(layer);
    }
    layer.replaceChildren(...shapes);
  }

  /**
   * The highlight in the plane: rings at points and at the trajectory's points at certain times, lines, and a level.
   *
   * @param {FigureView} figure
   * @param {Decoded<Highlight>} highlight
   */
  planeShapes({ gd }, { points = [], lines = [], level, times = [] }) {
    const { xaxis, yaxis } = gd._fullLayout;
    const left = xaxis._offset,
      top = yaxis._offset;
    const inner = svgElement("svg", { x: left, y: top, width: xaxis._length, height: yaxis._length });
    /** @type {(axis: any) => (value: number) => number} */
    const toPixel = (axis) => (value) => axis.d2p(value);
    for (const { x, y } of lines)
      inner.append(svgElement("path", { d: curvePath(x, y, toPixel(xaxis), toPixel(yaxis)) }));
    const rings = [...points, ...times.map((time) => this.trajectoryPoint(time))]
      .filter(([x, y]) => x !== null && y !== null)
      .map(([x, y]) =>
        svgElement("circle", {
          cx: left + xaxis.d2p(x),
          cy: top + Math.min(Math.max(yaxis.d2p(y), 0), yaxis._length),
          r: 11,
        }),
      );
    const height = level === undefined ? NaN : yaxis.d2p(level);
    if (height >= 0 && height <= yaxis._length)
      inner.append(svgElement("line", { x1: 0, x2: xaxis._length, y1: height, y2: height }));
    return [inner, ...rings];
  }

  /**
   * The coordinates in the plane of the highlighted trajectory at a time; null where it has none.
   *
   * @param {number} time
   */
  trajectoryPoint(time) {
    const trajectory = this.highlighted && this.page.renderer.result.trajectories[this.highlighted.run];
    return this.page.view.trajectory_axes.map((name) => (trajectory ? interpolate(trajectory, name, time) : null));
  }

  /**
   * The highlight on panels over time: times, as lines from top to bottom.
   *
   * @param {FigureView} figure
   * @param {Decoded<Highlight>} highlight
   */
  panelShapes({ gd, lines }, { times = [] }) {
    const { xaxis, _size } = gd._fullLayout;
    if (!lines?.some(({ x }) => x === this.page.view.time.column)) return [];
    return times
      .map((time) => xaxis._offset + xaxis.d2p(time))
      .filter(Number.isFinite)
      .map((x) => svgElement("line", { x1: x, x2: x, y1: _size.t, y2: _size.t + _size.h }));
  }
}
