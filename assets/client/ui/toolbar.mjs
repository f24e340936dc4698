// Clicks on the page: the buttons of the header and of figures, links, and clicks beside an open menu.
import { session } from "../core/session.mjs";
import { copyLink } from "./clipboard.mjs";
import { getElement, openMenus } from "./dom.mjs";
import { isDark, setTheme } from "./theme.mjs";

/** @import { ViewController } from "../pages/view_controller.mjs" */

/**
 * What buttons do, by their ids.
 *
 * @type {Record<string, (page: ViewController) => void>}
 */
export const BUTTONS = {
  "undo-button": (page) => page.history.undo(),
  "redo-button": (page) => page.history.redo(),
  "reset-button": (page) => page.reset(),
  "link-button": (page) => copyLink(page),
  "help-button": () => openHelp(),
  "help-close": () => helpDialog()?.close(),
  "reload-button": (page) => {
    page.history.settle();
    location.reload();
  },
  "theme-button": (page) => {
    setTheme(!isDark(), true);
    page.show();
  },
  "controls-button": () => setDrawer(!isDrawerOpen()),
  "controls-close": () => setDrawer(false),
};

/** The help of the page; a recorded page has none. */
export const helpDialog = () => /** @type {HTMLDialogElement | null} */ (document.getElementById("help"));

/** Opens the help, if the page has any. */
export function openHelp() {
  helpDialog()?.showModal();
}

/** Whether the drawer with the controls of a narrow screen is open. */
export const isDrawerOpen = () => getElement("controls").classList.contains("open");

/**
 * Opens or closes the drawer with the controls of a narrow screen, and gives the focus to it or to its button.
 *
 * @param {boolean} isOpen
 */
export function setDrawer(isOpen) {
  const button = getElement("controls-button");
  getElement("controls").classList.toggle("open", isOpen);
  button.setAttribute("aria-expanded", String(isOpen));
  /** @type {HTMLElement | null} */
  const input = isOpen ? document.querySelector("#controls select, #controls input") : button;
  input?.focus({ preventScroll: true });
}

/**
 * The nearest element around the target of an event.
 *
 * @template {Element} Found
 * @param {Event} event
 * @param {string} selector
 */
const closest = (event, selector) =>
  /** @type {Found | null} */ (/** @type {Element} */ (event.target).closest(selector));

/**
 * A link of the server to a state of a view is opened without loading the page anew.
 *
 * @param {MouseEvent} event
 */
function openStateLink(event) {
  /** @type {HTMLAnchorElement | null} */
  const link = closest(event, "a.state-link");
  if (!link || !session.page || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  for (const menu of openMenus()) menu.open = false;
  session.page.open(link.getAttribute("href") ?? "");
}

/**
 * A link to this page, or to a place on it, adds no entry to the history; a link to another state does.
 *
 * @param {MouseEvent} event
 */
function stayOnPage(event) {
  /** @type {HTMLAnchorElement | null} */
  const link = closest(event, "a[href]");
  if (!link || !session.page || link.origin !== location.origin || link.pathname !== location.pathname || link.search)
    return;
  event.preventDefault();
  event.stopPropagation();
  getElement("page").focus();
}

/**
 * A click closes the menus that it is not in, and presses the button that it is in.
 *
 * @param {MouseEvent} event
 */
function pressButton(event) {
  for (const menu of openMenus()) if (!menu.contains(/** @type {Node} */ (event.target))) menu.open = false;
  const button = closest(event, "button");
  const { page } = session;
  if (!button || !page) return;
  if (Object.hasOwn(BUTTONS, button.id)) {
    BUTTONS[button.id](page);
    return;
  }
  const unzoomed = Object.values(page.view.figures).find(({ id }) => button.id === `${id}-whole`);
  if (unzoomed) {
    page.setDisplay({ [unzoomed.window]: null });
    getElement(unzoomed.id).focus();
  }
}

/** Listens to clicks on the whole document. */
export function listenToClicks() {
  document.addEventListener("click", openStateLink);
  document.addEventListener("click", stayOnPage, true);
  document.addEventListener("click", pressButton);
}
