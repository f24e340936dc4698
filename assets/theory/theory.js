// The theory page: letters in formulas and their entries. The text needs none of this to be read.
const note = document.getElementById("letter");
let lit = null; // the entry that is shown

// Lights a letter's entry and, in the formula in hand, the letter itself; without a name, none.
function light(name, among = document) {
  for (const mark of document.querySelectorAll(".symbol.lit")) mark.classList.remove("lit");
  if (lit) lit.classList.remove("lit");
  lit = name ? document.getElementById(name) : null;
  note.hidden = !lit;
  if (!lit) return;
  lit.classList.add("lit");
  for (const mark of among.querySelectorAll(`.symbol[data-symbol="${name}"]`)) mark.classList.add("lit");
  const shown = [...lit.childNodes].map((node) => node.cloneNode(true));
  if (!lit.querySelector("a")) shown.push(document.createTextNode("computed, no control"));
  note.replaceChildren(...shown);
}

// The letters of a formula, in the order in which they stand.
const letters = (formula) => [...formula.querySelectorAll(".symbol")];

document.addEventListener("pointerover", (event) => {
  if (event.pointerType !== "mouse") return;
  const mark = event.target.closest(".symbol");
  if (mark) light(mark.dataset.symbol);
});

document.addEventListener("click", (event) => {
  const mark = event.target.closest(".symbol");
  if (mark) light(mark.dataset.symbol);
  else if (!note.contains(event.target)) light(null);
  if (event.target.closest("#theme-button")) {
    const root = document.documentElement;
    root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch (error) { /* storage refused */ }
  }
});

document.addEventListener("focusin", ({ target }) => {
  const entry = target.closest(".letters li");
  if (entry) light(entry.id);
  else if (!note.contains(target)) light(null);
});

// A formula with the focus: arrows step through its letters, Enter goes to the control of the one that is lit.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") light(null);
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const formula = event.target.closest(".formula");
  if (!formula) return;
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const all = letters(formula);
  if (event.key === "Enter" && lit && lit.querySelector("a")) { lit.querySelector("a").click(); return; }
  if (!step || !all.length) return;
  event.preventDefault();
  const at = Number(formula.dataset.at ?? (step > 0 ? -1 : 0));
  const next = (at + step + all.length) % all.length;
  formula.dataset.at = next;
  light(all[next].dataset.symbol, formula);
  all[next].scrollIntoView({ block: "nearest", inline: "nearest" });
});

// From a control to its letter: the entry is lit, in a list that is open.
function arrive() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target || !target.closest(".letters")) return;
  target.closest("details").open = true;
  target.scrollIntoView({ block: "center" });
  light(target.id);
}

// A narrow screen begins with the text.
if (matchMedia("(max-width: 1000px)").matches) document.querySelector(".contents details").open = false;
window.addEventListener("hashchange", arrive);
arrive();
