// Modal dialogs, which exist while they are open.
import { createElement } from "./dom.mjs";

/**
 * Opens a dialog. When it closes it is removed, and the element that had the focus has it again.
 *
 * @param {{ className: string, id?: string, aria: Record<string, string> }} properties
 * @param {...(Node | string)} children
 */
export function openDialog(properties, ...children) {
  const dialog = createElement("dialog", properties, ...children);
  const opener = /** @type {HTMLElement | null} */ (document.activeElement);
  dialog.onclose = () => {
    dialog.remove();
    opener?.focus();
  };
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * A button of a dialog.
 *
 * @param {string} textContent
 * @param {(event: MouseEvent) => void} onclick
 */
export const dialogButton = (textContent, onclick) =>
  createElement("button", { type: "button", className: "tool", textContent, onclick });

/** The button that closes the dialog that it is in. */
export function closeButton() {
  const button = dialogButton("Close", () => button.closest("dialog")?.close());
  return button;
}

/**
 * A checkbox and its label.
 *
 * @param {string} textContent
 * @param {{ checked?: boolean, value?: string }} [properties]
 */
export function checkbox(textContent, properties = {}) {
  const input = createElement("input", { type: "checkbox", ...properties });
  const label = createElement("label", { className: "check" }, input, createElement("span", { textContent }));
  return { label, input };
}
