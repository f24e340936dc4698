// A figure as a file, as it is on the screen.
import { figureMetadata, fileSlug, svgWithMetadata } from "./metadata.mjs";
import { pngWithMetadata, svgToPng } from "./png_export.mjs";
import { figureSvg } from "./svg_export.mjs";

/** @import { ViewController } from "../pages/view_controller.mjs" */
/** @import { FigureView } from "./figure_renderer.mjs" */

/**
 * A figure as a file that says what it shows.
 *
 * @param {ViewController} page
 * @param {FigureView} figure
 * @param {"svg" | "png"} format
 * @returns {Promise<{ blob: Blob, name: string }>}
 */
export async function pictureFile(page, figure, format) {
  const svg = await figureSvg(figure, getComputedStyle(document.body).backgroundColor);
  const metadata = figureMetadata(page, figure);
  const blob =
    format === "png"
      ? await pngWithMetadata(await svgToPng(svg), metadata)
      : new Blob([svgWithMetadata(svg.text, metadata)], { type: "image/svg+xml" });
  return { blob, name: `${figure.id}${fileSlug(page.view, page.state)}.${format}` };
}
