// The theory page: letters in formulas and their entries. The text can be read without this.
import { setTheme, isDark } from "../ui/theme.mjs";
import { getElement } from "../ui/dom.mjs";

const note = getElement("letter");
/** @type {HTMLElement | null} */
let highlighted = null; // the entry that is shown

/**
 * Highlights a letter's entry and the letter itself; without a name, none.
 *
 * @param {string | null | undefined} name
 * @param {ParentNode} [among] the formulas in which the letter is highlighted
 */
function highlight(name, among = document) {
  for (const mark of document.querySelectorAll(".symbol.lit")) mark.classList.remove("lit");
  if (highlighted) highlighted.classList.remove("lit");
  highlighted = name ? document.getElementById(name) : null;
  note.hidden = !highlighted;
  if (!highlighted) return;
  highlighted.classList.add("lit");
  for (const mark of among.querySelectorAll(`.symbol[data-symbol="${name}"]`)) mark.classList.add("lit");
  const copies = [...highlighted.childNodes].map((node) => node.cloneNode(true));
  if (!highlighted.querySelector("a")) copies.push(document.createTextNode("computed, no control"));
  note.replaceChildren(...copies);
}

/**
 * @param {EventTarget | null} target
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
const closest = (target, selector) => (target instanceof Element ? target.closest(selector) : null);

/** @param {EventTarget | null} target */
const isInNote = (target) => target instanceof Node && note.contains(target);

document.addEventListener("pointerover", ({ pointerType, target }) => {
  const mark = pointerType === "mouse" ? closest(target, ".symbol") : null;
  if (mark) highlight(mark.dataset.symbol);
});

document.addEventListener("click", ({ target }) => {
  const mark = closest(target, ".symbol");
  if (mark) highlight(mark.dataset.symbol);
  else if (!isInNote(target)) highlight(null);
  if (closest(target, "#theme-button")) setTheme(!isDark(), true);
});

document.addEventListener("focusin", ({ target }) => {
  const entry = closest(target, ".letters li");
  if (entry) highlight(entry.id);
  else if (!isInNote(target)) highlight(null);
});

// A formula with the focus: arrows step through its letters, Enter goes to the control of the one that is highlighted.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") highlight(null);
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const formula = closest(event.target, ".formula");
  if (!formula) return;
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const letters = [.../** @type {NodeListOf<MathMLElement>} */ (formula.querySelectorAll(".symbol"))];
  const link = highlighted && highlighted.querySelector("a");
  if (event.key === "Enter" && link) {
    link.click();
    return;
  }
  if (!step || !letters.length) return;
  event.preventDefault();
  const at = Number(formula.dataset.at ?? (step > 0 ? -1 : 0));
  const next = (at + step + letters.length) % letters.length;
  formula.dataset.at = String(next);
  highlight(letters[next].dataset.symbol, formula);
  letters[next].scrollIntoView({ block: "nearest", inline: "nearest" });
});

/** From a control to its letter: the entry is highlighted, in a list that is open. */
function arrive() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target || !target.closest(".letters")) return;
  const list = target.closest("details");
  if (list) list.open = true;
  target.scrollIntoView({ block: "center" });
  highlight(target.id);
}

// A narrow screen begins with the text.
const contents = document.querySelector(".contents details");
if (contents && matchMedia("(max-width: 1000px)").matches) contents.removeAttribute("open");
window.addEventListener("hashchange", arrive);
arrive();
