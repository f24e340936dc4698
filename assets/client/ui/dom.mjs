// Elements of the page.
import { splitSubscripts } from "../core/subscripts.mjs";

/**
 * What an element is created with. Texts may be given as numbers; `aria` and `data` become attributes.
 *
 * @template {keyof HTMLElementTagNameMap} T
 * @typedef {{
 *   [K in keyof HTMLElementTagNameMap[T]]?: HTMLElementTagNameMap[T][K] extends string
 *     ? HTMLElementTagNameMap[T][K] | number
 *     : HTMLElementTagNameMap[T][K];
 * } & { aria?: Record<string, string | number | boolean>; data?: Record<string, string | number | boolean> }} Properties
 */

/** Whether the main pointer is a finger. */
export const isTouch = () => matchMedia("(pointer: coarse)").matches;

/**
 * Create an element with properties and children.
 *
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Properties<T>} [properties]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function createElement(tag, properties, ...children) {
  const { aria = {}, data = {}, ...others } = properties ?? {};
  const element = Object.assign(document.createElement(tag), others);
  for (const [name, value] of Object.entries(aria)) element.setAttribute(`aria-${name}`, String(value));
  Object.assign(element.dataset, data);
  element.append(...children);
  return element;
}

/**
 * The nodes of a text with subscripts and superscripts.
 *
 * @param {string} text
 */
export const typeset = (text) =>
  splitSubscripts(text).map(([kind, written]) =>
    kind === "text" ? document.createTextNode(written) : createElement(kind, { textContent: written }),
  );

/**
 * An element that the page has for certain.
 *
 * @param {string} id
 */
export function getElement(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element #${id}`);
  return found;
}

/**
 * The menus that are open.
 *
 * @returns {NodeListOf<HTMLDetailsElement>}
 */
export const openMenus = () => document.querySelectorAll("#save-menu[open], .popup[open]");
