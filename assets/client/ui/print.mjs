// Printing: a light page with whole figures of the paper's size, the sentences and the link; style.css hides the rest.
import { session } from "../core/session.mjs";
import { createElement, getElement } from "./dom.mjs";

/** The state of printing, and its two ends. */
export const printing = {
  /** @type {string | null} */
  theme: null, // of the screen, while the page is laid out for paper

  /** Lay the page out for paper. */
  begin() {
    const { page } = session,
      root = document.documentElement;
    if (printing.theme || !page) return;
    printing.theme = root.dataset.theme ?? "";
    root.dataset.theme = "light";
    root.dataset.printing = "";
    const link = session.recorded ? "" : location.origin + page.history.address();
    getElement("page").prepend(
      createElement("p", { id: "printed-link" }, createElement("strong", { textContent: document.title }), " ", link),
    );
    page.redraw();
  },

  /** Lay the page out for the screen again. */
  end() {
    const { page } = session,
      root = document.documentElement;
    if (!printing.theme) return;
    root.dataset.theme = printing.theme;
    printing.theme = null;
    delete root.dataset.printing;
    getElement("printed-link").remove();
    if (page) page.redraw();
  },
};

/** Lay the page out for paper while the browser prints. */
export function listenToPrinting() {
  window.addEventListener("beforeprint", printing.begin);

  window.addEventListener("afterprint", printing.end);
}
