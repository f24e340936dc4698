// Labels of a figure: moved apart beside an axis, shortened in regions.

/** @import { Layout, Trace } from "../types/stream.d.ts" */
/** @import { Enlargement } from "./styles.mjs" */

/** @typedef {{ width: number, height: number }} Size pixels */

export const LINE_HEIGHT = 16; // pixels of a line of text
const LETTER_ASPECT = 0.6; // width of a letter over its height
const NARROW_WIDTH = 450; // pixels of a figure whose labels are smaller

/**
 * Return heights that are at least `distance` apart, in the same order and as near as possible to the given ones in the
 * sum of squares: heights that are too close form a group, whose mean stays where it is.
 *
 * @param {ArrayLike<number>} heights
 * @param {number} distance
 */
export function spreadHeights(heights, distance) {
  const order = Array.from(heights, (_, k) => k).sort((one, other) => heights[one] - heights[other]);
  // Less the distances below it, a height may be equal to the one below: the pool-adjacent-violators algorithm.
  /** @type {{ mean: number, count: number }[]} */
  const groups = [];
  order.forEach((index, rank) => {
    let group = { mean: heights[index] - rank * distance, count: 1 };
    for (let below = groups.at(-1); below && below.mean > group.mean; below = groups.at(-1)) {
      groups.pop();
      const count = below.count + group.count;
      group = { mean: (below.count * below.mean + group.count * group.mean) / count, count };
    }
    groups.push(group);
  });
  const spread = Array.from(heights);
  groups
    .flatMap(({ mean, count }) => Array(count).fill(mean))
    .forEach((mean, rank) => {
      spread[order[rank]] = mean + rank * distance;
    });
  return spread;
}

/**
 * Move the labels of a trace apart, a line of text for each; they are smaller where the figure is narrow.
 *
 * @param {Trace} trace is changed
 * @param {Layout} layout
 * @param {Size} size of the figure
 * @param {Enlargement | null} enlargement
 */
export function spreadLabels(trace, { margin, yaxis }, { width, height }, enlargement) {
  const [low, high] = yaxis.range;
  const lineHeight = (enlargement ? enlargement.type : 1) * LINE_HEIGHT;
  const distance = (lineHeight * (high - low)) / Math.max(height - margin.t - margin.b, 1);
  // The labels are between an axis and its curves, where there is less room than elsewhere.
  if (enlargement) trace.textfont.size *= enlargement.names / enlargement.type;
  if (width < NARROW_WIDTH) trace.textfont.size -= 2;
  trace.y = spreadHeights(trace.y, distance);
  return trace;
}

/**
 * Return a label, or its first letter, or "": the longest that fits into a region.
 *
 * @param {string} label
 * @param {Size} room of the region
 * @param {number} fontSize pixels
 */
export function fitLabel(label, { width, height }, fontSize) {
  if (height < LINE_HEIGHT) return "";
  const letterWidth = LETTER_ASPECT * fontSize;
  return [label, label.slice(0, 1)].find((text) => text.length * letterWidth < width) || "";
}

/**
 * Shorten the labels of the regions of a map to the room that each region has.
 *
 * @param {Trace} trace is changed
 * @param {Layout} layout
 * @param {Size} size of the figure
 */
export function fitLabels(trace, { margin }, { width, height }) {
  const innerWidth = width - margin.l - margin.r,
    innerHeight = height - margin.t - margin.b;
  const rooms = trace.meta?.rooms ?? [];
  trace.text = trace.text.map((/** @type {string} */ label, /** @type {number} */ k) => {
    const [across, up] = rooms[k];
    return fitLabel(label, { width: across * innerWidth, height: up * innerHeight }, trace.textfont.size);
  });
  return trace;
}
