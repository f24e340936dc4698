// Gestures of a pointer on a figure: a click or a tap, and a second one with Shift or by a long press.
import { canonical } from "../core/link.mjs";
import { openMenus } from "./dom.mjs";

/** @import { FigureView } from "../render/figure_renderer.mjs" */
/** @import { ViewController } from "../pages/view_controller.mjs" */

/** @typedef {[number, number]} Point x and y in the units of a figure's axes */

/** @typedef {{ type: string, range: [number, number], _length: number }} Axis what is read of an axis of plotly's */

/** Directions of the arrow keys: to the right, up. */
export const ARROWS = new Map([
  ["ArrowLeft", [-1, 0]],
  ["ArrowRight", [1, 0]],
  ["ArrowUp", [0, 1]],
  ["ArrowDown", [0, -1]],
]);

/**
 * The nearest number within bounds.
 *
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/**
 * A coordinate within bounds, with no more digits than a pixel of its axis tells apart.
 *
 * @param {number} value
 * @param {[number, number]} bounds
 * @param {Axis} axis
 */
export function roundToPixel(value, [low, high], { type, range, _length }) {
  if (type === "log") return Number(clamp(value, low, high).toPrecision(3));
  const pixel = Math.abs(range[1] - range[0]) / _length;
  const decade = Math.floor(Math.log10(pixel));
  const rounded = Number((Math.round(value / 10 ** decade) * 10 ** decade).toFixed(Math.max(-decade, 0)));
  return clamp(canonical(rounded), low, high);
}

/** Listens to a figure. Classes that extend this one define the bounds of points, and what the gestures do. */
export class PointerGestures {
  /**
   * @param {ViewController} page
   * @param {FigureView} figure
   */
  constructor(page, figure) {
    this.page = page;
    this.figure = figure;
    this.gd = figure.gd;
    /** @type {{ point: Point, x: number, y: number, isTouch: boolean } | null} */
    this.press = null; // the press under way
    this.isLongPress = false; // whether the latest press has been a long one
    this.lastClickAt = -Infinity;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.longPressTimer = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.clickTimer = undefined;
    this.gd.addEventListener("pointerdown", (event) => this.onPointerDown(event), true);
    this.gd.addEventListener("contextmenu", (event) => this.onContextMenu(/** @type {PointerEvent} */ (event)));
    /** @param {PointerEvent} event */
    this.onPointerUp = (event) => this.endPress(event);
    this.onPointerCancel = () => this.cancelPress();
    document.addEventListener("pointerup", this.onPointerUp, { capture: true });
    document.addEventListener("pointercancel", this.onPointerCancel, { capture: true });
  }

  static CLICK_PIXELS = 5; // that the pointer may move during a click; a finger moves twice as far
  static LONG_PRESS_MS = 450; // after which a press is a long one
  static DOUBLE_CLICK_MS = 320; // within which a second click makes a double click

  /**
   * The lowest and the highest x and y of a point.
   *
   * @returns {[number, number][]}
   */
  get bounds() {
    throw new Error("abstract");
  }

  /**
   * A click or a tap.
   *
   * @param {Point} point
   */
  onClick(point) {
    throw new Error(`abstract: a click at ${point}`);
  }

  /**
   * A click with Shift, or a long press of a finger.
   *
   * @param {Point} point
   */
  onAlternateClick(point) {
    throw new Error(`abstract: an alternate click at ${point}`);
  }

  /** Draws anew what lies over the figure: its axes have changed. */
  draw() {}

  /** Ends all listening and waiting. */
  close() {
    this.cancelPress();
    clearTimeout(this.clickTimer);
    document.removeEventListener("pointerup", this.onPointerUp, { capture: true });
    document.removeEventListener("pointercancel", this.onPointerCancel, { capture: true });
  }

  /**
   * The point under the pointer; null outside the axes.
   *
   * @param {{ clientX: number, clientY: number }} event
   * @returns {Point | null}
   */
  pointAt({ clientX, clientY }) {
    const { xaxis, yaxis } = this.gd._fullLayout;
    const frame = this.gd.getBoundingClientRect();
    const px = clientX - frame.left - xaxis._offset,
      py = clientY - frame.top - yaxis._offset;
    if (!(px >= 0 && px <= xaxis._length && py >= 0 && py <= yaxis._length)) return null;
    return [xaxis.p2d(px), yaxis.p2d(py)];
  }

  /** @param {PointerEvent} event */
  onPointerDown(event) {
    this.cancelPress();
    const target = /** @type {Element} */ (event.target);
    if (!event.isPrimary || event.button > 0 || !this.gd._fullLayout || target.closest(".modebar")) return;
    const point = this.pointAt(event);
    if (!point || openMenus().length) return; // a click closes an open menu, and does nothing else
    this.press = { point, x: event.clientX, y: event.clientY, isTouch: event.pointerType === "touch" };
    this.isLongPress = false;
    if (this.press.isTouch) {
      this.longPressTimer = setTimeout(() => this.endLongPress(point), PointerGestures.LONG_PRESS_MS);
    }
  }

  /**
   * A long press is noticed by the timer or by the browser, which asks for a context menu; by whichever is first.
   *
   * @param {Point} point
   */
  endLongPress(point) {
    this.cancelPress();
    if (this.isLongPress) return;
    this.isLongPress = true;
    this.onAlternateClick(point);
  }

  /** @param {PointerEvent} event */
  onContextMenu(event) {
    if (event.pointerType !== "touch") return;
    event.preventDefault();
    const point = this.gd._fullLayout && this.pointAt(event);
    if (point) this.endLongPress(point);
  }

  cancelPress() {
    clearTimeout(this.longPressTimer);
    this.press = null;
  }

  /**
   * A press that ends where it began is a click; one that has moved is plotly's zoom.
   *
   * @param {PointerEvent} event
   */
  endPress(event) {
    const { press } = this;
    this.cancelPress();
    if (!press || !event.isPrimary) return;
    const tolerance = PointerGestures.CLICK_PIXELS * (press.isTouch ? 2 : 1);
    if (Math.hypot(event.clientX - press.x, event.clientY - press.y) > tolerance) return;
    const now = performance.now();
    const isSecond = now < this.lastClickAt + PointerGestures.DOUBLE_CLICK_MS;
    this.lastClickAt = now;
    clearTimeout(this.clickTimer);
    if (isSecond) return;
    if (event.shiftKey) {
      this.onAlternateClick(press.point);
      return;
    }
    // A double click shows the whole of a zoomed figure: there a click waits until it cannot become one.
    const isZoomed = this.page.state[this.figure.window];
    if (isZoomed && !press.isTouch) {
      this.clickTimer = setTimeout(() => this.onClick(press.point), PointerGestures.DOUBLE_CLICK_MS);
    } else this.onClick(press.point);
  }

  /**
   * The nearest point within the bounds, to a pixel.
   *
   * @param {Point} point
   * @returns {Point}
   */
  rounded([x, y]) {
    const { xaxis, yaxis } = this.gd._fullLayout;
    const [xBounds, yBounds] = this.bounds;
    return [roundToPixel(x, xBounds, xaxis), roundToPixel(y, yBounds, yaxis)];
  }
}
