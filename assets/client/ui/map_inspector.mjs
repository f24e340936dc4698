// A map under inspection: what is under the pointer and why, the marker of the present parameters, and the trajectory of
// a point, in the view that shows it or beside the map.
import { axisValues, trajectoryQuery, withAxisValues } from "../core/link.mjs";
import { formatNumber } from "../core/numbers.mjs";
import { Heatmap } from "../render/heatmap.mjs";
import { createElement, getElement, typeset } from "./dom.mjs";
import { ExplanationRequest } from "./explanation_request.mjs";
import { ARROWS, PointerGestures, clamp } from "./pointer_gestures.mjs";

/** @import { FigureView } from "../render/figure_renderer.mjs" */
/** @import { ViewController } from "../pages/view_controller.mjs" */
/** @import { Style } from "../types/stream.d.ts" */
/** @import { Axis } from "../types/view.d.ts" */
/** @import { Point } from "./pointer_gestures.mjs" */

/**
 * Where a box beside the pointer begins: behind the pointer where there is room, else before it, inside the frame.
 *
 * @param {number} pointer coordinate in the frame
 * @param {number} size of the box
 * @param {number} frame its size
 * @param {number} gap between the pointer and the box
 */
export const besidePointer = (pointer, size, frame, gap) =>
  Math.max(pointer + gap + size > frame ? pointer - gap - size : pointer + gap, 4);

export class MapInspector extends PointerGestures {
  /**
   * @param {ViewController} page
   * @param {FigureView} figure
   */
  constructor(page, figure) {
    super(page, figure);
    this.tip = createElement("div", { className: "tip", hidden: true, aria: { hidden: "true" } });
    this.explanation = createElement("div", { className: "why" });
    /** @type {PointerEvent | null} */
    this.pointer = null; // the event that the tip is about
    this.marker = createElement("button", {
      type: "button",
      className: "marker",
      id: `${figure.id}-marker`,
      hidden: true,
    });
    this.gd.after(this.marker, this.tip);
    this.tipRequest = new ExplanationRequest(page);
    this.markerRequest = new ExplanationRequest(page);
    /** @type {string | null} */
    this.describedQuery = null; // of the trajectory that is described on the page
    /** @type {{ x: number, y: number } | null} */
    this.dragStart = null; // of the marker, while it is held
    this.isDragged = false; // whether it has moved since
    this.gd.addEventListener("pointermove", (event) => this.showTip(event));
    this.gd.addEventListener("pointerleave", () => this.hideTip());
    this.listenToMarker();
  }

  static ARROW_STEPS = [0.01, 0.05]; // shares of an axis that an arrow key moves the marker: plain, with Shift
  static TIP_GAP = 14; // pixels between the pointer and the tip

  listenToMarker() {
    const { marker } = this;
    marker.addEventListener("pointerdown", (event) => this.startDrag(event));
    marker.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel"])
      marker.addEventListener(end, () => {
        this.dragStart = null;
      });
    marker.addEventListener("keydown", (event) => this.onMarkerKey(event));
    marker.addEventListener("click", () => {
      if (!this.isDragged) this.open(this.parameterPoint);
    });
  }

  /** @override */
  close() {
    super.close();
    this.tipRequest.cancel();
    this.markerRequest.cancel();
  }

  get cells() {
    return this.page.renderer.result.scenes[this.figure.name]?.cells;
  }

  /** @returns {Axis[]} */
  get axes() {
    return ["x", "y"].map((name) => this.page.view.axes[this.page.state[name]]);
  }

  /**
   * The present parameters as a point.
   *
   * @returns {Point}
   */
  get parameterPoint() {
    const [x, y] = axisValues(this.page.view, this.page.state);
    return [x, y];
  }

  /** @override */
  get bounds() {
    return this.axes.map(({ bounds }) => bounds);
  }

  /** @param {Point} point */
  formatPoint(point) {
    return this.axes.map(({ symbol }, k) => `${symbol} = ${formatNumber(point[k])}`).join(", ");
  }

  /**
   * What the map shows at a point; null beside the map.
   *
   * @param {Point} point
   */
  cellAt([x, y]) {
    const { xaxis, yaxis } = this.gd._fullLayout;
    return this.cells ? Heatmap.at(this.cells, xaxis, yaxis, xaxis.d2p(x), yaxis.d2p(y)) : null;
  }

  // --- under the pointer ---

  /** @param {PointerEvent} event */
  showTip(event) {
    const isHovering = this.gd._fullLayout && event.pointerType !== "touch" && !this.press;
    const exact = isHovering ? this.pointAt(event) : null;
    const cell = exact && this.cellAt(exact);
    if (!cell) {
      this.hideTip();
      return;
    }
    this.pointer = event;
    const point = this.rounded(exact);
    const name = this.cells?.quantity?.name;
    const quantity =
      cell.quantity === null ? [] : [createElement("div", { textContent: `${name}: ${formatNumber(cell.quantity)}` })];
    const isRequested =
      this.figure.opens &&
      this.tipRequest.request(point, (text) => {
        this.explanation.replaceChildren(...typeset(text));
        if (this.pointer) this.placeTip(this.pointer);
      });
    if (isRequested) this.explanation.replaceChildren();
    this.tip.replaceChildren(
      createElement("b", { textContent: `${cell.glyph} ${cell.word}` }),
      createElement("div", { textContent: this.formatPoint(point) }),
      ...quantity,
      this.explanation,
    );
    this.tip.hidden = false;
    this.placeTip(event);
  }

  /**
   * Puts the tip beside the pointer.
   *
   * @param {{ clientX: number, clientY: number }} event
   */
  placeTip({ clientX, clientY }) {
    const frame = this.gd.getBoundingClientRect();
    const { offsetWidth, offsetHeight } = this.tip;
    const left = besidePointer(clientX - frame.left, offsetWidth, frame.width, MapInspector.TIP_GAP);
    const top = besidePointer(clientY - frame.top, offsetHeight, frame.height, MapInspector.TIP_GAP);
    this.tip.style.left = `${left}px`;
    this.tip.style.top = `${Math.min(top, Math.max(frame.height - offsetHeight - 4, 4))}px`;
  }

  hideTip() {
    this.tip.hidden = true;
    this.tipRequest.cancel();
  }

  // --- the marker ---

  /** @param {PointerEvent} event */
  startDrag(event) {
    if (!event.isPrimary || event.button > 0) return;
    this.marker.setPointerCapture(event.pointerId);
    this.dragStart = { x: event.clientX, y: event.clientY };
    this.isDragged = false;
    this.hideTip();
    this.page.history.settle();
  }

  /** @param {PointerEvent} event */
  drag({ clientX, clientY }) {
    const start = this.dragStart;
    if (!start) return;
    if (!this.isDragged && Math.hypot(clientX - start.x, clientY - start.y) < PointerGestures.CLICK_PIXELS) return;
    this.isDragged = true;
    const { xaxis, yaxis } = this.gd._fullLayout;
    const frame = this.gd.getBoundingClientRect();
    this.setParameters([
      xaxis.p2d(clamp(clientX - frame.left - xaxis._offset, 0, xaxis._length)),
      yaxis.p2d(clamp(clientY - frame.top - yaxis._offset, 0, yaxis._length)),
    ]);
  }

  /**
   * Makes a point the present parameters.
   *
   * @param {Point} point
   */
  setParameters(point) {
    const [x, y] = this.rounded(point).map((value, k) => (this.axes[k].whole ? Math.round(value) : value));
    const { page } = this;
    page.change(withAxisValues(page.view, page.state, { x, y }));
  }

  /** @param {KeyboardEvent} event */
  onMarkerKey(event) {
    const arrow = ARROWS.get(event.key);
    this.isDragged = false;
    if (!arrow || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const { xaxis, yaxis } = this.gd._fullLayout;
    const [x, y] = this.parameterPoint;
    const step = MapInspector.ARROW_STEPS[event.shiftKey ? 1 : 0];
    /** @type {(value: number, direction: number, axis: any) => number} */
    const moved = (value, direction, axis) => {
      const [low, high] = axis.range;
      return axis.l2d(clamp(clamp(axis.d2l(value), low, high) + direction * step * (high - low), low, high));
    };
    this.setParameters([moved(x, arrow[0], xaxis), moved(y, arrow[1], yaxis)]);
  }

  /**
   * Draws the marker anew: where the present parameters are, or pale at the edge where they are outside the map.
   *
   * @override
   */
  draw() {
    const layout = this.gd._fullLayout;
    if (!this.tip.hidden && this.pointer) this.showTip(this.pointer); // the map may be another one
    if (!layout || !layout.xaxis || !this.cells) {
      this.marker.hidden = true;
      return;
    }
    const point = this.parameterPoint;
    let isOutside = false;
    const [x, y] = [layout.xaxis, layout.yaxis].map((axis, k) => {
      const pixel = axis.d2p(point[k]);
      if (!(pixel >= -1 && pixel <= axis._length + 1)) isOutside = true;
      return axis._offset + clamp(Number.isFinite(pixel) ? pixel : 0, 0, axis._length);
    });
    this.marker.hidden = false;
    this.marker.style.transform = `translate(${x}px, ${y}px)`;
    this.marker.classList.toggle("outside", isOutside);
    this.labelMarker(point, isOutside ? "outside the map" : this.cellAt(point)?.word);
  }

  /**
   * The marker's name and title, and its trajectory in words.
   *
   * @param {Point} point
   * @param {string | undefined} place what the map shows there
   */
  labelMarker(point, place) {
    const text = `${this.formatPoint(point)}${place ? `: ${place}` : ""}`;
    const { opens } = this.figure;
    this.marker.setAttribute(
      "aria-label",
      `Present parameters, ${text}. Arrows move it${opens ? ", Enter opens its run" : ""}.`,
    );
    this.marker.title = `${text}. Drag to move${opens ? ", click to open its run" : ""}.`;
    if (opens) this.describeTrajectory(point, text);
  }

  /**
   * Announces the marker, and requests its trajectory in words, unless that is the latest request.
   *
   * @param {Point} point
   * @param {string} text
   */
  describeTrajectory(point, text) {
    const query = this.query(point);
    if (this.describedQuery === query) return;
    this.describedQuery = query;
    const announce = (/** @type {string} */ words) => {
      if (document.activeElement === this.marker) this.page.texts.announce(words);
    };
    announce(text);
    this.markerRequest.request(point, (sentence, fate) => {
      getElement("sentences").replaceChildren(this.sentenceItem(point, sentence, fate));
      announce(sentence);
    });
  }

  /**
   * A sentence about the trajectory of a point, with the link that opens it.
   *
   * @param {Point} point
   * @param {string} sentence
   * @param {Style} fate
   */
  sentenceItem(point, sentence, { fate, color }) {
    const item = createElement("li", { data: { fate: fate.toLowerCase() } }, ...typeset(sentence), " ");
    item.style.setProperty("--light", color);
    item.style.setProperty("--dark", this.page.view.toDark[color]);
    const link = createElement("a", { href: this.address(point), textContent: "Open on the plane" });
    link.onclick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.open(point);
    };
    item.append(link);
    return item;
  }

  // --- the trajectory of a point ---

  /** @param {Point} point */
  query(point) {
    return trajectoryQuery(this.page.view, this.page.state, point);
  }

  /** @param {Point} point */
  address(point) {
    return `${this.figure.opens}?${this.query(point)}`;
  }

  /**
   * Opens the trajectory of a point.
   *
   * @override
   * @param {Point} point
   */
  onClick(point) {
    this.open(this.rounded(point));
  }

  /**
   * Makes a point the present parameters.
   *
   * @override
   * @param {Point} point
   */
  onAlternateClick(point) {
    if (this.cells) this.setParameters(point);
  }

  /**
   * Shows the trajectory of a point: in the view for it, or here.
   *
   * @param {Point} point
   */
  open(point) {
    if (this.figure.opens) {
      this.page.open(this.address(point));
      return;
    }
    if (!this.cells) return;
    this.page.history.settle();
    this.setParameters(point);
    this.page.history.settle();
  }
}
