// An axis of a map: what it shows, and its range.
import { numberText } from "../core/link.mjs";
import { createElement } from "./dom.mjs";
import { createNumberBox, showText } from "./number_box.mjs";
import { boxText, inputMode, inputWarnings, readNumber } from "./number_input.mjs";

/** @import { Control, State, View } from "../types/view.d.ts" */
/** @import { Controls } from "./controls.mjs" */

/**
 * The control of an axis: `window` is the field that holds the ranges of both axes, `index` is the place of this one.
 *
 * @typedef {Pick<Control, "parameter" | "id" | "symbol" | "title" | "choices" | "labels"> & {
 *   window: string;
 *   index: number;
 * }} AxisDescription
 */
/** @typedef {Pick<View, "axes">} Axes what may be on an axis, by name */

/**
 * The ranges of both axes: from, to of x, from, to of y.
 *
 * @param {Axes} view
 * @param {State} state
 * @param {Pick<AxisDescription, "window">} control
 * @returns {number[]}
 */
export const axisRanges = ({ axes }, state, { window }) =>
  state[window] || [...axes[state.x].usual, ...axes[state.y].usual];

/**
 * Show something else on an axis. What is on the other axis changes places with it.
 *
 * @param {Axes} view
 * @param {State} state
 * @param {Pick<AxisDescription, "parameter" | "window" | "index">} control
 * @param {string} value
 * @returns {State} the fields that change
 */
export function axisPatch({ axes }, state, { parameter, window, index }, value) {
  const other = parameter === "x" ? "y" : "x";
  const exchanges = value === state[other];
  /** @type {State} */
  const patch = { [parameter]: value };
  if (exchanges) patch[other] = state[parameter];
  if (state[window]) {
    const ranges = [...state[window]];
    if (!exchanges) ranges.splice(index, 2, ...axes[value].usual);
    patch[window] = exchanges ? [...ranges.slice(2), ...ranges.slice(0, 2)] : ranges;
  }
  return patch;
}

/**
 * How long lists must be for the axes of a map: 1 in other views.
 *
 * @param {Axes} view
 * @param {State} state
 */
export function minLength({ axes }, state) {
  return Math.max(...["x", "y"].map((name) => (axes[state[name]]?.index ?? 0) + 1));
}

/** A menu of what an axis shows, and a box for each end of its range. */
export class AxisControl {
  /**
   * @param {Controls} controls
   * @param {Control} control
   * @param {HTMLElement} row
   */
  constructor(controls, control, row) {
    this.controls = controls;
    this.control = /** @type {Control & AxisDescription} */ (control);
    this.row = row;
    this.select = createElement("select", {
      id: control.id,
      className: "preset",
      aria: { label: control.title },
    });
    control.choices.forEach((value, k) =>
      this.select.append(createElement("option", { value, textContent: control.labels[k] })),
    );
    this.select.onchange = () =>
      controls.change(axisPatch(controls.view, controls.state, this.control, this.select.value));
    this.ends = ["from", "to"].map((word, k) => {
      const box = createNumberBox({
        id: `${control.id}-${word}`,
        aria: { label: `${control.title}: ${word}` },
      });
      box.onchange = () => this.readEnd(k);
      box.onkeydown = (event) => {
        if (event.key === "Enter") this.readEnd(k);
      };
      return box;
    });
    const label = createElement("label", {
      htmlFor: this.select.id,
      className: "control-symbol",
      title: control.title,
      textContent: control.symbol,
    });
    row.append(label, this.select, ...this.ends);
  }

  /**
   * Take over an end of the range.
   *
   * @param {number} k 0 for the first, 1 for the last
   */
  readEnd(k) {
    const { controls, control } = this;
    const box = this.ends[k],
      text = box.value;
    const ranges = [...axisRanges(controls.view, controls.state, control)];
    const index = control.index + k,
      otherEnd = ranges[control.index + 1 - k];
    const { symbol, bounds } = controls.view.axes[controls.state[control.parameter]];
    /** @type {[number, number]} */
    const allowed = k === 0 ? [bounds[0], otherEnd] : [otherEnd, bounds[1]];
    const { number, error } = readNumber(symbol, text, allowed, ranges[index]);
    controls.report(box, error);
    if (number === undefined || number === ranges[index]) return;
    if (number === otherEnd) {
      const end = numberText(number);
      controls.report(box, `${symbol} from ${end} to ${end} is no window. The map keeps its own.`);
      return;
    }
    ranges[index] = number;
    controls.change({ [control.window]: ranges });
    controls.warn(inputWarnings(symbol, text, number, allowed));
  }

  /** @param {State} state */
  sync(state) {
    const { control, ends, select } = this;
    const { view } = this.controls;
    select.value = state[control.parameter];
    for (const option of select.options) {
      const { field, index } = view.axes[option.value];
      option.hidden = option.disabled = index !== null && index >= state[field].length;
    }
    const ranges = axisRanges(view, state, control);
    ends.forEach((box, k) => {
      box.inputMode = inputMode(view.axes[state[control.parameter]]);
      showText(box, boxText(ranges[control.index + k]));
    });
  }
}
