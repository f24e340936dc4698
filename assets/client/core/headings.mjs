// Titles of states: that of the preset, or the parameters that differ from the first state. components/ui/summary.py
// writes the same texts; shared test vectors check it.

import { computationQuery } from "./link.mjs";

/** @import { Parameter, State, View } from "../types/view.d.ts" */

const MAX_PARAMETERS = 3;
const MAX_NUMBERS = 9; // that are written of a list

/**
 * The name of the preset whose physics, and whose fields in `shows`, the state has; of several the one with most of
 * these.
 *
 * @param {View} view
 * @param {State} state
 * @returns {string | null}
 */
export function presetOf(view, state) {
  const query = computationQuery(view, state, ["physics"]);
  const alike = Object.entries(view.presets).filter(
    ([, preset]) =>
      computationQuery(view, preset.state, ["physics"]) === query &&
      preset.shows.every((name) => String(preset.state[name]) === String(state[name])),
  );
  alike.sort(([, one], [, other]) => other.shows.length - one.shows.length);
  return alike.length ? alike[0][0] : null;
}

/**
 * The title of a state's preset, or else its physical parameters that differ from the first state of the view.
 *
 * @param {View} view
 * @param {State} state
 * @returns {string} empty where there are none
 */
export function heading(view, state) {
  const preset = presetOf(view, state);
  if (preset !== null) return view.presets[preset].title;
  const changed = view.parameters.filter(
    ({ name, group }) =>
      group === "physics" && state[name] !== null && String(state[name]) !== String(view.initial[name]),
  );
  const texts = changed.slice(0, MAX_PARAMETERS).map((parameter) => assignment(view, parameter, state[parameter.name]));
  return texts.join(", ") + (changed.length > MAX_PARAMETERS ? ", …" : "");
}

/**
 * A parameter and its value; a parameter on an axis is written as its symbol.
 *
 * @param {View} view
 * @param {Parameter} parameter
 * @param {number | string | null | (number | string)[]} value
 */
function assignment(view, { symbol, length }, value) {
  if (!Array.isArray(value)) {
    const axis = typeof value === "string" ? view.axes[value] : undefined;
    return `${symbol} = ${axis ? axis.symbol : itemText(value)}`;
  }
  const text = value.slice(0, MAX_NUMBERS).map(itemText).join(", ") + (value.length > MAX_NUMBERS ? ", …" : "");
  return `${symbol} = ${value.length > 1 && length[1] > 1 ? `(${text})` : text || "none"}`;
}

/**
 * A number to four digits, with a real minus and, where very large or small, a power of ten; a word as it is.
 *
 * @param {number | string | null} value
 */
function itemText(value) {
  if (typeof value !== "number") return value ?? "";
  const [mantissa, power] = value.toExponential(3).split("e").map(Number);
  if (power >= -4 && power < 4) return String(Number(value.toPrecision(4))).replace("-", "−");
  const raised = String(power).replace(/[-\d]/g, (digit) => (digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]));
  return `${mantissa === 1 ? "" : `${mantissa}·`}10${raised}`.replace("-", "−");
}
