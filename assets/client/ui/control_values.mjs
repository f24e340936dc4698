// The values of controls in a state. A patch holds the fields of the state that change. Nothing here needs a page.

/** @import { Control, Parameter, State, View } from "../types/view.d.ts" */

/**
 * The parameter that holds a field.
 *
 * @param {View} view
 * @param {string} name
 * @returns {Parameter}
 */
export function findParameter(view, name) {
  const found = view.parameters.find((parameter) => parameter.name === name);
  if (!found) throw new Error(`the view ${view.name} has no parameter ${name}`);
  return found;
}

/**
 * The index of a control's number in its list, null if the field is not a list.
 *
 * @param {Pick<Control, "index">} control
 * @param {State} state
 * @returns {number | null}
 */
const listIndex = ({ index }, state) => (typeof index === "string" ? state[index] : index);

/**
 * The value of a control: undefined if its list is too short, null if it is switched off.
 *
 * @param {Pick<Control, "index" | "parameter">} control
 * @param {State} state
 */
export function controlValue(control, state) {
  const index = listIndex(control, state);
  const field = state[control.parameter];
  return index === null ? field : field[index];
}

/**
 * Give a control another value.
 *
 * @param {Pick<Control, "index" | "parameter">} control
 * @param {State} state
 * @param {number | null} value
 * @returns {State}
 */
export function valuePatch(control, state, value) {
  const index = listIndex(control, state);
  if (index === null) return { [control.parameter]: value };
  const values = [...state[control.parameter]];
  values[index] = value;
  return { [control.parameter]: values };
}

/**
 * Choose one of several words: fields that do not apply to it become null.
 *
 * @param {Pick<Control, "parameter" | "clears">} control
 * @param {string} value
 * @returns {State}
 */
export const choicePatch = ({ parameter, clears }, value) => ({
  [parameter]: value,
  ...Object.fromEntries(clears.map((name) => [name, null])),
});

/**
 * Give lists another length.
 *
 * @param {Record<string, number>} fillers the lists, with the value of new numbers
 * @param {State} state
 * @param {number} length
 * @returns {State}
 */
export const lengthPatch = (fillers, state, length) =>
  Object.fromEntries(
    Object.entries(fillers).map(([name, filler]) => [name, Array.from({ length }, (_, k) => state[name][k] ?? filler)]),
  );

/**
 * Replace the list of which a control shows one number. A shorter list is filled up with 0; a longer one makes the lists
 * longer whose length is set together with that of this list.
 *
 * @param {Pick<Control, "kind" | "fillers">[]} controls of the view
 * @param {Pick<Control, "index" | "parameter">} control
 * @param {State} state
 * @param {number[]} numbers
 * @returns {State}
 */
export function pastePatch(controls, control, state, numbers) {
  const { index, parameter } = control;
  if (typeof index === "string") return { [parameter]: numbers, [index]: 0 };
  const { length } = state[parameter];
  const count = controls.find(({ kind, fillers }) => kind === "count" && parameter in fillers);
  const others = numbers.length > length && count ? lengthPatch(count.fillers, state, numbers.length) : {};
  return { ...others, [parameter]: [...numbers, ...Array(Math.max(length - numbers.length, 0)).fill(0)] };
}

/**
 * Whether a control has a meaning in a state.
 *
 * @param {Pick<Control, "kind" | "index" | "parameter" | "only">} control
 * @param {State} state
 */
export function isMeaningful(control, state) {
  if (control.kind === "slider" && controlValue(control, state) === undefined) return false;
  if (!control.only) return true;
  return Object.entries(control.only).some(([field, words]) =>
    [state[field]].flat().some((word) => words.includes(word)),
  );
}
