// Draws the figures and trajectories of a state with plotly, whole or up to the time cursor.
import { session } from "../core/session.mjs";
import { StreamResult } from "../core/stream_result.mjs";
import { isTouch } from "../ui/dom.mjs";
import { displayPatches, figureLayout, magnification } from "./figure_layout.mjs";
import { figureTraces, startsOf, trajectoryLines } from "./figure_traces.mjs";
import { Overlay } from "./overlay.mjs";
import { canSketch } from "./sketch.mjs";
import { withThemeColors } from "./styles.mjs";

/** @import { Scene } from "../core/stream_result.mjs" */
/** @import { GraphDiv } from "../types/globals.d.ts" */
/** @import { Trace } from "../types/stream.d.ts" */
/** @import { FigureSlot, State, View } from "../types/view.d.ts" */
/** @import { FigureContext, Patches } from "./figure_layout.mjs" */
/** @import { TrajectoryLine } from "./figure_traces.mjs" */
/** @import { Enlargement } from "./styles.mjs" */

/**
 * What a renderer holds of a figure besides its slot.
 *
 * @typedef {object} FigureParts
 * @property {string} name
 * @property {GraphDiv} gd plotly's element; it and the overlay are absent until the page has them (see `mount`)
 * @property {Overlay} overlay
 * @property {string | null} key of what plotly has drawn; null if the figure is to be drawn anew
 * @property {string} [frame] the layout that plotly has drawn
 * @property {StreamResult} [result] that plotly has drawn
 * @property {Scene} [scene] that is shown
 * @property {() => void} [onDraw] draws what lies over the figure
 * @property {boolean} [deferred] whether the overlay draws the figure in place of plotly
 * @property {Record<string, number[]>} ranges of the axes that follow the data
 * @property {TrajectoryLine[]} [lines]
 * @property {{ draw(): void, close(): void }} [gestures] what the pointer does in the figure
 */

/** @typedef {FigureSlot & FigureParts} FigureView */

const MIN_LEGEND_HEIGHT = 300; // pixels of a figure on a page, such as next to open controls on a phone
const MIN_LEGEND_HEIGHT_OF_EMBED = 440;
const REST_MS = 180; // without a new result, after which plotly draws what the overlay has drawn

export class FigureRenderer {
  /**
   * @param {View} view
   * @param {(figure: FigureView) => void} onFirstDraw is called once for each figure, when it has been drawn
   */
  constructor(view, onFirstDraw) {
    this.view = view;
    this.onFirstDraw = onFirstDraw;
    this.result = new StreamResult(view.time.column);
    this.state = view.initial;
    this.dark = false;
    this.isMoving = false; // whether a slider moves
    /** @type {number | null} */
    this.time = null; // of the cursor, null at the end
    /** @type {number | null} */
    this.cutAt = null; // time at which lines are cut, null where they are whole
    /** @type {Promise<void>} */
    this.whenDrawn = Promise.resolve(); // resolved when all figures are on the screen
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.secondaryTimer = undefined; // of the figures that are drawn after the first
    /** @type {(() => void)[]} */
    this.waiters = [];
    this.sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => this.resized(target)));
    this.sized = false; // whether layouts state the size: plotly measures a figure only at its first drawing
    /** @type {Enlargement | null} */
    this.enlargement = null;
    /** @type {WeakSet<GraphDiv>} */
    this.drawnBefore = new WeakSet();
    /** @type {Record<string, FigureView>} */
    this.figures = {};
    for (const [name, slot] of Object.entries(view.figures))
      this.figures[name] = /** @type {FigureView} */ ({ ...slot, name, key: null, ranges: {} });
  }

  /**
   * What all figures are drawn from.
   *
   * @returns {FigureContext}
   */
  get context() {
    const { view, state, result, dark, enlargement } = this;
    return { view, state, trajectories: result.trajectories, dark, enlargement };
  }

  /** Find plotly and the elements of the figures; return whether all of them have arrived. */
  mount() {
    if (!window.Plotly) return false;
    for (const figure of Object.values(this.figures)) {
      const gd = /** @type {GraphDiv | null} */ (document.getElementById(figure.id));
      if (!gd) return false;
      if (figure.gd === gd) continue;
      figure.gd = gd;
      figure.overlay = new Overlay(gd);
      this.sizes.observe(gd);
    }
    return true;
  }

  /**
   * The largest width and height of the figures, in pixels; of a figure that is zoomed, those that its whole range would
   * have.
   *
   * @returns {[number, number]}
   */
  get wholeSize() {
    const sizes = Object.values(this.figures)
      .filter(({ gd }) => gd)
      .map((figure) => {
        const { layout } = this.result.scenes[figure.name]?.figure ?? {};
        const [x, y] = magnification(layout, this.state[figure.window]);
        const { width, height } = this.size(figure);
        return [width * x, height * y];
      });
    const largest = (/** @type {0 | 1} */ k) => Math.ceil(Math.max(1, ...sizes.map((size) => size[k])));
    return [largest(0), largest(1)];
  }

  /**
   * The pixels of a figure. Plotly knows those of what it has drawn; to measure an element takes as long as the page's
   * layout.
   *
   * @param {FigureView} figure
   * @returns {{ width: number, height: number }}
   */
  size({ gd, key }) {
    const { width, height } = (key !== null && gd._fullLayout) || { width: gd.clientWidth, height: gd.clientHeight };
    return { width, height };
  }

  /** @param {Element} target element of a figure */
  resized(target) {
    const figure = Object.values(this.figures).find(({ gd }) => gd === target);
    if (!figure) return;
    const { gd } = figure;
    const full = gd._fullLayout;
    if (!full || !gd.clientWidth || (full.width === gd.clientWidth && full.height === gd.clientHeight)) return;
    figure.key = null; // labels keep their distance in pixels
    Plotly.Plots.resize(gd).then(() => this.renderFigure(figure, false));
  }

  /**
   * Draw all figures: the first at once, the others after it is on the screen.
   *
   * @param {State} state
   * @param {number | null} cursor a time, null for the complete result
   * @param {boolean} dark
   * @param {boolean} isMoving whether a slider moves, and a finer result follows
   */
  draw(state, cursor, dark, isMoving) {
    Object.assign(this, { state, dark, isMoving });
    this.cutAt = this.time = cursor;
    const [first] = Object.values(this.figures);
    this.renderFigure(first, isMoving);
    this.whenDrawn = new Promise((resolve) => this.waiters.push(resolve));
    clearTimeout(this.secondaryTimer);
    this.secondaryTimer = setTimeout(() => this.renderSecondary());
  }

  /** Let all figures be drawn anew the next time, in the size that their elements have then. */
  invalidate() {
    this.sized = true;
    for (const figure of Object.values(this.figures)) figure.key = null;
  }

  /** Draw now what is still to be drawn. */
  flush() {
    clearTimeout(this.secondaryTimer);
    this.renderAtRest();
    this.sized = false;
    for (const figure of Object.values(this.figures)) this.updateOverlay(figure);
    for (const resolve of this.waiters.splice(0)) resolve();
  }

  /** Let plotly draw all figures. */
  renderAtRest() {
    this.isMoving = false;
    for (const figure of Object.values(this.figures)) this.renderFigure(figure, false);
  }

  /** Draw the figures after the first. */
  renderSecondary() {
    const [first, ...others] = Object.values(this.figures);
    for (const figure of others) this.renderFigure(figure, this.isMoving);
    const isDeferred = [first, ...others].some(({ deferred }) => deferred);
    if (isDeferred) this.secondaryTimer = setTimeout(() => this.renderAtRest(), REST_MS);
    for (const resolve of this.waiters.splice(0)) resolve();
  }

  /**
   * Draw a figure, if anything in it has changed. Where plotly would be too slow and its axes can stay, the overlay
   * draws all that is on them, and plotly's own drawing is hidden.
   *
   * @param {FigureView} figure
   * @param {boolean} mayDefer
   */
  renderFigure(figure, mayDefer) {
    const scene = this.result.scenes[figure.name];
    if (!scene) return;
    const patches = displayPatches(scene, this.state);
    const key = this.figureKey(figure, patches);
    figure.scene = scene;
    if (figure.key === key && figure.result === this.result) {
      this.setSketch(figure, null);
      this.updateOverlay(figure);
      return;
    }
    const size = this.size(figure);
    const layout = this.layout(figure, scene, patches, size, mayDefer);
    const frame = JSON.stringify(layout);
    const traces = figureTraces(figure.name, scene, layout, patches.columns, this.context, size);
    const others = traces.filter(({ meta }) => !["line", "cloud"].includes(meta?.role ?? ""));
    figure.lines = trajectoryLines(figure.name, patches.columns, this.context);
    if (mayDefer && figure.frame === frame && others.every(canSketch)) {
      this.setSketch(figure, others);
      figure.onDraw?.();
      return;
    }
    this.setSketch(figure, null);
    Object.assign(figure, { key, frame, result: this.result });
    const { gd } = figure;
    const config = isTouch() ? { ...this.view.config, displayModeBar: false } : this.view.config;
    Plotly.react(gd, traces, layout, config);
    if (!this.drawnBefore.has(gd)) {
      this.drawnBefore.add(gd);
      this.onFirstDraw(figure);
      this.updateOverlay(figure);
    }
  }

  /**
   * @param {FigureView} figure
   * @param {Trace[] | null} traces that the overlay draws in place of plotly's; null where plotly's are shown
   */
  setSketch(figure, traces) {
    if (!figure.deferred && !traces) return;
    figure.deferred = traces !== null;
    const isCut = this.cutAt !== null; // the second half of the marks are ends
    figure.overlay.sketch(
      traces && traces.map((trace) => (isCut && trace.meta?.role === "marks" ? startsOf(trace) : trace)),
    );
  }

  /**
   * Everything that a drawing of a figure depends on.
   *
   * @param {FigureView} figure
   * @param {Patches} patches
   */
  figureKey(figure, patches) {
    const { result, state, dark } = this;
    return JSON.stringify([result.version, state.layers, patches, state[figure.window], dark, isTouch()]);
  }

  /**
   * @param {FigureView} figure
   * @param {Scene} scene
   * @param {Patches} patches
   * @param {{ width: number, height: number }} size pixels
   * @param {boolean} keepRanges whether ranges of axes that still fit are kept
   */
  layout(figure, scene, patches, size, keepRanges) {
    const { layout, ranges } = figureLayout(scene, patches, this.context, {
      window: figure.window,
      size,
      sized: this.sized,
      minLegendHeight: session.embed ? MIN_LEGEND_HEIGHT_OF_EMBED : MIN_LEGEND_HEIGHT,
      touch: isTouch(),
      previousRanges: keepRanges ? figure.ranges : null,
    });
    Object.assign(figure.ranges, ranges);
    return layout;
  }

  /**
   * Draw what is under and over a figure along its present axes.
   *
   * @param {FigureView} figure
   */
  updateOverlay(figure) {
    const { scene } = figure;
    if (!scene) return;
    /** @type {(color: string) => string} */
    const themeColor = (color) => withThemeColors(color, this.dark ? this.view.toDark : null);
    figure.overlay.drawField(scene.field, scene.field ? themeColor(scene.field.color) : "");
    figure.overlay.drawCells(scene.cells, this.dark, themeColor);
    this.drawTrajectories(figure);
  }

  /**
   * Draw the trajectories up to the cursor and the cursor itself; whole trajectories where plotly has not drawn them
   * yet.
   *
   * @param {FigureView} figure
   */
  drawTrajectories({ overlay, lines, deferred }) {
    if (!overlay || !lines) return;
    overlay.drawLines(lines, this.cutAt !== null ? this.cutAt : deferred ? Infinity : null, this.time);
  }

  /**
   * Show the trajectories up to the cursor only: one frame of the player.
   *
   * @param {number | null} cursor
   */
  truncateAt(cursor) {
    this.cutAt = cursor;
    this.setCursor(cursor);
  }

  /**
   * Show the line and the dots of the cursor; nothing at null, where the result is complete.
   *
   * @param {number | null} time
   */
  setCursor(time) {
    this.time = time;
    Object.values(this.figures).forEach((figure) => this.drawTrajectories(figure));
  }

  /** End all work on the figures. */
  close() {
    clearTimeout(this.secondaryTimer);
    this.sizes.disconnect();
    for (const { gd } of Object.values(this.figures)) if (gd && gd._fullLayout) Plotly.purge(gd);
  }
}
