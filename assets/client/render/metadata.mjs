// The metadata of a saved figure: title, link and parameters, and a file name that distinguishes figures.
import { query } from "../core/link.mjs";
import { session } from "../core/session.mjs";
import { svgElement } from "./svg.mjs";

/** @import { State, View } from "../types/view.d.ts" */

export const MAX_SLUG = 80; // characters

/**
 * Parameters of a state by their keys in a link, as texts.
 *
 * @param {View} view
 * @param {State} state
 * @param {Parameters<typeof query>[2]} [groups]
 */
const linkTerms = (view, state, groups) =>
  query(view, state, groups)
    .split("&")
    .slice(1)
    .map((term) => term.split("="));

/**
 * Return the physical parameters that differ from the view's first state, for a file name. components/export/files.py
 * writes the same names.
 *
 * @param {View} view
 * @param {State} state
 */
export function fileSlug(view, state) {
  const first = new Map(linkTerms(view, view.initial, ["physics"]).map(([key, text]) => [key, text]));
  return linkTerms(view, state, ["physics"])
    .filter(([key, text]) => text !== first.get(key))
    .map(([key, text]) => `-${key}${text}`)
    .join("")
    .replace(/[^A-Za-z0-9.-]+/g, "_")
    .slice(0, MAX_SLUG)
    .replace(/[-_.]+$/, "");
}

/**
 * Return title, link and parameters of a figure.
 *
 * @param {{ view: View, state: State }} page
 * @param {{ title: string }} figure
 */
export function figureMetadata({ view, state }, figure) {
  const host = session.recorded ? session.recorded.host : location.origin;
  return {
    Title: `${figure.title}, ${view.title}`,
    Source: host ? `${host}${view.path}?${query(view, state)}` : "",
    Description: linkTerms(view, state)
      .map(([key, text]) => `${key} = ${text}`)
      .join("; "),
    Software: `Feature unlearning, release ${view.release}`,
  };
}

/**
 * Return an SVG document with a title and a description.
 *
 * @param {string} text
 * @param {ReturnType<typeof figureMetadata>} metadata
 */
export function svgWithMetadata(text, metadata) {
  const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
  const title = svgElement("title");
  const description = svgElement("desc");
  title.textContent = metadata.Title;
  description.textContent = [metadata.Source, metadata.Description, metadata.Software].filter(Boolean).join("\n");
  parsed.documentElement.prepend(title, description);
  return new XMLSerializer().serializeToString(parsed);
}
