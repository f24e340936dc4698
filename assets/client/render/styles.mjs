// Styles of plotly's traces and layouts: colors of the theme, and larger type for a lecture hall.

/**
 * Factors by which type, names beside an axis, and lines are larger.
 *
 * @typedef {{ type: number, names: number, line: number }} Enlargement
 */

const MAX_ITEMS = 64; // of a list of annotations, shapes or styles: longer ones are data

/**
 * Return a copy of a value with the colors of the dark theme in place of those of the light one. Data is shared, not
 * copied.
 *
 * @template T
 * @param {T} value
 * @param {Record<string, string> | null} toDark dark colors by light ones; null for the light theme
 * @returns {T}
 */
export function withThemeColors(value, toDark) {
  return /** @type {T} */ (recolor(value, toDark));
}

/**
 * @param {unknown} value
 * @param {Record<string, string> | null} toDark
 * @returns {unknown}
 */
function recolor(value, toDark) {
  if (typeof value === "string") return (toDark && toDark[value]) || value;
  if (Array.isArray(value)) {
    const isData = value.length > MAX_ITEMS && typeof value[0] !== "string";
    return isData ? value : value.map((item) => recolor(item, toDark));
  }
  if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, recolor(item, toDark)]));
}

/**
 * Enlarge the type, the lines and the marks of a trace or a layout in place, and return it.
 *
 * @template T
 * @param {T} value
 * @param {Enlargement | null} enlargement
 * @returns {T}
 */
export function enlarge(value, enlargement) {
  if (enlargement) enlargeIn(value, enlargement, "");
  return value;
}

/**
 * @param {any} value
 * @param {Enlargement} enlargement
 * @param {string} name of the property that holds the value
 */
function enlargeIn(value, enlargement, name) {
  if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return;
  if (Array.isArray(value)) {
    if (isListOfObjects(value)) for (const item of value) enlargeIn(item, enlargement, "");
    return;
  }
  if (/font$/.test(name) && value.size) value.size = times(value.size, enlargement.type);
  if (name === "line" && value.width) value.width = times(value.width, enlargement.line);
  if (name === "marker" && value.size) value.size = times(value.size, enlargement.type);
  for (const [key, item] of Object.entries(value)) if (key !== "meta") enlargeIn(item, enlargement, key);
}

/**
 * Whether a list holds annotations or shapes, not data.
 *
 * @param {any[]} items
 */
const isListOfObjects = (items) =>
  items.length <= MAX_ITEMS &&
  items.every((item) => item !== null && typeof item === "object" && item.length === undefined);

/**
 * @param {number | number[]} size
 * @param {number} factor
 */
const times = (size, factor) => (Array.isArray(size) ? size.map((each) => factor * each) : factor * size);
