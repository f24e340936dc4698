// The lecture: a story told over the page of a view. A step puts its state into the page, marks what it speaks of, asks
// and plays; leaving it leaves nothing behind, for the next step brings its own whole state.
import { prefetched } from "../core/prefetch.mjs";
import { session } from "../core/session.mjs";
import { svgElement } from "../render/svg.mjs";
import { createElement, getElement } from "../ui/dom.mjs";
import { isLine, rowFrame, shapesInPlane } from "./lecture_marks.mjs";
import { SketchPad } from "./sketch_pad.mjs";

/** @import { FigureView } from "../render/figure_renderer.mjs" */
/** @import { Mark, Question, State, Step } from "../types/view.d.ts" */
/** @import { ViewController } from "./view_controller.mjs" */

export class Lecture {
  /**
   * The lecture of the page that is shown, or null where it is none.
   *
   * @param {ViewController} page
   */
  static here(page) {
    const bar = document.getElementById("lecture");
    return bar ? new Lecture(page, bar) : null;
  }

  static HELD = "What this plot shows is said when the question has been answered.";
  static SWIPE = 60; // pixels that a finger moves at least
  static LARGE = { type: 1.5, line: 1.8, names: 1.1 }; // on a wide screen, which may be a projector's
  static WIDE = 1100; // pixels

  /**
   * @param {ViewController} page
   * @param {HTMLElement} bar
   */
  constructor(page, bar) {
    this.page = page;
    this.bar = bar;
    const { name, title, steps } = JSON.parse(bar.dataset.story ?? "");
    /** @type {string} */
    this.name = name;
    /** @type {string} */
    this.title = title;
    /** @type {Step[]} */
    this.steps = steps.map((/** @type {Step} */ step) => ({
      ...step,
      address: session.base + step.address,
      stream: session.base + step.stream,
    }));
    this.index = 0; // of the step
    this.audienceControls = false; // whether the audience has the controls
    this.ready = false; // whether the picture of the step is complete
    this.asking = false; // whether a question is open
    /** @type {SketchPad | null} */
    this.pad = null;
    /** @type {Record<string, [SVGElement, SVGElement]>} */
    this.layers = {}; // under and over each figure
    if (innerWidth > Lecture.WIDE) page.renderer.enlargement = Lecture.LARGE;
    this.useHistory();
    getElement("step-back").onclick = () => this.go(this.index - 1);
    getElement("step-next").onclick = () => this.next();
    getElement("take-controls").onclick = () => {
      if (this.audienceControls) this.returnControls();
      else this.takeControls();
    };
  }

  /** The addresses of the history are those of the steps, with what the audience has changed behind them. */
  useHistory() {
    const { history } = this.page;
    const entry = history.entry.bind(history);
    history.address = () => {
      const { address } = this.step;
      return this.audienceControls ? `${address}?${history.query()}` : address;
    };
    history.entry = () => ({ ...entry(), taken: this.audienceControls });
  }

  /** Whether the page is still that of the lecture. */
  get isActive() {
    return this.bar.isConnected;
  }

  get step() {
    return this.steps[this.index];
  }

  /**
   * The index of the step of a path: the first one's where the path names only the story; null of another path.
   *
   * @param {string} path
   */
  indexOf(path) {
    const bare = path.replace(/\/$/, "");
    if (bare === `${session.base}/lecture/${this.name}`) return 0;
    const index = this.steps.findIndex(({ address }) => address === bare);
    return index < 0 ? null : index;
  }

  /** Shows the step that the address names, with what it says that the audience has changed. */
  async begin() {
    const { page } = this;
    this.index = this.indexOf(location.pathname) ?? 0;
    const query = location.search.slice(1);
    const entry = history.state;
    const stored = entry && entry.taken ? page.history.stateOf(entry) : null;
    if (!stored && query) await page.readLink(query);
    if (session.page !== page) return;
    this.enter(this.index, stored || (query ? page.state : null), stored ? entry.only : page.history.only);
    page.history.mark(page.state);
  }

  /**
   * Shows a step.
   *
   * @param {number} index
   * @param {State | null} [state] where the audience has the controls, what it has set
   * @param {string[] | null} [only] and the link's choice of controls
   */
  enter(index, state = null, only = null) {
    this.index = index;
    this.close();
    const { page, step } = this;
    Object.assign(page.history, { depth: 0, top: 0, only: state && only });
    document.title = [step.title, this.title, document.querySelector(".brand")?.textContent].join(" · ");
    getElement("step").replaceChildren(
      createElement("h2", { textContent: step.title }),
      createElement("div", { innerHTML: step.text }),
    );
    getElement("step-place").textContent = `${index + 1} / ${this.steps.length}`;
    const text = this.bar.querySelector(".story-text");
    if (text) text.scrollTop = 0;
    this.ready = state !== null;
    this.setAsking(state === null && step.question !== null);
    this.setAudienceControl(state !== null);
    for (const { id, name } of Object.values(page.renderer.figures)) {
      const section = getElement(id).closest("section");
      if (section) section.hidden = !step.figures.includes(name);
    }
    button("step-back").disabled = index === 0;
    button("step-next").disabled = index === this.steps.length - 1 && !this.asking;
    page.restore(structuredClone(state || step.state));
  }

  /**
   * While a question is open, colors, dashes and words that tell a fate are hidden; where a curve is to be drawn, also
   * lines that would lead the hand.
   *
   * @param {boolean} asking
   */
  setAsking(asking) {
    this.asking = asking;
    this.bar.toggleAttribute("data-asking", asking);
    this.bar.toggleAttribute("data-drawing", asking && this.step.question?.draw !== undefined);
    this.page.texts.describe();
  }

  /** What a step has done is undone. */
  close() {
    const { player } = this.page;
    player.playing = false;
    player.stopAt = 1;
    player.setSpeed(1);
    this.pad = null;
    getElement("question").replaceChildren();
    for (const layer of Object.values(this.layers).flat()) layer.replaceChildren();
    for (const row of document.querySelectorAll(".control.lit")) row.classList.remove("lit");
  }

  /** The picture of the step is complete. */
  onDrawn() {
    if (this.ready || !this.isActive) return;
    this.ready = true;
    const { page, step } = this;
    const next = this.steps[this.index + 1];
    if (next) prefetched.fetch(next.stream);
    if (step.question) this.ask(step.question);
    else this.play();
    for (const { control } of step.mark) {
      if (!control) continue;
      for (const { id } of page.view.controls.filter(({ key }) => key === control)) {
        document.getElementById(`${id}-row`)?.classList.add("lit");
      }
    }
    this.draw();
  }

  play() {
    const { player } = this.page;
    const { play } = this.step;
    const { clock } = player;
    if (!play || !player.exists || !clock) return;
    player.stopAt = play.to === undefined ? 1 : clock.position(play.to);
    player.setSpeed(play.speed || 1);
    if (!this.page.allowsMotion) {
      player.go(player.stopAt, true);
      return;
    }
    player.go(play.from === undefined ? 0 : clock.position(play.from), true);
    player.play();
  }

  /** The answer of an open question, or the next step. */
  next() {
    if (this.asking && this.ready && !this.audienceControls) this.reveal(null);
    else this.go(this.index + 1);
  }

  /** @param {number} index of a step; nothing happens beyond the first and the last */
  go(index) {
    if (index < 0 || index >= this.steps.length) return;
    const { page } = this;
    const to = this.steps[index];
    page.history.settle();
    if (to.view !== page.view.name) {
      page.open(to.address);
      return;
    }
    this.audienceControls = false;
    this.index = index;
    page.history.state = to.state;
    page.history.put("pushState");
    this.enter(index);
    getElement("step").focus({ preventScroll: true });
    if (innerWidth <= Lecture.WIDE) scrollTo(0, 0);
  }

  /**
   * The browser has gone to another entry of the history.
   *
   * @param {any} entry
   * @returns {boolean} whether it is one of this story and view
   */
  onTravel(entry) {
    const { page } = this;
    const index = this.isActive ? this.indexOf(location.pathname) : null;
    if (index === null || this.steps[index].view !== page.view.name) return false;
    const same = index === this.index;
    page.history.onTravel(entry);
    const state = entry && entry.taken ? page.history.stateOf(entry) : null;
    if (same && state) {
      page.history.only = entry.only;
      this.setAudienceControl(true);
      page.restore(state);
    } else this.enter(index, state, state && entry.only);
    return true;
  }

  // --- the controls of the audience ---

  /** @param {boolean} has whether the audience has the controls */
  setAudienceControl(has) {
    this.audienceControls = has;
    this.bar.toggleAttribute("data-taken", has);
    const toggle = getElement("take-controls");
    toggle.textContent = has ? "Back to the story" : "Take the controls";
    toggle.setAttribute("aria-pressed", String(has));
    this.page.showOnly(has ? this.page.history.only : null);
  }

  takeControls() {
    const { page } = this;
    if (this.asking) this.reveal(null);
    page.history.settle();
    this.setAudienceControl(true);
    page.sync();
    page.history.record(page.state);
    page.history.settle();
    page.sync();
    page.texts.announce("The controls are yours. Escape goes back to the story.");
  }

  returnControls() {
    const { page } = this;
    page.history.settle();
    this.audienceControls = false;
    page.history.state = this.step.state;
    page.history.put("pushState");
    this.enter(this.index);
    getElement("take-controls").focus({ preventScroll: true });
  }

  // --- predict, then reveal ---

  /** @param {Question} question */
  ask(question) {
    const place = getElement("question");
    const { player } = this.page;
    const { from } = this.step.play || {};
    if (player.clock) player.go(from === undefined ? 0 : player.clock.position(from), true);
    place.replaceChildren(createElement("p", { className: "ask", innerHTML: question.ask }));
    if (question.draw !== undefined) {
      place.append(
        createElement("p", {
          className: "hint",
          textContent: "Draw it in the panel; by keyboard: Tab to the panel, ↑ ↓ change the value, ← → go on.",
        }),
        createElement("button", {
          type: "button",
          className: "tool reveal",
          textContent: "Reveal",
          onclick: () => this.reveal(null),
        }),
      );
      this.pad = new SketchPad(this.page, question.draw, question.run ?? 0);
      return;
    }
    (question.choices ?? []).forEach((choice, k) => {
      const onclick = () => this.reveal(k);
      place.append(
        createElement("button", {
          type: "button",
          className: "choice",
          innerHTML: choice,
          data: { choice: k },
          onclick,
        }),
      );
    });
  }

  /**
   * Shows the answer, and the picture that shows it.
   *
   * @param {number | null} chosen the choice that was made, null without one
   */
  reveal(chosen) {
    const { question } = this.step;
    if (!question || !this.asking || !this.ready) return;
    this.setAsking(false);
    const place = getElement("question");
    markChoices(place, question, chosen);
    const verdict = chosen === null ? "" : chosen === question.answer ? "Right. " : "Not so. ";
    const answer = createElement("div", { className: "then", innerHTML: question.then, tabIndex: -1, role: "status" });
    if (verdict) answer.prepend(createElement("strong", { textContent: verdict }));
    if (this.pad) answer.append(createElement("p", { textContent: this.pad.verdict() }));
    for (const old of place.querySelectorAll(".hint, .reveal")) old.remove();
    place.append(answer);
    answer.focus({ preventScroll: true });
    answer.scrollIntoView({ block: "nearest" });
    if (this.pad) this.pad.close();
    button("step-next").disabled = this.index === this.steps.length - 1;
    const { player } = this.page;
    if (this.step.play) this.play();
    else if (player.exists) player.finish();
    this.draw();
  }

  // --- what is marked ---

  /** Draws what the step points to; called whenever a figure has been drawn. */
  draw() {
    if (!this.isActive || !this.step) return;
    const figures = Object.values(this.page.renderer.figures);
    const marks = this.ready && !this.audienceControls && !this.asking ? this.step.mark : [];
    figures.forEach((figure, k) => {
      if (!figure.gd || !figure.gd._fullLayout || !figure.gd._fullLayout.xaxis) return;
      const [under, over] = this.layersOf(figure);
      /** @type {(mark: Mark) => SVGElement[]} */
      const shapes = (mark) => {
        if (mark.row !== undefined && figure.name === this.step.figures.at(-1)) return rowFrame(mark.row, figure);
        return k === 0 ? shapesInPlane(mark, figure, this.page.renderer.result) : [];
      };
      under.replaceChildren(...marks.filter(isLine).flatMap(shapes));
      over.replaceChildren(...marks.filter((mark) => !isLine(mark)).flatMap(shapes));
    });
    if (this.pad) this.pad.draw();
  }

  /** @param {FigureView} figure */
  layersOf({ gd, name }) {
    const present = this.layers[name];
    if (present && present.every(({ isConnected }) => isConnected)) return present;
    const layer = () => svgElement("svg", { class: "layer spot story-spot", "aria-hidden": "true" });
    const [under, over] = (this.layers[name] = [layer(), layer()]);
    gd.before(under);
    gd.after(over);
    return this.layers[name];
  }
}

/** @param {string} id */
const button = (id) => /** @type {HTMLButtonElement} */ (getElement(id));

/**
 * @param {HTMLElement} place
 * @param {Question} question
 * @param {number | null} chosen
 */
function markChoices(place, { answer }, chosen) {
  for (const choice of /** @type {NodeListOf<HTMLButtonElement>} */ (place.querySelectorAll(".choice"))) {
    const k = Number(choice.dataset.choice);
    choice.disabled = true;
    if (k === answer) choice.dataset.right = "true";
    else if (k === chosen) choice.dataset.wrong = "true";
  }
}
