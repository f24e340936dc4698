// A figure as an SVG document that other programs read as the browser does.
import { svgElement } from "./svg.mjs";

/** @import { FigureView } from "./figure_renderer.mjs" */
/** @import { PlotlyAxis } from "./paths.mjs" */

/**
 * Return a figure as an SVG document, with what is drawn under it.
 *
 * @param {FigureView} figure
 * @param {string} paper color of the background
 */
export async function figureSvg(figure, paper) {
  const { gd, overlay } = figure;
  const { width, height } = gd._fullLayout;
  /** @type {string} */
  const data = await Plotly.toImage(gd, { format: "svg", width, height });
  const text = decodeURIComponent(data.slice(data.indexOf(",") + 1));
  const root = /** @type {SVGSVGElement} */ (
    /** @type {unknown} */ (new DOMParser().parseFromString(text, "image/svg+xml").documentElement)
  );
  const under = svgElement("g", {}, ...[...overlay.under.childNodes].map((node) => node.cloneNode(true)));
  if (overlay.grid && !overlay.grid.frame.hidden) under.prepend(heatmapImage(overlay.grid, gd._fullLayout));
  root.prepend(svgElement("rect", { width, height, fill: paper }), under);
  await makePortable(root, paper);
  return {
    text: new XMLSerializer().serializeToString(root),
    width: /** @type {number} */ (width),
    height: /** @type {number} */ (height),
  };
}

/**
 * The cells of a map as an image, clipped as they are on the screen.
 *
 * @param {{ canvas: HTMLCanvasElement }} grid
 * @param {{ xaxis: PlotlyAxis, yaxis: PlotlyAxis }} layout
 */
export function heatmapImage({ canvas }, { xaxis, yaxis }) {
  const { left, top, width, height } = canvas.style;
  return svgElement(
    "svg",
    { x: xaxis._offset, y: yaxis._offset, width: xaxis._length, height: yaxis._length },
    svgElement("image", {
      "xlink:href": canvas.toDataURL(),
      x: parseFloat(left),
      y: parseFloat(top),
      width: parseFloat(width),
      height: parseFloat(height),
      preserveAspectRatio: "none",
      style: "image-rendering: pixelated",
    }),
  );
}

/**
 * Rewrite an SVG document with what every renderer understands. Inkscape, CairoSVG and svglib each misread some of:
 * nested svg elements, sizes in % and em, text without width, opacity of groups and of an image's pixels.
 *
 * @param {SVGSVGElement} root
 * @param {string} paper
 */
export async function makePortable(root, paper) {
  root.querySelectorAll("svg").forEach(replaceNestedSvg);
  /** @type {[SVGImageElement, number][]} */
  const images = [];
  flattenOpacity(root, 1, images);
  for (const [image, opacity] of images) await blendImage(image, opacity, paper);
  absoluteText(root, fontSize(root, 16) ?? 16);
}

/**
 * Replace a nested svg element by a group that is moved and clipped as it was.
 *
 * @param {SVGSVGElement} nested
 * @param {number} index distinguishes the clip paths
 */
export function replaceNestedSvg(nested, index) {
  const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => nested.getAttribute(name) || 0);
  const id = `window-${index}`;
  const group = svgElement(
    "g",
    { transform: `translate(${x},${y})`, "clip-path": `url(#${id})` },
    ...nested.childNodes,
  );
  nested.replaceWith(svgElement("clipPath", { id }, svgElement("rect", { width, height })), group);
}

/**
 * Give the opacity of each group to the fills and strokes in it; remove what is invisible.
 *
 * @param {SVGElement} element
 * @param {number} inherited opacity
 * @param {[SVGImageElement, number][]} images collects images and their opacities
 */
export function flattenOpacity(element, inherited, images) {
  if (["defs", "clipPath"].includes(element.localName)) return;
  /** @param {string} name */
  const number = (name) => parseFloat(element.style.getPropertyValue(name) || element.getAttribute(name) || "1");
  const opacity = inherited * number("opacity");
  if (opacity === 0) {
    element.remove();
    return;
  }
  element.style.removeProperty("opacity");
  element.removeAttribute("opacity");
  if (element.localName === "image") images.push([/** @type {SVGImageElement} */ (element), opacity]);
  else if (element.localName === "text" || !element.children.length) {
    if (!(opacity < 1)) return;
    for (const name of ["fill-opacity", "stroke-opacity"])
      element.style.setProperty(name, String(opacity * number(name)));
  } else {
    for (const child of [...element.children]) flattenOpacity(/** @type {SVGElement} */ (child), opacity, images);
  }
}

/**
 * Blend the pixels of an image with the paper, and move the image right above the paper: what was visible through it
 * stays visible.
 *
 * @param {SVGImageElement} image
 * @param {number} opacity
 * @param {string} paper
 */
export async function blendImage(image, opacity, paper) {
  image.setAttribute("xlink:href", await blendedPixels(image, opacity, paper));
  const root = /** @type {SVGSVGElement} */ (image.ownerSVGElement),
    [ground] = root.children;
  let moved = /** @type {SVGElement} */ (image.cloneNode());
  for (let group = image.parentElement; group && group !== /** @type {Element} */ (root); group = group.parentElement) {
    const shell = svgElement("g", {}, moved);
    for (const name of ["transform", "clip-path"]) {
      const value = group.getAttribute(name);
      if (value !== null) shell.setAttribute(name, value);
    }
    const [, id] = /url\(['"]?#([^'")]+)/.exec(group.getAttribute("clip-path") || "") || [];
    const clip = id && root.querySelector(`[id="${id}"]`);
    if (clip) root.prepend(clip); // svglib reads a clip path only if it precedes its use
    moved = shell;
  }
  image.remove();
  ground.after(moved);
}

/**
 * @param {SVGImageElement} image
 * @param {number} opacity
 * @param {string} paper
 * @returns {Promise<string>} the address of an image without transparency
 */
async function blendedPixels(image, opacity, paper) {
  const source = new Image(),
    canvas = document.createElement("canvas"),
    context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  source.src = image.getAttribute("xlink:href") || image.getAttribute("href") || "";
  await source.decode();
  Object.assign(canvas, { width: source.naturalWidth, height: source.naturalHeight });
  context.fillStyle = paper;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.globalAlpha = opacity;
  context.drawImage(source, 0, 0);
  return canvas.toDataURL();
}

/**
 * The font size that an element states, in pixels; null where it states none.
 *
 * @param {SVGElement} element
 * @param {number} inherited pixels
 */
export function fontSize(element, inherited) {
  const [, size, unit] =
    /^([\d.]+)(px|%|em)$/.exec(element.style.fontSize || element.getAttribute("font-size") || "") || [];
  if (!size) return null;
  return unit === "px" ? Number(size) : (inherited * Number(size)) / (unit === "%" ? 100 : 1);
}

/**
 * Write sizes and shifts of text in pixels, and remove zero-width spaces. A tspan without letters only shifts the text
 * after it: that text gets the shift.
 *
 * @param {SVGElement} element
 * @param {number} inherited font size in pixels
 */
export function absoluteText(element, inherited) {
  const stated = fontSize(element, inherited);
  const size = stated ?? inherited;
  /** @param {number} number */
  const rounded = (number) => Math.round(1000 * number) / 1000;
  if (stated !== null) element.style.fontSize = `${rounded(stated)}px`;
  for (const name of ["x", "y", "dx", "dy"]) {
    const [, number] = /^(-?[\d.]+)em$/.exec(element.getAttribute(name) || "") || [];
    if (number) element.setAttribute(name, String(rounded(Number(number) * size)));
  }
  for (const child of [...element.childNodes]) {
    if (child instanceof Text) child.data = child.data.replaceAll("\u200b", "");
    else absoluteText(/** @type {SVGElement} */ (child), size);
  }
  if (element.localName === "tspan" && !element.textContent) replaceByShift(element);
}

/**
 * Remove an element, and shift the text after it as it would have.
 *
 * @param {SVGElement} element
 */
function replaceByShift(element) {
  const next = element.nextSibling;
  if (next) {
    const shifted = svgElement("tspan", { dy: element.getAttribute("dy") || 0 });
    next.replaceWith(shifted);
    shifted.append(next);
  }
  element.remove();
}
