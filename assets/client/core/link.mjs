// Links: a state as a query. components/core/state.py writes the same texts; shared test vectors check it.

/** @import { Axis, Group, State, View } from "../types/view.d.ts" */

const SIGNIFICANT_DIGITS = 12;

/**
 * The shortest text of a number of at most 12 significant digits.
 *
 * @param {number} number
 */
export function numberText(number) {
  const value = canonical(number);
  const plain = String(value);
  const scientific = value.toExponential().replace("+", "");
  const isPlain = Math.abs(value) < 10 ** SIGNIFICANT_DIGITS && plain.length <= scientific.length;
  return isPlain ? plain : scientific;
}

/**
 * A number to 12 significant digits, without a negative zero.
 *
 * @param {number} number
 */
export const canonical = (number) => Number(number.toPrecision(SIGNIFICANT_DIGITS)) + 0;

/**
 * The groups of parameters that a stream depends on.
 *
 * @type {Group[]}
 */
export const COMPUTED_GROUPS = ["physics", "overlay"];

/**
 * The fields of a state that change with the parameters on the axes x and y of a map.
 *
 * @param {View} view
 * @param {State} state
 * @param {Record<string, number>} values
 */
export function withAxisValues(view, state, values) {
  /** @type {State} */
  const patch = {};
  for (const [name, value] of Object.entries(values)) {
    const { field, index } = axisOf(view, state, name);
    if (index === null) patch[field] = value;
    else {
      const numbers = [.../** @type {number[]} */ (patch[field] ?? state[field])];
      numbers[index] = value;
      patch[field] = numbers;
    }
  }
  return patch;
}

/**
 * The parameter on an axis of a map.
 *
 * @param {View} view
 * @param {State} state
 * @param {string} name
 * @returns {Axis}
 */
const axisOf = (view, state, name) => view.axes[/** @type {string} */ (state[name])];

/**
 * The present values of the parameters on the axes of a map.
 *
 * @param {View} view
 * @param {State} state
 */
export const axisValues = (view, state) =>
  ["x", "y"].map((name) => {
    const { field, index } = axisOf(view, state, name);
    const value = /** @type {number | number[]} */ (state[field]);
    return Array.isArray(value) ? value[index ?? 0] : value;
  });

/**
 * The query of a stream. That of a map does not depend on the present values of the parameters on its axes.
 *
 * @param {View} view
 * @param {State} state
 * @param {Group[]} [groups]
 */
export function computationQuery(view, state, groups = COMPUTED_GROUPS) {
  const isMap = Object.values(view.figures).some(({ opens }) => opens);
  const [x, y] = isMap ? ["x", "y"].map((name) => axisOf(view, state, name)) : [];
  const rest = x && y ? withAxisValues(view, state, { x: x.rest ?? 0, y: y.rest ?? 0 }) : {};
  return query(view, { ...state, ...rest }, groups);
}

/**
 * The whole state as a query, or some groups of its parameters.
 *
 * @param {View} view
 * @param {State} state
 * @param {Group[]} [groups]
 */
export function query(view, state, groups) {
  const terms = [`v=${view.version}`];
  for (const { name, key, group } of view.parameters) {
    const value = state[name];
    if (value === null || value === undefined || (groups && !groups.includes(group))) continue;
    terms.push(`${key}=${[value].flat().map(itemText).join(",")}`);
  }
  return terms.join("&");
}

/** @param {number | string} item */
const itemText = (item) => (typeof item === "number" ? numberText(item) : item);

/** Fields of the Unlearning view, which shows a point's trajectory. */
const TRAJECTORY_FIELDS = ["c", "c_star", "eps", "a", "R0", "tau"];

/**
 * The query of the trajectory at a point of a map.
 *
 * @param {View} view
 * @param {State} state
 * @param {number[]} point values of what is on the axes x and y
 */
export function trajectoryQuery(view, state, [x, y]) {
  const fields = { ...state, ...withAxisValues(view, state, { x, y }) };
  const keys = new Map(view.parameters.map(({ name, key }) => [name, key]));
  const terms = TRAJECTORY_FIELDS.map((name) => `${keys.get(name)}=${[fields[name]].flat().map(numberText).join(",")}`);
  return ["v=1", ...terms].join("&");
}
