// An embed: a view within another site's page, at the size that its link names. What is out of sight requests nothing.
import { session } from "../core/session.mjs";
import { createElement, getElement } from "../ui/dom.mjs";

/** @import { StateHistory } from "../core/history.mjs" */
/** @import { ViewController } from "./view_controller.mjs" */

export class Embed {
  /** @param {string} size full, main or plot */
  constructor(size) {
    this.size = size;
    this.onScreen = false; // whether any of it is on the screen
    /** @type {Set<() => void>} */
    this.waiting = new Set(); // what is done as soon as it is seen
    this.resumes = false; // whether the player goes on then
    new IntersectionObserver((entries) => {
      this.onScreen = entries[entries.length - 1].isIntersecting;
      this.update();
    }).observe(document.documentElement);
    document.addEventListener("visibilitychange", () => this.update());
  }

  /** Whether any of it is seen. */
  get seen() {
    return this.onScreen && !document.hidden;
  }

  update() {
    const player = session.page && session.page.player;
    document.body.dataset.seen = String(this.seen);
    if (!this.seen) {
      if (!player || !player.playing) return;
      player.pause();
      this.resumes = true;
      return;
    }
    const actions = [...this.waiting];
    this.waiting.clear();
    for (const action of actions) action();
    if (this.resumes && player) player.play();
    this.resumes = false;
  }

  /**
   * A page has come: where there is room for one figure only, the reader chooses which.
   *
   * @param {ViewController} page
   */
  begin({ view }) {
    const figures = Object.values(view.figures);
    document.getElementById("embed-figures")?.remove();
    if (this.size === "full" || figures.length < 2) return;
    const place = /** @type {HTMLElement} */ (document.querySelector(".view"));
    const choices = figures.map(({ title }, k) => {
      const radio = createElement("input", { type: "radio", name: "embed-figure", value: String(k), checked: k === 0 });
      radio.onchange = () => {
        place.dataset.shown = String(k);
      };
      return createElement("label", { className: "segment" }, radio, createElement("span", { textContent: title }));
    });
    place.dataset.shown = "0";
    getElement("open-app").before(
      createElement(
        "div",
        { id: "embed-figures", className: "segments", role: "radiogroup", aria: { label: "Figure" } },
        ...choices,
      ),
    );
  }

  /**
   * The link to the app leads to what is shown.
   *
   * @param {StateHistory} history
   */
  updateLink(history) {
    getElement("open-app").setAttribute("href", history.canonicalUrl());
  }
}
