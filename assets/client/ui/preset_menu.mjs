// The menu of presets.
import { createElement, getElement } from "./dom.mjs";

/** @import { ViewController } from "../pages/view_controller.mjs" */

/** The menu of a view's presets. */
export class PresetMenu {
  /** @param {ViewController} page */
  constructor(page) {
    this.page = page;
    const { presets } = page.view;
    const group = createElement("optgroup", { label: "Presets" });
    for (const [name, { title }] of Object.entries(presets)) {
      group.append(createElement("option", { value: name, textContent: title }));
    }
    this.select = createElement(
      "select",
      { id: "preset", className: "preset", aria: { label: "Preset" } },
      createElement("option", { value: "", textContent: "Own parameters", hidden: true }),
      group,
    );
    this.select.onchange = () => this.choose(this.select.value);
    getElement("presets").replaceChildren(this.select);
  }

  /** Show the preset that has the present state, if there is one. */
  sync() {
    this.select.value = this.page.presetOf() || "";
  }

  /**
   * Show a preset, as a step of the history. Fields that users choose for themselves, such as layers, stay.
   *
   * @param {string} name
   */
  choose(name) {
    const { page } = this;
    const { view, state } = page;
    const preset = view.presets[name];
    if (!preset) return;
    const unchanged = view.parameters.filter(
      (parameter) => parameter.kept_by_presets && !preset.shows.includes(parameter.name),
    );
    const fields = Object.fromEntries(unchanged.map((parameter) => [parameter.name, state[parameter.name]]));
    page.commitState({ ...structuredClone(preset.state), ...fields });
    page.playsNext = view.runs && page.allowsMotion; // a recording is replayed at once
  }
}
