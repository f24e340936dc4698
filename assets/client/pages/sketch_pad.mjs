// A pad over a row of the panels, on which a guess of a column is drawn before the trajectory is seen.
import { formatNumber } from "../core/numbers.mjs";
import { svgElement } from "../render/svg.mjs";

/** @import { Numbers } from "../core/columns.mjs" */
/** @import { FigureView } from "../render/figure_renderer.mjs" */
/** @import { ViewController } from "./view_controller.mjs" */

const COUNT = 25; // places along the axis of time at which a guess has a value
const STEPS = 20; // from the bottom to the top by the keyboard

export class SketchPad {
  /**
   * @param {ViewController} page
   * @param {string} column
   * @param {number} run number of the trajectory
   */
  constructor(page, column, run) {
    this.page = page;
    this.column = column;
    this.trajectory = page.renderer.result.trajectories[run];
    /** @type {FigureView | undefined} */
    this.figure = Object.values(page.renderer.figures).find(
      (figure) => this.lineIn(figure)?.x === this.trajectory.clock,
    );
    /** @type {(number | null)[]} */
    this.guess = Array(COUNT).fill(null);
    this.pen = 0; // index of the value that the keyboard changes
    this.closed = false;
    /** @type {number | null} */
    this.last = null; // where the pointer was
    this.layer = svgElement("svg", {
      class: "layer pad",
      tabindex: 0,
      role: "application",
      "aria-label": `Draw ${column}: up and down change the value, right and left go on and back`,
    });
    if (!this.figure) return;
    this.figure.gd.after(this.layer);
    this.listen();
    this.draw();
  }

  listen() {
    const { layer } = this;
    let down = false;
    layer.addEventListener("pointerdown", (event) => {
      layer.setPointerCapture(event.pointerId);
      down = true;
      this.last = null;
      this.point(event);
    });
    layer.addEventListener("pointermove", (event) => {
      if (down) this.point(event);
    });
    for (const end of /** @type {const} */ (["pointerup", "pointercancel"])) {
      layer.addEventListener(end, () => {
        down = false;
      });
    }
    layer.addEventListener("keydown", (event) => this.pressKey(event));
  }

  /**
   * The line of the column in a figure, if it has one.
   *
   * @param {FigureView} figure
   */
  lineIn({ lines }) {
    return (lines ?? []).find(({ run, y, from }) => run === this.trajectory && y === this.column && !from);
  }

  /** Plotly's axes of the column's row. */
  get axes() {
    const { figure } = this;
    const line = figure && this.lineIn(figure);
    const full = figure?.gd._fullLayout;
    return { xaxis: full.xaxis, yaxis: full[line?.yaxis ?? "yaxis"] };
  }

  /**
   * Values between the places of a fast pointer are filled in.
   *
   * @param {PointerEvent} event
   */
  point({ clientX, clientY }) {
    const { xaxis, yaxis } = this.axes;
    const { left, top } = this.layer.getBoundingClientRect();
    const share = (clientX - left - xaxis._offset) / xaxis._length;
    const height = Math.min(Math.max(clientY - top - yaxis._offset, 0), yaxis._length);
    const k = Math.min(Math.max(Math.round(share * (COUNT - 1)), 0), COUNT - 1);
    fillBetween(this.guess, this.last ?? k, k, yaxis.p2d(height));
    this.last = this.pen = k;
    this.draw();
  }

  /** @param {KeyboardEvent} event */
  pressKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const { xaxis, yaxis } = this.axes;
    const [low, high] = yaxis.range.map((/** @type {number} */ edge) => yaxis.r2c(edge));
    const up = { ArrowUp: 1, ArrowDown: -1 }[event.key] ?? 0,
      along = { ArrowRight: 1, ArrowLeft: -1 }[event.key] ?? 0;
    if (!up && !along) return;
    event.preventDefault();
    event.stopPropagation();
    const here = this.guess[this.pen] ?? this.guess[this.pen - 1] ?? Math.max(low, Math.min(0, high));
    if (along) {
      this.guess[this.pen] = here;
      this.pen = Math.min(Math.max(this.pen + along, 0), COUNT - 1);
      this.guess[this.pen] ??= here;
    } else this.guess[this.pen] = Math.min(Math.max(here + (up * (high - low)) / STEPS, low), high);
    const time = xaxis.p2d((this.pen / (COUNT - 1)) * xaxis._length);
    const value = formatNumber(this.guess[this.pen] ?? here);
    this.page.texts.announce(`${this.page.view.time.symbol} = ${formatNumber(time)}: ${this.column} = ${value}`);
    this.draw();
  }

  /** Draws the guess; the pad follows the axes. */
  draw() {
    if (!this.figure) return;
    const { xaxis, yaxis } = this.axes;
    const points = this.guess.flatMap((value, k) =>
      value === null
        ? []
        : [{ k, x: xaxis._offset + (k / (COUNT - 1)) * xaxis._length, y: yaxis._offset + yaxis.d2p(value) }],
    );
    const d = points.map(({ x, y }, k) => `${k ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
    const pen = points.find(({ k }) => k === this.pen);
    this.layer.replaceChildren(
      svgElement("rect", { x: xaxis._offset, y: yaxis._offset, width: xaxis._length, height: yaxis._length }),
      svgElement("path", { d }),
      ...(pen && !this.closed ? [svgElement("circle", { cx: pen.x, cy: pen.y, r: 7 })] : []),
    );
  }

  /** What is drawn stays, to be compared; nothing more is drawn. */
  close() {
    this.closed = true;
    this.layer.setAttribute("tabindex", "-1");
    this.layer.classList.add("closed");
    this.draw();
  }

  /** The guess beside the truth, in numbers. */
  verdict() {
    const guess = this.guess.filter((value) => value !== null);
    if (!guess.length) return "";
    const values = /** @type {Numbers} */ (this.trajectory.columns[this.column]);
    const [most, end, trueMost, trueEnd] = [...highestAndLast(guess), ...highestAndLast(values)].map(formatNumber);
    return `You drew ${this.column} up to ${most}, ending at ${end}. It goes up to ${trueMost} and ends at ${trueEnd}.`;
  }
}

/**
 * Writes a value at an index, and between it and another one where the last value is the values in between.
 *
 * @param {(number | null)[]} values
 * @param {number} from index of the last value
 * @param {number} to
 * @param {number} value
 */
export function fillBetween(values, from, to, value) {
  const begin = values[from] ?? value;
  for (let i = Math.min(from, to); i <= Math.max(from, to); i += 1) {
    const share = from === to ? 1 : (i - from) / (to - from);
    values[i] = begin + share * (value - begin);
  }
}

/** @param {ArrayLike<number>} values */
const highestAndLast = (values) => {
  const list = Array.from(values);
  return [list.reduce((best, value) => Math.max(best, value), -Infinity), list[list.length - 1]];
};
