// Starts of trajectories: a click or a tap in a figure adds one; with Shift, or by a long press, it removes the nearest
// one. The keyboard does the same with a crosshair.
import { formatPoint } from "../core/numbers.mjs";
import { svgElement } from "../render/svg.mjs";
import { ARROWS, PointerGestures, clamp } from "./pointer_gestures.mjs";

/** @import { FigureView } from "../render/figure_renderer.mjs" */
/** @import { ViewController } from "../pages/view_controller.mjs" */
/** @import { Parameter } from "../types/view.d.ts" */
/** @import { Point } from "./pointer_gestures.mjs" */

/**
 * What keys do while the crosshair is shown.
 *
 * @type {Map<string, (picker: StartPicker, crosshair: Point) => void>}
 */
export const CROSSHAIR_KEYS = new Map([
  ["Enter", (picker, crosshair) => picker.onClick(crosshair)],
  ["Delete", (picker, crosshair) => picker.onAlternateClick(crosshair)],
  ["Backspace", (picker, crosshair) => picker.onAlternateClick(crosshair)],
  ["Escape", (picker) => picker.dismissCrosshair()],
  ["c", (picker) => picker.dismissCrosshair()],
]);

/** The added starts are pairs of numbers in the field of the state that `figure.points` names. */
export class StartPicker extends PointerGestures {
  /**
   * @param {ViewController} page
   * @param {FigureView} figure
   */
  constructor(page, figure) {
    super(page, figure);
    this.field = /** @type {string} */ (figure.points);
    this.parameter = /** @type {Parameter} */ (page.view.parameters.find(({ name }) => name === this.field));
    /** @type {Point | null} */
    this.crosshair = null; // null while it is not shown
    /** @type {Point | null} */
    this.lastCrosshair = null; // where it was shown last
    this.layer = svgElement("svg", { class: "layer cross", "aria-hidden": "true" });
    this.gd.after(this.layer);
    this.gd.addEventListener("keydown", (event) => this.onKey(event));
    this.gd.addEventListener("blur", () => this.hideCrosshair());
  }

  static ARROW_STEPS = [0.02, 0.1]; // shares of an axis that an arrow key moves the crosshair: plain, with Shift

  /** @override */
  close() {
    super.close();
    this.layer.remove();
  }

  /** @override */
  get bounds() {
    return this.parameter.bounds;
  }

  /**
   * The added starts.
   *
   * @returns {Point[]}
   */
  get points() {
    /** @type {number[]} */
    const flat = this.page.state[this.field] || [];
    return Array.from({ length: flat.length / 2 }, (_, k) => [flat[2 * k], flat[2 * k + 1]]);
  }

  /**
   * Adds a start.
   *
   * @override
   * @param {Point} point
   */
  onClick(point) {
    const { points } = this;
    const most = this.parameter.length[1];
    if (points.length >= most) {
      this.page.texts.showToast(
        `There are ${most} added points, as many as there can be. Remove one first: Shift and a click, or its × beside the starts.`,
      );
      return;
    }
    this.setPoints([...points, this.rounded(point)]);
  }

  /**
   * Removes the added start that is nearest on the screen.
   *
   * @override
   * @param {Point} point
   */
  onAlternateClick(point) {
    const { points } = this;
    if (!points.length) {
      this.page.texts.showToast("No point has been added that could be removed.");
      return;
    }
    const { xaxis, yaxis } = this.gd._fullLayout;
    /** @param {Point} other */
    const distance = ([x, y]) => Math.hypot(xaxis.d2p(x) - xaxis.d2p(point[0]), yaxis.d2p(y) - yaxis.d2p(point[1]));
    const nearest = points.reduce((best, other) => (distance(other) < distance(best) ? other : best));
    this.setPoints(points.filter((other) => other !== nearest));
    this.page.texts.showToast(`Removed the point ${formatPoint(nearest)}.`);
  }

  /**
   * Each start that is added or removed is a step of its own in the history.
   *
   * @param {Point[]} points
   */
  setPoints(points) {
    this.page.commit({ [this.field]: points.length ? points.flat() : null });
  }

  // --- the crosshair ---

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== this.gd || !this.gd._fullLayout) return;
    const isHandled = this.crosshair ? this.pressKey(event, this.crosshair) : this.openCrosshair(event.key);
    if (isHandled) event.preventDefault();
  }

  /**
   * Shows the crosshair where it was last, or else in the middle, if the key asks for it.
   *
   * @param {string} key
   */
  openCrosshair(key) {
    if (key !== "c" && key !== "Enter") return false;
    const { xaxis, yaxis } = this.gd._fullLayout;
    /** @param {{ range: [number, number] }} axis */
    const middle = ({ range: [low, high] }) => (low + high) / 2;
    const last = this.lastCrosshair;
    /** @type {Point} */
    const point = last && this.isInside(last) ? last : [middle(xaxis), middle(yaxis)];
    this.moveCrosshair(
      point,
      `Crosshair at ${this.format(point)}. Arrows move it, with Shift five times as far; Enter launches a trajectory; Delete removes the nearest added point; Escape leaves.`,
    );
    return true;
  }

  /**
   * A key while the crosshair is shown; returns whether it has one of its meanings.
   *
   * @param {{ key: string, shiftKey: boolean }} event
   * @param {Point} crosshair
   */
  pressKey({ key, shiftKey }, crosshair) {
    const action = CROSSHAIR_KEYS.get(key);
    const arrow = ARROWS.get(key);
    if (action) action(this, crosshair);
    else if (arrow) {
      const { xaxis, yaxis } = this.gd._fullLayout;
      const step = StartPicker.ARROW_STEPS[shiftKey ? 1 : 0];
      /** @type {(value: number, direction: number, range: [number, number]) => number} */
      const moved = (value, direction, [low, high]) => clamp(value + direction * step * (high - low), low, high);
      this.moveCrosshair([moved(crosshair[0], arrow[0], xaxis.range), moved(crosshair[1], arrow[1], yaxis.range)]);
    }
    return Boolean(action || arrow);
  }

  /** @param {Point} point */
  isInside([x, y]) {
    const { xaxis, yaxis } = this.gd._fullLayout;
    /** @type {(value: number, range: [number, number]) => boolean} */
    const isWithin = (value, [low, high]) => value >= low && value <= high;
    return isWithin(x, xaxis.range) && isWithin(y, yaxis.range);
  }

  /** @param {Point} point */
  format(point) {
    return formatPoint(this.rounded(point));
  }

  /**
   * Shows the crosshair at a point, and announces it.
   *
   * @param {Point} point
   * @param {string} [text] of the announcement
   */
  moveCrosshair(point, text = this.format(point)) {
    this.crosshair = this.lastCrosshair = point;
    this.draw();
    this.page.texts.announce(text);
  }

  dismissCrosshair() {
    this.hideCrosshair();
    this.page.texts.announce("Crosshair off.");
  }

  hideCrosshair() {
    this.crosshair = null;
    this.draw();
  }

  /**
   * Draws the crosshair anew.
   *
   * @override
   */
  draw() {
    const layout = this.gd._fullLayout;
    if (!this.crosshair || !layout) {
      this.layer.replaceChildren();
      return;
    }
    const { xaxis, yaxis } = layout;
    const left = xaxis._offset,
      top = yaxis._offset;
    const x = left + xaxis.d2p(this.crosshair[0]),
      y = top + yaxis.d2p(this.crosshair[1]);
    // The label is where it has room.
    const isRight = x > left + xaxis._length / 2,
      isTop = y < top + 24;
    const label = svgElement("text", {
      x: x + (isRight ? -8 : 8),
      y: y + (isTop ? 18 : -8),
      "text-anchor": isRight ? "end" : "start",
    });
    label.textContent = this.format(this.crosshair);
    this.layer.replaceChildren(
      svgElement("line", { x1: left, x2: left + xaxis._length, y1: y, y2: y }),
      svgElement("line", { x1: x, x2: x, y1: top, y2: top + yaxis._length }),
      svgElement("circle", { cx: x, cy: y, r: 5 }),
      label,
    );
  }
}
