// The cells of a map: the color of each, where they lie, and which one is at a point.

/** @import { CellStyle } from "../types/stream.d.ts" */
/** @import { Scene } from "../core/stream_result.mjs" */
/** @import { PlotlyAxis } from "./paths.mjs" */

/** @typedef {NonNullable<Scene["cells"]>} Cells */

/** @param {string} color */
const channels = (color) => [1, 3, 5].map((k) => parseInt(color.slice(k, k + 2), 16));

/**
 * A pixel of an image: four bytes, red first.
 *
 * @param {number[]} color
 * @param {number} alpha
 */
const pixel = ([red, green, blue], alpha) => ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;

/**
 * The colors of a quantity in 256 steps, between the stops of its scale.
 *
 * @param {string[]} scale
 */
export function colorRamp(scale) {
  const stops = scale.map(channels);
  return Array.from({ length: 256 }, (_, k) => {
    const at = (k / 255) * (stops.length - 1);
    const low = Math.min(Math.floor(at), stops.length - 2);
    return [0, 1, 2].map((c) => Math.round(stops[low][c] + (at - low) * (stops[low + 1][c] - stops[low][c])));
  });
}

/**
 * The pixels of the cells, row by row from the top: the color of the quantity, if there is one, else that of the fate.
 * A cell without a value is transparent.
 *
 * @param {Cells} cells
 * @param {(color: string) => string} themeColor
 */
export function cellPixels({ n: [nx, ny], fate, fates, strength, quantity }, themeColor) {
  const pixels = new Uint32Array(nx * ny);
  const values = quantity ? quantity.values : fate;
  const colors = quantity
    ? colorRamp(quantity.scale).map((color) => pixel(color, 255))
    : fates.map(({ color }) => pixel(channels(themeColor(color)), Math.round(255 * strength)));
  for (let j = 0; j < ny; j += 1) {
    const row = (ny - 1 - j) * nx;
    for (let i = 0; i < nx; i += 1) {
      const value = values[j * nx + i];
      if (!quantity) pixels[row + i] = colors[value];
      else if (value !== Heatmap.NO_VALUE) pixels[row + i] = colors[value >> 8];
    }
  }
  return pixels;
}

export class Heatmap {
  static NO_VALUE = 65535; // of a quantity that is not finite; finite ones have smaller numbers

  /**
   * Paint each cell as a pixel of a canvas.
   *
   * @param {HTMLCanvasElement} canvas
   * @param {Cells} cells
   * @param {(color: string) => string} themeColor
   */
  static paint(canvas, cells, themeColor) {
    const [width, height] = cells.n;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const image = context.createImageData(width, height);
    new Uint32Array(image.data.buffer).set(cellPixels(cells, themeColor));
    context.putImageData(image, 0, 0);
  }

  /**
   * The rectangle of all cells in the pixels of the axes. The middles of the outermost cells are at the ends of the
   * map's ranges, so the rectangle reaches half a cell beyond them.
   *
   * @param {Pick<Cells, "n" | "x" | "y">} cells
   * @param {Pick<PlotlyAxis, "d2p">} xaxis
   * @param {Pick<PlotlyAxis, "d2p">} yaxis
   */
  static rectangle({ n: [nx, ny], x, y }, xaxis, yaxis) {
    const [left, right] = x.map((value) => xaxis.d2p(value)),
      [bottom, top] = y.map((value) => yaxis.d2p(value));
    const cellWidth = (right - left) / (nx - 1),
      cellHeight = (bottom - top) / (ny - 1);
    return {
      left: left - cellWidth / 2,
      top: top - cellHeight / 2,
      width: nx * cellWidth,
      height: ny * cellHeight,
    };
  }

  /**
   * The cell at a pixel of the axes: the look of its fate, and its quantity as a number, null where it has none. Null
   * where there is no cell.
   *
   * @param {Cells} cells
   * @param {Pick<PlotlyAxis, "d2p">} xaxis
   * @param {Pick<PlotlyAxis, "d2p">} yaxis
   * @param {number} px
   * @param {number} py
   * @returns {CellStyle & { quantity: number | null } | null}
   */
  static at(cells, xaxis, yaxis, px, py) {
    const [nx, ny] = cells.n;
    const { left, top, width, height } = Heatmap.rectangle(cells, xaxis, yaxis);
    const i = Math.floor(((px - left) / width) * nx),
      j = ny - 1 - Math.floor(((py - top) / height) * ny);
    if (!(i >= 0 && i < nx && j >= 0 && j < ny)) return null;
    const index = j * nx + i;
    return { ...cells.fates[cells.fate[index]], quantity: quantityAt(cells, index) };
  }
}

/**
 * @param {Cells} cells
 * @param {number} index
 */
function quantityAt({ quantity }, index) {
  if (!quantity || quantity.values[index] === Heatmap.NO_VALUE) return null;
  const share = quantity.values[index] / (Heatmap.NO_VALUE - 1);
  const value = quantity.low + (quantity.high - quantity.low) * share;
  return Number((quantity.log ? 10 ** value : value).toPrecision(3));
}
