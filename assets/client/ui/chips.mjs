// The starts of the Unlearning view: a chip chooses a start, × removes the chosen one, + adds one. Points that were
// added in the plane have a chip that removes them.
import { canonical } from "../core/link.mjs";
import { formatNumber, formatPoint } from "../core/numbers.mjs";
import { findParameter } from "./control_values.mjs";
import { createElement, getElement } from "./dom.mjs";

/** @import { State, View } from "../types/view.d.ts" */

/**
 * @typedef {object} Chip
 * @property {string} id
 * @property {string} text
 * @property {string} label its accessible name
 * @property {boolean} [pressed]
 * @property {boolean} [disabled]
 * @property {State | null} patch the fields of the state that a click changes, null for none
 */

const HIGHEST_STEP_UP = 19; // a start from here on has its new neighbor below

/**
 * A new start beside the chosen one, at a distance of 1 or the next whole number that is free.
 *
 * @param {number[]} starts
 * @param {number} chosen index
 * @param {[number, number]} bounds
 * @returns {number | null} null if there is none within the bounds
 */
export function newStart(starts, chosen, [low, high]) {
  const step = starts[chosen] < HIGHEST_STEP_UP ? 1 : -1;
  let value = canonical(starts[chosen] + step);
  while (starts.includes(value)) value = canonical(value + step);
  return value >= low && value <= high ? value : null;
}

/**
 * The chips of a state.
 *
 * @param {State} state
 * @param {number} most starts that are possible
 * @param {[number, number]} bounds of a start
 * @returns {Chip[]}
 */
export function chipsOf(state, most, bounds) {
  const { chosen } = state;
  /** @type {number[]} */
  const starts = state.a;
  const added = newStart(starts, chosen, bounds);
  const others = starts.filter((_, index) => index !== chosen);
  return [
    ...starts.map((value, index) => ({
      id: `chip-${index}`,
      text: formatNumber(value),
      label: `ā = ${formatNumber(value)}`,
      pressed: index === chosen,
      patch: { chosen: index },
    })),
    {
      id: "chip-add",
      text: "+",
      label: "Add a start",
      disabled: starts.length >= most,
      patch: added === null ? null : { a: [...starts, added], chosen: starts.length },
    },
    {
      id: "chip-remove",
      text: "×",
      label: `Remove ā = ${formatNumber(starts[chosen])}`,
      disabled: starts.length === 1,
      patch: { a: others, chosen: Math.min(chosen, others.length - 1) },
    },
    ...pointChips(state.points || []),
  ];
}

/**
 * @param {number[]} points R and a of each
 * @returns {Chip[]}
 */
function pointChips(points) {
  const chips = [];
  for (let k = 0; k < points.length; k += 2) {
    const [R, a] = points.slice(k, k + 2);
    const rest = [...points.slice(0, k), ...points.slice(k + 2)];
    chips.push({
      id: `chip-point-${k / 2}`,
      text: `(${formatNumber(R)}, ${formatNumber(a)}) ×`,
      label: `Remove the added point ${formatPoint([R, a])}`,
      patch: { points: rest.length ? rest : null },
    });
  }
  if (points.length > 2) {
    const all = { id: "chip-points", text: "clear points", label: "Remove the added points", patch: { points: null } };
    chips.push(all);
  }
  return chips;
}

/** The buttons of the chips. */
export class StartChips {
  /**
   * @param {HTMLElement} container
   * @param {View} view
   * @param {(patch: State) => void} change
   */
  constructor(container, view, change) {
    this.container = container;
    this.change = change;
    const { length, bounds } = findParameter(view, "a");
    this.most = length[1];
    this.bounds = bounds[0];
  }

  /** @param {State} state */
  sync(state) {
    const { container } = this;
    const text = JSON.stringify([state.a, state.chosen, state.points]);
    if (container.dataset.shown === text) return;
    container.dataset.shown = text;
    const buttons = chipsOf(state, this.most, this.bounds).map((chip) => this.button(chip));
    const hadFocus = container.contains(document.activeElement);
    for (const old of [...container.children]) if (!buttons.some((button) => button === old)) old.remove();
    buttons.forEach((button, k) => {
      if (container.children[k] !== button) container.insertBefore(button, container.children[k] || null);
    });
    const keepsFocus = buttons.some((button) => button === document.activeElement && !button.disabled);
    if (hadFocus && !keepsFocus) getElement(`chip-${state.chosen}`).focus();
  }

  /**
   * The button of a chip: the present one, if there is one. A button under a pressed mouse must not be replaced.
   *
   * @param {Chip} chip
   */
  button({ id, text, label, pressed, disabled = false, patch }) {
    const present = /** @type {HTMLButtonElement | null} */ (document.getElementById(id));
    const button = present ?? createElement("button", { type: "button", className: "chip", id });
    if (button.textContent !== text) button.textContent = text;
    button.disabled = disabled;
    button.onclick = () => {
      if (patch) this.change(patch);
    };
    button.setAttribute("aria-label", label);
    if (pressed !== undefined) button.setAttribute("aria-pressed", String(pressed));
    return button;
  }
}
