// What plotly says of a figure: a zoom becomes part of the state, hovering a panel shows that moment.
import { session } from "../core/session.mjs";
import { MapInspector } from "../ui/map_inspector.mjs";
import { StartPicker } from "../ui/start_picker.mjs";

/** @import { FigureView } from "../render/figure_renderer.mjs" */
/** @import { ViewController } from "./view_controller.mjs" */

/**
 * Listens to a figure, which has been drawn for the first time.
 *
 * @param {ViewController} page
 * @param {FigureView} figure
 */
export function attachEvents(page, figure) {
  const { gd } = figure;
  const { player, renderer } = page;
  if (figure.points) figure.gestures = new StartPicker(page, figure);
  if (figure.opens || figure.sets) figure.gestures = new MapInspector(page, figure);
  gd.on("plotly_relayout", (event) => zoomed(page, figure, event));
  gd.on("plotly_doubleclick", () => page.setDisplay({ [figure.window]: null }));
  figure.onDraw = () => {
    renderer.updateOverlay(figure);
    if (figure.gestures) figure.gestures.draw();
    page.explanations.draw();
    if (session.lecture) session.lecture.draw();
  };
  for (const event of ["plotly_afterplot", "plotly_relayouting"]) gd.on(event, figure.onDraw);
  gd.on("plotly_hover", (event) => {
    const time = timeOf(page, event);
    if (time === null || player.playing) return;
    renderer.setCursor(time);
    player.show(time);
  });
  gd.on("plotly_unhover", () => {
    renderer.setCursor(player.time);
    player.show();
  });
  gd.on("plotly_click", (event) => {
    const time = timeOf(page, event);
    if (time === null || !player.clock) return;
    player.pause();
    player.go(player.clock.position(time), true);
  });
}

/**
 * The time of a point of a panel over time; null of other figures.
 *
 * @param {ViewController} page
 * @param {{ points?: any[] }} event
 * @returns {number | null}
 */
function timeOf(page, { points }) {
  const point = points && points[0];
  const meta = point && point.data.meta;
  return meta && meta.x === page.view.time.column ? point.x : null;
}

/**
 * The user has moved a figure's axes.
 *
 * @param {ViewController} page
 * @param {FigureView} figure
 * @param {Record<string, unknown> | undefined} event
 */
function zoomed(page, figure, event) {
  if (!event || !Object.keys(event).some((name) => /^[xy]axis\.range/.test(name))) return;
  const { xaxis, yaxis } = figure.gd._fullLayout;
  page.setDisplay({ [figure.window]: windowFor(page, figure, xaxis.range, yaxis.range) });
}

/**
 * The window of a figure with these ranges of its axes, as the state holds it: x from and to, and y where it has it.
 *
 * @param {ViewController} page
 * @param {FigureView} figure
 * @param {[number, number]} x
 * @param {[number, number]} y
 * @returns {number[]}
 */
export function windowFor({ view, state }, { gd, window, opens }, x, y) {
  const { xaxis, yaxis } = gd._fullLayout;
  /** @type {(edges: [number, number], axis: { type: string }) => number[]} */
  const plain = (edges, { type }) => (type === "log" ? edges.map((decade) => 10 ** decade) : edges);
  const bounds = opens
    ? ["x", "y"].flatMap((name) => Array(2).fill(view.axes[state[name]].bounds))
    : (view.parameters.find(({ name }) => name === window)?.bounds ?? []);
  return (bounds.length > 2 ? [...plain(x, xaxis), ...plain(y, yaxis)] : plain(x, xaxis)).map((edge, k) =>
    Number(Math.min(Math.max(edge, bounds[k][0]), bounds[k][1]).toPrecision(6)),
  );
}
