// A box with a number, or with a list of them.
import { createElement } from "./dom.mjs";

/** @import { Properties } from "./dom.mjs" */

/**
 * Create a box for a number.
 *
 * @param {Properties<"input">} properties
 */
export const createNumberBox = (properties) =>
  createElement("input", { type: "text", className: "box", autocomplete: "off", spellcheck: false, ...properties });

/**
 * Show a valid text. It is stored as well, so that an edit of it is recognized.
 *
 * @param {HTMLInputElement | HTMLTextAreaElement} box
 * @param {string} text
 */
export function showText(box, text) {
  box.value = box.dataset.shown = text;
  setInvalid(box, false);
}

/**
 * Whether the text of a box has been edited since it was shown.
 *
 * @param {HTMLInputElement | HTMLTextAreaElement} box
 */
export const isEdited = (box) => box.value !== box.dataset.shown;

/**
 * Mark the text of a box as refused or accepted.
 *
 * @param {HTMLElement} box
 * @param {boolean} invalid
 */
export const setInvalid = (box, invalid) => box.setAttribute("aria-invalid", String(invalid));

/**
 * Whether the text of a box was refused.
 *
 * @param {HTMLElement} box
 */
export const isInvalid = (box) => box.getAttribute("aria-invalid") === "true";
