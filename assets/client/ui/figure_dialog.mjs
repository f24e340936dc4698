// A figure for a paper or a slide: the dialog in which its look is chosen, with a preview. The server draws it.
import { query } from "../core/link.mjs";
import { session } from "../core/session.mjs";
import { checkbox, closeButton, dialogButton, openDialog } from "./dialog.mjs";
import { createElement } from "./dom.mjs";
import { downloadFile, failureSentences } from "./files.mjs";

/** @import { ViewController } from "../pages/view_controller.mjs" */

/** @typedef {[value: string, title: string]} Option */

/** @type {Option[]} */
export const FIGURE_WIDTHS = [
  ["single", "one column, 3.4 in"],
  ["double", "two columns, 7 in"],
  ["slide", "slide, 10 in"],
];

/** @type {Option[]} */
export const FIGURE_FORMATS = [
  ["pdf", "PDF"],
  ["svg", "SVG"],
  ["png", "PNG, 600 dpi"],
  ["pgf", "PGF, for LaTeX"],
];

export const FONT_SIZES = [4, 48]; // least and largest, in points

/**
 * The part of a figure's path that states its look, as components/server/figure_files.py reads it.
 *
 * @param {{ width: string, font: number, legend: boolean, transparent: boolean }} look a font size of 0 is automatic
 */
export function figureLook({ width, font, legend, transparent }) {
  return [width, font ? `${font}pt` : "", legend ? "legend" : "", transparent ? "transparent" : ""]
    .filter(Boolean)
    .join("-");
}

/**
 * The font size that a field states, in points, to two digits after the point; 0 for an automatic one.
 *
 * @param {string} text
 */
export function fontSize(text) {
  const size = Number(text);
  const [low, high] = FONT_SIZES;
  return size ? Math.min(high, Math.max(low, Math.round(100 * size) / 100)) : 0;
}

/**
 * A menu of options with its label.
 *
 * @param {string} title
 * @param {Option[]} options
 */
function select(title, options) {
  const input = createElement(
    "select",
    {},
    ...options.map(([value, textContent]) => createElement("option", { value, textContent })),
  );
  return { label: createElement("label", {}, createElement("span", { textContent: title }), input), input };
}

/** A field for the font size with its label. */
function fontField() {
  const [low, high] = FONT_SIZES;
  const input = createElement("input", {
    type: "number",
    min: `${low}`,
    max: `${high}`,
    step: "0.5",
    placeholder: "auto",
  });
  return { label: createElement("label", {}, createElement("span", { textContent: "Font size, pt" }), input), input };
}

/**
 * A preview that the server draws, one at a time, for it draws few at once; `show` requests the latest one.
 *
 * @param {() => string} pathOf the path of the figure that is chosen
 * @param {HTMLElement} note for its state
 */
function figurePreview(pathOf, note) {
  const image = createElement("img", { className: "figure-preview", alt: "Preview of the figure" });
  let requested = "";
  const show = () => {
    if (requested) return;
    note.textContent = "The figure is being drawn…";
    requested = pathOf();
    image.src = `${session.base}/${requested}`;
  };
  /** @param {boolean} isDrawn */
  const onEnd = (isDrawn) => {
    const isOutdated = requested !== pathOf();
    requested = "";
    if (isOutdated) {
      show();
      return;
    }
    image.hidden = !isDrawn;
    note.textContent = isDrawn ? "" : "There is no preview at present; the file can be tried all the same.";
  };
  image.onload = () => onEnd(true);
  image.onerror = () => onEnd(false);
  return { image, show };
}

/**
 * Opens the dialog.
 *
 * @param {ViewController} page
 */
export function openFigureDialog(page) {
  const { view } = page;
  const figures = Object.values(page.renderer.figures).map(({ name, title }) => /** @type {Option} */ ([name, title]));
  const figure = select("Figure", figures);
  const width = select("Width", FIGURE_WIDTHS);
  const format = select("File", FIGURE_FORMATS);
  const font = fontField();
  const legend = checkbox("Legend");
  const transparent = checkbox("Transparent background");
  width.input.value = "double";

  const stateQuery = query(view, page.state);
  /** @param {string} ending */
  const pathOf = (ending) => {
    const look = figureLook({
      width: width.input.value,
      font: fontSize(font.input.value),
      legend: legend.input.checked,
      transparent: transparent.input.checked,
    });
    return `figure/${view.name}/${figure.input.value}/${look}.${ending}?${stateQuery}`;
  };
  const note = createElement("p", { className: "figure-note", role: "status" });
  const preview = figurePreview(() => pathOf("svg"), note);
  const save = async () => {
    note.textContent = "The file is being made…";
    try {
      await downloadFile(page, pathOf(format.input.value));
      note.textContent = "";
      dialog.close();
    } catch (error) {
      note.textContent = failureSentences(error, "The file could not be made; please try again.").join(" ");
    }
  };
  for (const { input } of [figure, width, font, legend, transparent]) input.addEventListener("change", preview.show);

  const choices = [...(figures.length > 1 ? [figure] : []), width, format, font, legend, transparent];
  const dialog = openDialog(
    { className: "help", id: "figure-file", aria: { label: "Figure for a paper or a slide" } },
    createElement("h2", { textContent: "Figure for a paper or a slide" }),
    createElement("div", { className: "figure-choices" }, ...choices.map(({ label }) => label)),
    preview.image,
    note,
    createElement("div", { className: "compare-buttons" }, dialogButton("Save", save), closeButton()),
  );
  preview.show();
}
