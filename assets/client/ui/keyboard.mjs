// The keyboard: undo and redo, Escape, the keys of a figure that has the focus, and those of the whole page.
import { session } from "../core/session.mjs";
import { openMenus } from "./dom.mjs";
import { isDrawerOpen, openHelp, setDrawer } from "./toolbar.mjs";

/** @import { FigureView } from "../render/figure_renderer.mjs" */
/** @import { ViewController } from "../pages/view_controller.mjs" */
/** @import { Player } from "./player.mjs" */

const MOVE = 0.1; // share of its window that a key moves a figure
const ZOOM = 0.8; // factor of its window's size

/**
 * What keys do with the window of a figure: shares to the right and up, and a factor of its size.
 *
 * @type {Map<string, [right: number, up: number, factor: number]>}
 */
export const FIGURE_KEYS = new Map([
  ["ArrowLeft", [-MOVE, 0, 1]],
  ["ArrowRight", [MOVE, 0, 1]],
  ["ArrowUp", [0, MOVE, 1]],
  ["ArrowDown", [0, -MOVE, 1]],
  ["+", [0, 0, ZOOM]],
  ["=", [0, 0, ZOOM]],
  ["-", [0, 0, 1 / ZOOM]],
  ["_", [0, 0, 1 / ZOOM]],
]);

const PLAYER_STEPS = [0.01, 0.1]; // shares of the whole time that an arrow key moves the cursor: plain, with Shift

/**
 * What keys do with the player.
 *
 * @type {Map<string, (player: Player, step: number) => void>}
 */
export const PLAYER_KEYS = new Map([
  [" ", (player) => player.toggle()],
  ["ArrowLeft", (player, step) => player.step(-step)],
  ["ArrowRight", (player, step) => player.step(step)],
  ["Home", (player) => player.step(-1)],
  ["End", (player) => player.step(1)],
]);

/**
 * A key of a figure that has the focus; 0 shows the whole of it.
 *
 * @param {ViewController} page
 * @param {FigureView} figure
 * @param {string} key
 * @returns {boolean} whether the key has a meaning
 */
export function figureKey(page, figure, key) {
  const shift = FIGURE_KEYS.get(key);
  if (key === "0") page.setDisplay({ [figure.window]: null });
  else if (shift) page.shift(figure, ...shift);
  return key === "0" || Boolean(shift);
}

/**
 * A key of the whole page.
 *
 * @param {ViewController} page
 * @param {{ key: string, shiftKey: boolean }} event
 * @returns {boolean} whether the key has a meaning
 */
export function pageKey(page, { key, shiftKey }) {
  if (key === "?") {
    openHelp();
    return true;
  }
  if (key === "p" && page.loader.job?.toggle()) return true;
  const action = PLAYER_KEYS.get(key);
  if (!action || !page.player.exists) return false;
  action(page.player, PLAYER_STEPS[shiftKey ? 1 : 0]);
  return true;
}

/**
 * The step in the history that a key with Ctrl or Cmd asks for.
 *
 * @param {{ key: string, shiftKey: boolean }} event
 * @returns {"undo" | "redo" | null}
 */
export function historyStep({ key, shiftKey }) {
  const letter = key.toLowerCase();
  if (letter === "y") return "redo";
  if (letter !== "z") return null;
  return shiftKey ? "redo" : "undo";
}

/**
 * Whether a field holds what has been typed, and is not part of the state yet: it has an undo of its own.
 *
 * @param {Element} target
 */
function isEdited(target) {
  /** @type {HTMLInputElement | HTMLTextAreaElement | null} */
  const field = target.closest("input[type=text], input[type=number], textarea");
  return field !== null && field.value !== field.dataset.shown;
}

/**
 * Whether the browser uses a key in the element that has the focus: in a slider every key but Space.
 *
 * @param {Element} target
 * @param {string} key
 */
const isUsedByElement = (target, key) =>
  target.closest("input[type=range]")
    ? key !== " "
    : target.closest("input, select, textarea, button, a, summary") !== null;

/**
 * Escape ends one thing: a menu, a highlight, or the drawer.
 *
 * @param {ViewController} page
 */
function pressEscape(page) {
  const [menu] = openMenus();
  if (menu) {
    menu.open = false;
    menu.querySelector("summary")?.focus();
  } else if (page.explanations.highlighted) page.explanations.clear();
  else if (isDrawerOpen()) setDrawer(false);
}

/**
 * A key without Ctrl or Cmd, other than Escape; returns whether it has a meaning.
 *
 * @param {ViewController} page
 * @param {KeyboardEvent} event
 */
function pressPlainKey(page, event) {
  const { key } = event;
  const target = /** @type {Element} */ (event.target);
  if (key !== "?" && isUsedByElement(target, key)) return false;
  const figure = Object.values(page.renderer.figures).find(({ gd }) => gd === target);
  return (figure !== undefined && figureKey(page, figure, key)) || pageKey(page, event);
}

/** @param {KeyboardEvent} event */
function pressKey(event) {
  const { page } = session;
  if (!page || event.defaultPrevented || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.ctrlKey || event.metaKey) {
    const step = historyStep(event);
    if (!step || isEdited(/** @type {Element} */ (event.target))) return;
    event.preventDefault();
    page.history[step]();
  } else if (event.key === "Escape") pressEscape(page);
  else if (pressPlainKey(page, event)) event.preventDefault();
}

/** Listens to the keyboard on the whole document. */
export function listenToKeyboard() {
  document.addEventListener("keydown", pressKey);
}
