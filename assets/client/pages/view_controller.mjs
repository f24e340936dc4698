// The page of a view: its state, and everything that changes it.
import { Clock } from "../core/clock.mjs";
import { heading, presetOf } from "../core/headings.mjs";
import { StateHistory } from "../core/history.mjs";
import { computationQuery } from "../core/link.mjs";
import { session } from "../core/session.mjs";
import { whenVisible } from "../core/visibility.mjs";
import { FigureRenderer } from "../render/figure_renderer.mjs";
import { Comparison } from "../ui/compare.mjs";
import { Controls } from "../ui/controls.mjs";
import { getElement } from "../ui/dom.mjs";
import { ExplanationPanel } from "../ui/explanation_panel.mjs";
import { Player } from "../ui/player.mjs";
import { PresetMenu } from "../ui/preset_menu.mjs";
import { Progress } from "../ui/progress.mjs";
import { SaveMenu } from "../ui/save_menu.mjs";
import { isDark } from "../ui/theme.mjs";
import { setDrawer } from "../ui/toolbar.mjs";
import { ImageUpload } from "../ui/upload.mjs";
import { attachEvents, windowFor } from "./figure_events.mjs";
import { PageTexts } from "./page_texts.mjs";
import { PictureLoader } from "./picture_loader.mjs";
import { RETRY_DELAYS } from "./reconnection.mjs";

/** @import { State, View } from "../types/view.d.ts" */
/** @import { FigureView } from "../render/figure_renderer.mjs" */

export class ViewController {
  /**
   * @param {View} view
   * @param {StateHistory} [history]
   */
  constructor(view, history = new StateHistory(view)) {
    this.view = view;
    this.pathname = location.pathname;
    /** @type {State} */
    this.state = structuredClone(view.initial);
    this.lastInputAt = -Infinity; // when a control was moved
    this.isDrag = false; // whether a pointer holds it, or it had been moved shortly before
    this.playsNext = false; // whether the next picture is played when it is complete
    this.outdated = false; // whether the server has another release
    this.texts = new PageTexts(this);
    this.loader = new PictureLoader(this);
    this.history = history;
    this.controls = new Controls(
      view,
      this.history,
      (patch) => this.change(patch),
      (sentences) => this.texts.showAlert(sentences),
    );
    this.comparison = new Comparison(document.getElementById("comparison"), view, (patch) => this.commit(patch));
    this.renderer = new FigureRenderer(view, (figure) => attachEvents(this, figure));
    this.progress = new Progress(document.getElementById("progress"), {
      pause: () => this.loader.setJobMode("paused"),
      resume: () => this.loader.setJobMode("live"),
      train: () => this.loader.setJobMode("live"),
      cancel: () => this.loader.cancel(),
    });
    const place = document.getElementById("player") || document.createElement("div");
    this.player = new Player(place, view.time.symbol, (time, settled) => this.moveCursor(time, settled));
    this.presetMenu = new PresetMenu(this);
    this.saveMenu = new SaveMenu(this);
    this.explanations = new ExplanationPanel(this);
    this.upload = new ImageUpload(this);
  }

  static MOVING = 150; // ms after which a hand that has not moved rests

  /** Shows what the address names, or what this entry of the history had. */
  async start() {
    const query = location.search.slice(1);
    const stored = this.history.stateOf(history.state);
    if (stored) {
      this.state = stored;
      this.showOnly(history.state.only);
    }
    this.history.mark(this.state);
    this.sync();
    if (!stored && query) {
      await this.readLink(query);
      if (session.page !== this) return;
      this.history.mark(this.state);
      this.sync();
    }
    this.playsNext = !stored && !query && this.allowsMotion;
    this.loader.throttle.start();
    this.focusControl(location.hash.slice(1));
  }

  /**
   * A link may name a control: its group is opened, and it gets the focus.
   *
   * @param {string} id
   */
  focusControl(id) {
    const named = this.view.controls.find((control) => id.replace(/-(on|box)$/, "") === control.id);
    const place = named && document.getElementById(id);
    if (!place) return;
    for (let group = place.closest("details"); group; group = group.parentElement?.closest("details") ?? null) {
      group.open = true;
    }
    if (getComputedStyle(getElement("controls-button")).display !== "none") setDrawer(true);
    /** @type {HTMLElement | null} */
    const input = place.matches("input") ? place : place.querySelector("input:checked, input");
    /** @type {{ focusVisible: boolean }} */
    const visibly = { focusVisible: true };
    input?.focus(visibly);
    input?.scrollIntoView({ block: "nearest" });
  }

  /** Whether what moves by itself is welcome. */
  get allowsMotion() {
    return !matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  /**
   * The server reads links: the nearest valid state, and what had to be changed.
   *
   * @param {string} query
   */
  async readLink(query) {
    const url = `${session.base}/resolve/${this.view.name}?${query}`;
    const [first, longest] = RETRY_DELAYS;
    for (let pause = first; ; pause = Math.min(2 * pause, longest)) {
      await new Promise((resolve) => whenVisible(() => resolve(null)));
      const response = await fetch(url).catch(() => null);
      if (response && response.status < 500) {
        const tooLong = { state: this.view.initial, sentences: ["The link is too long to be read."], nearest: false };
        const body = response.ok ? await response.json() : tooLong;
        this.state = body.state;
        this.showOnly(body.only);
        this.texts.showAlert([...body.sentences, ...(body.nearest ? ["This is the nearest picture."] : [])]);
        return;
      }
      this.texts.showAlert(["The server does not answer. The link is read as soon as it does."]);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  /**
   * The link's choice of controls.
   *
   * @param {string[] | null | undefined} only keys; all without a choice
   */
  showOnly(only) {
    this.history.only = only || null;
    this.controls.only = only || this.defaultControls;
  }

  /** The keys of the controls that are shown without a choice of the link, null for all: a lecture's step may give few. */
  get defaultControls() {
    return session.lecture && session.lecture.isActive ? session.lecture.step.controls : null;
  }

  /** What the server is asked to compute for a state, the present one by default. */
  computationQuery(state = this.state) {
    return computationQuery(this.view, state);
  }

  /**
   * A control has changed some fields of the state.
   *
   * @param {State} patch
   */
  change(patch) {
    const before = this.computationQuery();
    this.state = { ...this.state, ...patch };
    this.history.record(this.state);
    this.sync();
    if (this.computationQuery() === before) {
      this.show();
      return;
    }
    if (this.state.watched) this.state.watched = "auto"; // it is another job
    this.isDrag = this.held;
    this.lastInputAt = performance.now();
    if (!this.loader.reconnection.disconnected) this.texts.showAlert([]);
    this.playsNext = false;
    if (this.player.playing) this.player.finish();
    this.loader.requestSoon();
  }

  /** Whether a rougher picture is requested while a hand is moving. */
  get usesDragOverrides() {
    return Object.keys(this.view.drag_overrides).length > 0;
  }

  /**
   * A change that is a step of its own in the history.
   *
   * @param {State} patch
   */
  commit(patch) {
    this.history.settle();
    this.change(patch);
    this.history.settle();
  }

  /** Whether a hand is on a control: what is under it goes before everything else. */
  get moving() {
    return performance.now() < this.lastInputAt + ViewController.MOVING;
  }

  /** Whether a pointer holds a slider, or a control was moved just now. */
  get held() {
    return this.moving || this.controls.draggedId !== null;
  }

  /**
   * Whether a hand keeps moving a control: what it sees need not be finer than a pixel. On a slow page it may have moved
   * last when the picture before this one was requested.
   */
  get dragging() {
    const longest = ViewController.MOVING + this.loader.throttle.lastDuration;
    return this.isDrag && performance.now() < this.lastInputAt + longest;
  }

  /**
   * A whole state at once: undo and redo, a preset, the beginning.
   *
   * @param {State} state
   */
  restore(state) {
    this.state = state;
    this.texts.showAlert([]);
    this.player.playing = false;
    this.playsNext = false;
    this.controls.discardInput();
    this.sync();
    this.loader.throttle.start();
  }

  /**
   * A whole state as a step of its own in the history.
   *
   * @param {State} state
   */
  commitState(state) {
    this.history.settle();
    this.history.record(state);
    this.history.settle();
    this.restore(state);
  }

  /** The first state of the view. */
  reset() {
    this.commitState(structuredClone(this.view.initial));
  }

  /**
   * A change of what is shown that is not worth a step of undo; the window of a map is part of what is computed.
   *
   * @param {State} patch
   */
  setDisplay(patch) {
    if (this.computationQuery({ ...this.state, ...patch }) !== this.computationQuery()) {
      this.change(patch);
    } else this.applyDisplay(patch);
  }

  /**
   * Shows the present result in another way.
   *
   * @param {State} patch
   */
  applyDisplay(patch) {
    this.state = { ...this.state, ...patch };
    this.history.record(this.state, "same");
    this.sync();
    this.show();
  }

  /** Controls and buttons follow the state. */
  sync() {
    this.controls.sync(this.state);
    this.comparison.sync(this.state);
    this.upload.sync(this.state);
    this.presetMenu.sync();
    if (!session.lecture) {
      const name = document.querySelector(".brand")?.textContent;
      document.title = [heading(this.view, this.state), this.view.title, name].filter(Boolean).join(" · ");
    }
    this.setEnabled("undo-button", this.history.depth > 0);
    this.setEnabled("redo-button", this.history.depth < this.history.top);
    for (const { id, window } of Object.values(this.view.figures)) {
      getElement(`${id}-whole`).hidden = !this.state[window];
    }
  }

  /**
   * A button that has the focus and is of no more use gives it to the page.
   *
   * @param {string} id
   * @param {boolean} useful
   */
  setEnabled(id, useful) {
    const button = /** @type {HTMLButtonElement} */ (getElement(id));
    if (!useful && document.activeElement === button) getElement("page").focus();
    button.disabled = !useful;
  }

  /** The name of the preset that the state is, if it is one. */
  presetOf() {
    return presetOf(this.view, this.state);
  }

  /** Draws the present result with the present display; the player follows. */
  show() {
    const { result } = this.renderer;
    if (!this.renderer.mount() || !Object.keys(result.scenes).length) return;
    this.player.load(new Clock(result, this.state.clock, this.view.trajectory_axes), this.state.cursor);
    this.renderer.draw(this.state, this.player.time, isDark(), this.held && result.isDraft);
    for (const { gestures } of Object.values(this.renderer.figures)) if (gestures) gestures.draw();
  }

  /** Draws all figures at once, in the size that they have now. */
  redraw() {
    this.renderer.invalidate();
    this.show();
    this.renderer.flush();
  }

  /**
   * @param {number | null} time null at the end
   * @param {boolean} settled whether it becomes part of the state
   */
  moveCursor(time, settled) {
    if (!this.renderer.result.trajectories.length) return;
    this.renderer.truncateAt(time);
    if (!settled) return;
    this.state = { ...this.state, cursor: time === null ? null : Number(time.toPrecision(6)) };
    this.history.record(this.state, "same");
  }

  /**
   * Moves or zooms a figure by shares of its window: to the right, up, by a factor.
   *
   * @param {FigureView} figure
   * @param {number} right
   * @param {number} up
   * @param {number} factor
   */
  shift(figure, right, up, factor) {
    const { xaxis, yaxis } = figure.gd._fullLayout;
    if (xaxis.fixedrange) return;
    /** @type {(range: [number, number], share: number) => [number, number]} */
    const moved = ([low, high], share) => {
      const middle = (low + high) / 2 + share * (high - low),
        half = ((high - low) / 2) * factor;
      return [middle - half, middle + half];
    };
    const window = windowFor(this, figure, moved(xaxis.range, right), moved(yaxis.range, up));
    if (window[0] < window[1] && !(window[2] >= window[3])) this.setDisplay({ [figure.window]: window });
  }

  /**
   * Goes to another view: Dash looks at the address when the browser says that it has changed.
   *
   * @param {string} address
   */
  open(address) {
    if (session.embed) {
      window.open(address, "_blank", "noopener");
      return;
    }
    this.history.settle();
    history.pushState({}, "", address);
    window.dispatchEvent(new PopStateEvent("popstate", { state: {} }));
  }

  /**
   * The server may have been updated since this page was loaded: it still answers, a reload is offered.
   *
   * @param {string | null} release
   */
  checkRelease(release) {
    if (!release || release === this.view.release || this.outdated) return;
    this.outdated = true;
    getElement("outdated").hidden = false;
  }

  /** The address is another view's: nothing that is under way may write on its page. */
  stop() {
    this.loader.stop();
    this.history.settle();
    this.texts.stop();
    this.player.playing = false;
  }

  /** The page goes. */
  destroy() {
    this.stop();
    this.progress.hide();
    delete document.body.dataset.drawn;
    delete document.body.dataset.finished;
    for (const { gestures } of Object.values(this.renderer.figures)) if (gestures) gestures.close();
    this.renderer.close();
  }
}
