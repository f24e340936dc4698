// Words to choose from: one of several, or any of several.
import { choicePatch } from "./control_values.mjs";
import { createElement, typeset } from "./dom.mjs";

/** @import { Control, State } from "../types/view.d.ts" */
/** @import { Controls } from "./controls.mjs" */

/** One of several words: a radio button for each. */
export class ChoiceControl {
  /**
   * @param {Controls} controls
   * @param {Control} control
   * @param {HTMLElement} row
   */
  constructor(controls, control, row) {
    this.control = control;
    this.row = row;
    this.radios = control.choices.map((value) => createElement("input", { type: "radio", name: control.id, value }));
    this.radios.forEach((radio, index) => {
      radio.onchange = () => controls.change(choicePatch(control, control.choices[index]));
      const text = createElement("span", { textContent: control.labels[index] });
      row.append(createElement("label", { className: "segment" }, radio, text));
    });
  }

  /** @param {State} state */
  sync(state) {
    for (const radio of this.radios) radio.checked = radio.value === state[this.control.parameter];
  }
}

/** Any of several words, in their order: a checkbox for each. */
export class CheckboxControl {
  /**
   * @param {Controls} controls
   * @param {Control} control
   * @param {HTMLElement} row
   */
  constructor(controls, control, row) {
    this.control = control;
    this.row = row;
    this.checks = control.choices.map((value) => createElement("input", { type: "checkbox", name: control.id, value }));
    this.checks.forEach((check, index) => {
      check.onchange = () => controls.change({ [control.parameter]: this.choices });
      const text = createElement("span", {}, ...typeset(control.labels[index]));
      row.append(createElement("label", { className: "check" }, check, text));
    });
  }

  /** The words that are checked. */
  get choices() {
    return this.checks.filter(({ checked }) => checked).map(({ value }) => value);
  }

  /** @param {State} state */
  sync(state) {
    for (const check of this.checks) check.checked = state[this.control.parameter].includes(check.value);
  }
}
