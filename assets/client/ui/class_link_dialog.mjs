// A link for a class, which shows only some of the controls: the dialog in which they are chosen.
import { copyLink } from "./clipboard.mjs";
import { checkbox, closeButton, dialogButton, openDialog } from "./dialog.mjs";
import { createElement } from "./dom.mjs";

/** @import { ViewController } from "../pages/view_controller.mjs" */
/** @import { Control } from "../types/view.d.ts" */

/**
 * The titles of controls by their keys in links; controls of one list share a key, and its title.
 *
 * @param {Pick<Control, "key" | "title">[]} controls
 */
export function titlesByKey(controls) {
  /** @type {Map<string, string>} */
  const titles = new Map();
  for (const { key, title } of controls) if (!titles.has(key)) titles.set(key, title.replace(/, degree \d+$/, ""));
  return titles;
}

/**
 * Opens the dialog. Its button shows the chosen controls alone, and copies the link that does.
 *
 * @param {ViewController} page
 */
export function openClassLinkDialog(page) {
  const titles = titlesByKey(page.view.controls);
  const { only } = page.controls;
  const checks = [...titles].map(([value, title]) =>
    checkbox(title, { value, checked: !only || only.includes(value) }),
  );
  const inputs = checks.map(({ input }) => input);
  const copy = () => {
    const keys = inputs.filter(({ checked }) => checked).map(({ value }) => value);
    const isDefault = keys.length === titles.size && !page.defaultControls;
    page.showOnly(isDefault ? null : keys);
    page.history.record(page.state, "same");
    page.sync();
    dialog.close();
    copyLink(page);
  };
  const uncheckAll = () => {
    for (const input of inputs) input.checked = false;
  };
  const dialog = openDialog(
    { className: "help", id: "class-link", aria: { label: "Link for a class" } },
    createElement("h2", { textContent: "Controls that the class sees" }),
    createElement("div", { className: "checks" }, ...checks.map(({ label }) => label)),
    createElement(
      "div",
      { className: "compare-buttons" },
      dialogButton("Show and copy the link", copy),
      dialogButton("None", uncheckAll),
      closeButton(),
    ),
  );
}
