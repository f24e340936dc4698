// A number: a slider and a box, and a checkbox where the number may be absent.
import { formatNumber } from "../core/numbers.mjs";
import { controlValue, findParameter, pastePatch } from "./control_values.mjs";
import { createElement, typeset } from "./dom.mjs";
import { createNumberBox, isEdited, isInvalid, setInvalid, showText } from "./number_box.mjs";
import {
  fromSlider,
  inputMode,
  inputWarnings,
  readNumber,
  readPastedList,
  shortBoxText,
  sliderEnds,
  stepValue,
  toSlider,
} from "./number_input.mjs";
import { onSlide } from "./slider.mjs";

/** @import { Control, State } from "../types/view.d.ts" */
/** @import { Controls } from "./controls.mjs" */

const STEPS_PER_PAGE = 10;
/** @type {Record<string, number>} */
const PAGES = { PageUp: 1, PageDown: -1 };
/** @type {Record<string, number>} */
const STEPS = { ArrowUp: 1, ArrowDown: -1 };

/** A number with a slider and a box. `value` is what they show. */
export class SliderControl {
  /**
   * @param {Controls} controls
   * @param {Control} control
   * @param {HTMLElement} row
   */
  constructor(controls, control, row) {
    this.controls = controls;
    this.control = control;
    this.row = row;
    /** @type {number | null} */
    this.value = null; // which slider and box show; null where the number is absent, or an input is to be replaced
    const aria = { label: `${control.symbol}, ${control.title}` };
    this.range = createElement("input", { type: "range", id: control.id, step: control.step, aria });
    this.box = createNumberBox({ inputMode: inputMode(control), id: `${control.id}-box`, aria });
    const label = createElement(
      "label",
      { htmlFor: control.id, className: "control-symbol", title: control.title },
      ...typeset(control.symbol),
    );
    this.on = control.begin === null ? null : this.createSwitch(label);
    this.listenToSlider();
    this.listenToBox();
    row.append(label, this.range, this.box);
  }

  /**
   * Create the checkbox that switches a number on and off; a number that is switched on again has its last value.
   *
   * @param {HTMLLabelElement} label
   */
  createSwitch(label) {
    const { controls, control } = this;
    const on = createElement("input", {
      type: "checkbox",
      id: `${control.id}-on`,
      aria: { label: `Show ${control.symbol}, ${control.title}` },
    });
    let lastValue = control.begin;
    on.onchange = () => {
      if (!on.checked) lastValue = controls.state[control.parameter];
      controls.change({ [control.parameter]: on.checked ? lastValue : null });
    };
    label.prepend(on);
    label.htmlFor = on.id;
    return on;
  }

  listenToSlider() {
    const { controls, control, range } = this;
    /** @type {{ depth: number, value: number | null }} */
    let before = { depth: 0, value: null }; // entry of the history and value when a finger was put down
    onSlide(range, {
      slide: () => {
        controls.draggedId = control.id;
        this.write(fromSlider(control, range.valueAsNumber));
      },
      begin: () => {
        before = { depth: controls.history.depth, value: this.value };
      },
      cancel: () => {
        controls.draggedId = null;
        if (controls.history.depth > before.depth) controls.history.withdraw(before.depth);
        else if (this.value !== before.value) this.write(before.value);
        else if (this.value !== null) this.show(this.value);
      },
    });
    for (const end of ["change", "pointerup", "blur"]) {
      range.addEventListener(end, () => {
        if (controls.draggedId === control.id) controls.draggedId = null;
      });
    }
    range.onkeydown = (event) => {
      const pages = PAGES[event.key];
      if (!pages) return;
      event.preventDefault();
      this.write(fromSlider(control, range.valueAsNumber + pages * STEPS_PER_PAGE * control.step));
    };
  }

  listenToBox() {
    this.box.onchange = () => this.readBox();
    this.box.onkeydown = (event) => {
      if (event.key === "Enter") this.readBox();
      const steps = STEPS[event.key];
      if (!steps || this.value === null) return;
      event.preventDefault();
      this.write(stepValue(this.control, this.value, steps));
    };
  }

  /** @param {number | null} value */
  write(value) {
    this.controls.write(this.control, value);
  }

  /** Take over what was typed. A text that was not edited says nothing: it may be rounded. */
  readBox() {
    const { controls, control, box } = this;
    if (!isEdited(box)) {
      if (isInvalid(box)) controls.showAlert([]);
      setInvalid(box, false);
      return;
    }
    if (this.value === null || this.readPastedList()) return;
    const text = box.value;
    const { number, error } = readNumber(control.symbol, text, control.bounds, this.value);
    controls.report(box, error);
    if (number === undefined) return;
    const value = control.whole ? Math.round(number) : number;
    if (value !== this.value) this.write(value);
    else this.show(value);
    controls.warn(inputWarnings(control.symbol, text, value, control.bounds));
  }

  /** Take over a list that was pasted into the box of one of its numbers. Return whether the text is a list. */
  readPastedList() {
    const { controls, control, box } = this;
    if (!Array.isArray(controls.state[control.parameter])) return false;
    const result = readPastedList(findParameter(controls.view, control.parameter), box.value);
    if (!result) return false;
    controls.report(box, result.error);
    if (result.numbers) {
      controls.change(pastePatch(controls.view.controls, control, controls.state, result.numbers));
    }
    return true;
  }

  /** Have the next sync replace what was typed, even if the value is the same. */
  discardInput() {
    this.value = null;
  }

  /** @param {State} state */
  sync(state) {
    /** @type {number | null | undefined} */
    const value = controlValue(this.control, state);
    const isAbsent = value === null;
    if (this.on) {
      this.range.disabled = this.box.disabled = isAbsent;
      this.on.checked = !isAbsent;
    }
    if (isAbsent) {
      if (this.value === null && this.control.begin !== null) this.show(this.control.begin);
      this.value = null;
    } else if (value !== undefined && value !== this.value) this.show(value);
  }

  /**
   * Show a value. A slider that is dragged stays where it is.
   *
   * @param {number} value
   */
  show(value) {
    const { control, range } = this;
    this.value = value;
    if (this.controls.draggedId !== control.id) {
      [range.min, range.max] = sliderEnds(control, value).map(String);
      range.value = String(toSlider(control, value));
    }
    range.setAttribute("aria-valuetext", formatNumber(value));
    showText(this.box, shortBoxText(value));
  }
}
