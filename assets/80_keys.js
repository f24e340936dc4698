// The header's buttons and the keyboard.
window.fl = window.fl || {};

fl.BUTTONS = {
  "undo-button": (page) => page.history.undo(),
  "redo-button": (page) => page.history.redo(),
  "reset-button": (page) => page.reset(),
  "link-button": (page) => fl.copyLink(page),
  "help-button": () => fl.help(),
  "help-close": () => document.getElementById("help").close(),
  "reload-button": (page) => { page.history.settle(); location.reload(); },
  "theme-button": (page) => { fl.setTheme(!fl.dark(), true); page.show(); },
  "controls-button": () => fl.drawer(!document.getElementById("controls").classList.contains("open")),
  "controls-close": () => fl.drawer(false),
};

// The help of the page; a snapshot has none.
fl.help = function () {
  const help = document.getElementById("help");
  if (help) help.showModal();
};

// The controls of a narrow screen, open or not.
fl.drawer = function (open) {
  const button = document.getElementById("controls-button");
  document.getElementById("controls").classList.toggle("open", open);
  button.setAttribute("aria-expanded", open);
  if (open) document.querySelector("#controls select, #controls input").focus({ preventScroll: true });
  else button.focus({ preventScroll: true });
};

// A link to another state of some view, written by the server.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a.state-link");
  if (!link || !fl.page || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  for (const menu of fl.openMenus()) menu.open = false;
  fl.page.open(link.getAttribute("href"));
});

// A link to where one is, or to a place on this page, is no new entry of the history; one to another state is.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || !fl.page || link.origin !== location.origin || link.pathname !== location.pathname || link.search) return;
  event.preventDefault();
  event.stopPropagation();
  document.getElementById("page").focus();
}, true);

fl.openMenus = () => document.querySelectorAll("#take-menu[open], .popup[open]");

document.addEventListener("click", (event) => {
  for (const menu of fl.openMenus()) if (!menu.contains(event.target)) menu.open = false;
  const button = event.target.closest("button");
  const page = fl.page;
  if (!button || !page) return;
  if (fl.BUTTONS[button.id]) { fl.BUTTONS[button.id](page); return; }
  const whole = Object.values(page.view.figures).find(({ id }) => button.id === `${id}-whole`);
  if (whole) {
    page.keep({ [whole.window]: null });
    document.getElementById(whole.id).focus();
  }
});

// A figure that has the focus: arrows move its window, + and − zoom, 0 shows the whole.
fl.figureKey = function (page, figure, key) {
  const step = 0.1, zoom = 0.8;
  const moves = {
    ArrowLeft: [-step, 0, 1], ArrowRight: [step, 0, 1], ArrowUp: [0, step, 1], ArrowDown: [0, -step, 1],
    "+": [0, 0, zoom], "=": [0, 0, zoom], "-": [0, 0, 1 / zoom], "_": [0, 0, 1 / zoom],
  };
  if (key === "0") page.keep({ [figure.window]: null });
  else if (moves[key]) page.shift(figure, ...moves[key]);
  else return false;
  return true;
};

// The keys of the whole page; a field in which one types keeps its own.
fl.pageKey = function (page, { key, shiftKey }) {
  const step = shiftKey ? 0.1 : 0.01;
  if (key === "?") fl.help();
  else if (key === "p" && page.run && page.run.toggle()) return true;
  else if (!page.player.there) return false;
  else if (key === " ") page.player.toggle();
  else if (key === "ArrowLeft") page.player.step(-step);
  else if (key === "ArrowRight") page.player.step(step);
  else if (key === "Home") page.player.step(-1);
  else if (key === "End") page.player.step(1);
  else return false;
  return true;
};

document.addEventListener("keydown", (event) => {
  const page = fl.page;
  if (!page || event.defaultPrevented || event.altKey) return;
  const { target, key } = event;
  if (document.querySelector("dialog[open]")) return;
  const typing = target.closest("input[type=text], input[type=number], textarea");
  if (event.ctrlKey || event.metaKey) {
    const redo = key.toLowerCase() === "y" || (key.toLowerCase() === "z" && event.shiftKey);
    const typed = typing && typing.value !== typing.dataset.shown; // the field's own undo
    if (typed || !(redo || key.toLowerCase() === "z")) return;
    event.preventDefault();
    page.history[redo ? "redo" : "undo"]();
    return;
  }
  if (key === "Escape") {
    const [menu] = fl.openMenus();
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
    else if (page.causes.lit) page.causes.end();
    else if (document.getElementById("controls").classList.contains("open")) fl.drawer(false);
    return;
  }
  if (typing && key !== "?") return;
  // A slider has its own arrows; a button, a link and a choice have their own Space too.
  const own = target.closest("input[type=range]") ? key !== " " : target.closest("input, select, button, a, summary");
  if (key === "?" || !own) {
    const figure = Object.values(page.drawing.figures).find(({ gd }) => gd === target);
    if ((figure && fl.figureKey(page, figure, key)) || fl.pageKey(page, event)) event.preventDefault();
  }
});
