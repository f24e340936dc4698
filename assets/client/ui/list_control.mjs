// Lists: one whose numbers are typed in a box, and the length of lists whose numbers have controls.
import { minLength } from "./axis_control.mjs";
import { lengthPatch } from "./control_values.mjs";
import { createElement, typeset } from "./dom.mjs";
import { isEdited, setInvalid, showText } from "./number_box.mjs";
import { listText, readCount, readNumberList } from "./number_input.mjs";

/** @import { Control, State } from "../types/view.d.ts" */
/** @import { Controls } from "./controls.mjs" */

const LINE_WIDTH = 28; // characters of a line of the box

/** Numbers in one box, separated by commas or spaces. */
export class ListControl {
  /**
   * @param {Controls} controls
   * @param {Control} control
   * @param {HTMLElement} row
   */
  constructor(controls, control, row) {
    this.controls = controls;
    this.control = control;
    this.row = row;
    this.list = createElement("textarea", {
      id: `${control.id}-box`,
      className: "box",
      autocomplete: "off",
      spellcheck: false,
      aria: { label: `${control.symbol}, ${control.title}` },
    });
    this.list.onchange = () => this.readBox();
    this.list.onkeydown = (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.readBox();
    };
    const label = createElement(
      "label",
      { htmlFor: this.list.id, className: "control-symbol", title: control.title },
      ...typeset(control.symbol),
    );
    row.append(label, this.list);
  }

  /** Take over what was typed. */
  readBox() {
    const { controls, control, list } = this;
    if (!isEdited(list)) {
      setInvalid(list, false);
      return;
    }
    const { numbers, error } = readNumberList(control, list.value);
    controls.report(list, error);
    if (numbers) controls.change({ [control.parameter]: numbers });
  }

  /** @param {State} state */
  sync(state) {
    showText(this.list, listText(state[this.control.parameter]));
    this.list.rows = Math.ceil(this.list.value.length / LINE_WIDTH);
  }
}

/** The length of lists that have the same one. */
export class CountControl {
  /**
   * @param {Controls} controls
   * @param {Control} control
   * @param {HTMLElement} row
   */
  constructor(controls, control, row) {
    this.controls = controls;
    this.control = control;
    this.row = row;
    this.value = 0; // the present length
    const [min, max] = control.bounds;
    this.count = createElement("input", {
      type: "number",
      id: `${control.id}-box`,
      className: "box",
      min,
      max,
      step: 1,
    });
    this.count.onchange = () => this.readBox();
    row.append(
      createElement("label", { htmlFor: this.count.id, title: control.title, textContent: `${control.symbol} =` }),
      this.count,
    );
  }

  /** Take over what was typed, as far as the axes of a map allow it. */
  readBox() {
    const { controls, control, count } = this;
    const [min, max] = control.bounds;
    const least = Math.max(min, minLength(controls.view, controls.state));
    const length = readCount(count.valueAsNumber, this.value, [least, max]);
    count.value = String(length);
    if (length !== this.value) controls.change(lengthPatch(control.fillers, controls.state, length));
  }

  /** @param {State} state */
  sync(state) {
    this.value = state[this.control.parameter].length;
    this.count.value = this.count.dataset.shown = String(this.value);
  }
}
