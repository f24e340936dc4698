// Comparison: the chosen run is pinned as A, the controls change B, and the differences of the two are listed.
import { formatNumber } from "../core/numbers.mjs";
import { createElement, typeset } from "./dom.mjs";

/** @import { State, View } from "../types/view.d.ts" */

/**
 * The parameters of one run, by field.
 *
 * @typedef {Record<string, number | number[]>} Problem
 */

const FIELDS = ["c_star", "c", "eps", "a", "R0"];

/**
 * The problem of the chosen run.
 *
 * @param {State} state
 * @returns {Problem}
 */
export const chosenProblem = ({ c, c_star, eps, a, chosen, R0 }) => ({ c, c_star, eps, a: a[chosen], R0 });

/**
 * The pinned problem, null without one.
 *
 * @param {State} state
 * @returns {Problem | null}
 */
export const pinnedProblem = (state) =>
  state.pin_c ? Object.fromEntries(FIELDS.map((name) => [name, state[`pin_${name}`]])) : null;

/**
 * The fields of a state in which a problem is pinned.
 *
 * @param {Problem | null} problem null for none
 * @returns {State}
 */
export const pinPatch = (problem) =>
  Object.fromEntries(FIELDS.map((name) => [`pin_${name}`, problem && problem[name]]));

/**
 * The fields of a state that change when the pinned problem A and the chosen problem B change places.
 *
 * @param {State} state
 * @param {Problem} A
 * @returns {State}
 */
export function exchangePatch(state, A) {
  const a = state.a.map((/** @type {number} */ value, /** @type {number} */ index) =>
    index === state.chosen ? A.a : value,
  );
  return { ...A, a, ...pinPatch(chosenProblem(state)) };
}

/**
 * Symbol, A's value and B's value of everything that differs. A coefficient that one of them does not have is 0.
 *
 * @param {Record<string, string>} symbols by field; ₖ stands for the number of a coefficient
 * @param {Problem} A
 * @param {Problem} B
 * @returns {[string, number, number][]}
 */
export function differences(symbols, A, B) {
  return FIELDS.flatMap((name) => {
    const [inA, inB] = [[A[name]].flat(), [B[name]].flat()];
    return Array.from({ length: Math.max(inA.length, inB.length) }, (_, k) => {
      /** @type {[string, number, number]} */
      const row = [numberedSymbol(symbols[name], k + 1), inA[k] ?? 0, inB[k] ?? 0];
      return row;
    }).filter(([, valueInA, valueInB]) => valueInA !== valueInB);
  });
}

/**
 * @param {string} symbol
 * @param {number} number
 */
const numberedSymbol = (symbol, number) =>
  symbol.replace("ₖ", [...String(number)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]).join(""));

/** The buttons that pin, exchange and remove A, and the list of differences. */
export class Comparison {
  /**
   * @param {HTMLElement | null} container null in a view without comparison
   * @param {View} view
   * @param {(patch: State) => void} change called with the fields of the state that a button changes
   */
  constructor(container, view, change) {
    this.container = container;
    this.change = change;
    this.symbols = Object.fromEntries(view.parameters.map(({ name, symbol }) => [name, symbol]));
    /** @type {State} */
    this.state = {};
    /** @type {(id: string, text: string, title: string, action: () => void) => HTMLButtonElement} */
    const button = (id, text, title, action) =>
      createElement("button", { type: "button", className: "tool", id, textContent: text, title, onclick: action });
    this.pinButton = button("pin-button", "Pin as A", "Keep the chosen run as A, and go on as B", () => this.pin());
    this.swapButton = button("swap-button", "A ↔ B", "Exchange A and B", () => this.swap());
    this.unpinButton = button("unpin-button", "Unpin", "Forget A", () => this.unpin());
    this.list = createElement("ul", {
      id: "differences",
      className: "differences",
      aria: { label: "What A and B differ in" },
    });
    container?.replaceChildren(
      createElement("div", { className: "compare-buttons" }, this.pinButton, this.swapButton, this.unpinButton),
      this.list,
    );
  }

  /** Pin the chosen run as A. */
  pin() {
    this.change(pinPatch(chosenProblem(this.state)));
  }

  /** Remove A. */
  unpin() {
    this.change(pinPatch(null));
    this.pinButton.focus();
  }

  /** Exchange A and B. */
  swap() {
    const A = pinnedProblem(this.state);
    if (A) this.change(exchangePatch(this.state, A));
  }

  /**
   * List what A and B differ in.
   *
   * @param {State} state
   */
  sync(state) {
    this.state = state;
    if (!this.container) return;
    const A = pinnedProblem(state);
    this.pinButton.textContent = A ? "Pin anew" : "Pin as A";
    this.swapButton.hidden = this.unpinButton.hidden = this.list.hidden = !A;
    if (!A) {
      this.list.replaceChildren();
      return;
    }
    const sentences = differences(this.symbols, A, chosenProblem(state)).map(
      ([symbol, inA, inB]) => `${symbol}: A ${formatNumber(inA)}, B ${formatNumber(inB)}`,
    );
    if (!sentences.length) sentences.push("A and B are alike.");
    this.list.replaceChildren(...sentences.map((text) => createElement("li", {}, ...typeset(text))));
  }
}
