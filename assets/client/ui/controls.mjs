// Controls: sliders, number boxes, choices and chips write the state, and follow it. All are the browser's own elements,
// so that a change is handled within its event.
import { session } from "../core/session.mjs";
import { AxisControl } from "./axis_control.mjs";
import { StartChips } from "./chips.mjs";
import { CheckboxControl, ChoiceControl } from "./choice_control.mjs";
import { isMeaningful, valuePatch } from "./control_values.mjs";
import { getElement } from "./dom.mjs";
import { CountControl, ListControl } from "./list_control.mjs";
import { setInvalid } from "./number_box.mjs";
import { SliderControl } from "./slider_control.mjs";

/** @import { Control, State, View } from "../types/view.d.ts" */
/** @import { StateHistory } from "../core/history.mjs" */

/**
 * A control on the page: its row, its inputs, and `sync(state)`, which moves them to where the state is.
 *
 * @typedef {AxisControl | CheckboxControl | ChoiceControl | CountControl | ListControl | SliderControl} Part
 */

/** The class of each kind of control. */
const CLASSES = {
  axis: AxisControl,
  choice: ChoiceControl,
  count: CountControl,
  list: ListControl,
  many: CheckboxControl,
  slider: SliderControl,
};

/** All controls of a view. */
export class Controls {
  /**
   * @param {View} view
   * @param {StateHistory} history
   * @param {(patch: State) => void} change called with the fields of the state that a control changes
   * @param {(sentences: string[]) => void} showAlert
   */
  constructor(view, history, change, showAlert) {
    this.view = view;
    this.history = history;
    this.change = change;
    this.showAlert = showAlert;
    /** @type {State} */
    this.state = {}; // of the latest sync
    /** @type {string[] | null} */
    this.only = null; // keys of the controls that the link or the lecture shows, null for all
    // Identifiers of the controls that a small embed shows, null for all.
    this.compact = session.embed && session.embed.size === "main" ? view.embed.main : null;
    /** @type {string | null} */
    this.draggedId = null; // of the slider that is dragged: it stays where it is
    /** @type {Record<string, Part>} */
    this.parts = {}; // by the control's identifier
    for (const control of view.controls) this.build(control);
    const chips = document.getElementById("chips");
    this.chips = chips && new StartChips(chips, view, change);
  }

  /**
   * Create a control in its row, if the page has one.
   *
   * @param {Control} control
   */
  build(control) {
    const isGroup = control.kind === "choice" || control.kind === "many";
    const row = document.getElementById(isGroup ? control.id : `${control.id}-row`);
    if (row) this.parts[control.id] = new CLASSES[control.kind](this, control, row);
  }

  /**
   * Change the value of a control.
   *
   * @param {Control} control
   * @param {number | null} value
   */
  write(control, value) {
    this.change(valuePatch(control, this.state, value));
  }

  /**
   * Show whether the text of a box was accepted.
   *
   * @param {HTMLElement} box
   * @param {string} [error] why it was refused
   */
  report(box, error) {
    setInvalid(box, error !== undefined);
    this.showAlert(error === undefined ? [] : [error]);
  }

  /**
   * Show warnings, if there are any.
   *
   * @param {string[]} sentences
   */
  warn(sentences) {
    if (sentences.length) this.showAlert(sentences);
  }

  /** Have the next sync replace everything that was typed. */
  discardInput() {
    this.draggedId = null;
    for (const part of Object.values(this.parts)) if (part instanceof SliderControl) part.discardInput();
  }

  /**
   * Move all controls to where the state is.
   *
   * @param {State} state
   */
  sync(state) {
    this.state = state;
    for (const part of Object.values(this.parts)) {
      part.row.hidden = !this.isOffered(part.control) || !isMeaningful(part.control, state);
      part.sync(state);
    }
    this.chips?.sync(state);
    getElement("controls").hidden = this.only !== null && !this.only.length;
    const all = !this.only && !this.compact;
    const others = { chips: all || Boolean(this.only?.includes("a")), presets: all, comparison: all };
    for (const [id, isOffered] of Object.entries(others)) {
      const element = document.getElementById(id);
      if (element) element.hidden = !isOffered;
    }
  }

  /**
   * Whether the link, the lecture or the embed offers a control.
   *
   * @param {Control} control
   */
  isOffered({ id, key }) {
    if (this.only) return this.only.includes(key);
    return !this.compact || this.compact.includes(id);
  }
}
