// The dialog that makes an embed of the present picture: a size, a preview, and the HTML for another site's page.
import { writeClipboard } from "./clipboard.mjs";
import { closeButton, dialogButton, openDialog } from "./dialog.mjs";
import { createElement, getElement } from "./dom.mjs";

/** @import { ViewController } from "../pages/view_controller.mjs" */
/** @import { View } from "../types/view.d.ts" */

/** @typedef {{ size: string, width: number, height: number }} Frame size is a key of the view's sizes; pixels */

/** @type {Record<string, string>} */
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/**
 * A text as it stands in an attribute of HTML.
 *
 * @param {string} text
 */
export const escapeAttribute = (text) => text.replace(/[&<>"]/g, (sign) => ENTITIES[sign]);

/**
 * The frame of an embed, as HTML.
 *
 * @param {{ src: string, width: number, height: number, title: string }} frame
 */
export function iframeHtml({ src, width, height, title }) {
  const attributes = {
    src,
    width,
    height,
    title,
    loading: "lazy",
    allow: "fullscreen",
    style: "border: 0; max-width: 100%",
  };
  const texts = Object.entries(attributes).map(([name, value]) => `${name}="${escapeAttribute(String(value))}"`);
  return `<iframe ${texts.join(" ")}></iframe>`;
}

/**
 * Which sites may embed the app.
 *
 * @param {string} framers "*", "self", or hosts with spaces between them
 */
export function framersText(framers) {
  if (framers === "*") return "Any page may hold it.";
  if (framers === "self") return "The operator of this app lets no other site's page hold it (FRAME_ANCESTORS).";
  return `The operator of this app lets pages of these sites hold it: ${framers.replaceAll(" ", ", ")}.`;
}

export const SANDBOX_NOTE =
  "If the frame has a sandbox attribute: allow-scripts is necessary, allow-popups opens the app from the embed, and allow-same-origin remembers the theme.";

export const FRAME_PIXELS = [240, 4000]; // least and largest edge of a frame
const PREVIEW_PIXELS = 360; // height of the preview at most

/**
 * A choice among the sizes of an embed.
 *
 * @param {View["embed"]["sizes"]} sizes
 * @param {string} chosen
 * @param {(size: string) => void} onChange
 */
function sizeRadios(sizes, chosen, onChange) {
  return Object.entries(sizes).map(([size, { title }]) => {
    const radio = createElement("input", {
      type: "radio",
      name: "embed-size",
      value: size,
      checked: size === chosen,
      onchange: () => onChange(size),
    });
    return createElement("label", { className: "segment" }, radio, createElement("span", { textContent: title }));
  });
}

/**
 * A field for an edge of the frame.
 *
 * @param {"width" | "height"} name
 * @param {Frame} frame
 * @param {() => void} onChange
 */
function edgeField(name, frame, onChange) {
  const [low, high] = FRAME_PIXELS;
  const field = createElement("input", {
    type: "number",
    className: "box",
    id: `embed-${name}`,
    name,
    min: `${low}`,
    max: `${high}`,
    value: `${frame[name]}`,
  });
  field.onchange = () => {
    frame[name] = Math.min(Math.max(Math.round(field.valueAsNumber) || frame[name], low), high);
    field.value = `${frame[name]}`;
    onChange();
  };
  return field;
}

/**
 * The title of the embed: the preset, if the state is one, and the app.
 *
 * @param {ViewController} page
 */
function embedTitle(page) {
  const preset = page.view.presets[page.presetOf() ?? ""];
  return `${preset ? `${preset.title}, ` : ""}${document.querySelector(".brand")?.textContent}`;
}

/**
 * Opens the dialog.
 *
 * @param {ViewController} page
 */
export function openEmbedDialog(page) {
  const { history } = page;
  const { sizes } = page.view.embed;
  const title = embedTitle(page);
  /** @type {Frame} */
  const chosen = { size: "main", width: sizes.main.width, height: sizes.main.height };
  const src = () => `${location.origin}${history.canonicalUrl()}${history.controlsSuffix()}&embed=${chosen.size}`;

  const code = createElement("textarea", {
    className: "box embed-code",
    id: "embed-code",
    readOnly: true,
    rows: 5,
    spellcheck: false,
    aria: { label: "HTML for the page" },
  });
  code.onfocus = () => code.select();
  const frame = createElement("iframe", { title: "Preview", className: "embed-frame" });
  const preview = createElement("div", { className: "embed-preview" }, frame);
  const status = createElement("span", { role: "status" });

  /** Scales the preview down to the dialog. */
  const fit = () => {
    const { width, height } = chosen;
    const scale = Math.min(1, preview.clientWidth / width, PREVIEW_PIXELS / height);
    Object.assign(frame.style, { width: `${width}px`, height: `${height}px`, transform: `scale(${scale})` });
    preview.style.height = `${Math.ceil(scale * height)}px`;
  };
  const show = () => {
    const { width, height } = chosen;
    code.value = iframeHtml({ src: src(), width, height, title });
    status.textContent = "";
    fit();
  };
  /** Loads the preview anew: it shows something else. */
  const reload = () => {
    show();
    frame.src = src();
  };

  const width = edgeField("width", chosen, show);
  const height = edgeField("height", chosen, show);
  const radios = sizeRadios(sizes, chosen.size, (size) => {
    Object.assign(chosen, { size, width: sizes[size].width, height: sizes[size].height });
    width.value = `${chosen.width}`;
    height.value = `${chosen.height}`;
    reload();
  });
  const copy = async () => {
    const isCopied = await writeClipboard(code.value, () => {
      code.select();
      return document.execCommand("copy");
    });
    status.textContent = isCopied ? "Copied." : "Please copy the text above.";
  };
  const framers = framersText(getElement("save").dataset.framers ?? "");
  const dialog = openDialog(
    { className: "help embedding", id: "embed-dialog", aria: { labelledby: "embed-title" } },
    createElement("h2", { id: "embed-title", textContent: "Embed this picture" }),
    createElement("div", { className: "segments", role: "radiogroup", aria: { label: "What is shown" } }, ...radios),
    createElement(
      "p",
      { className: "embed-edges" },
      createElement("label", { htmlFor: "embed-width", textContent: "Width" }),
      width,
      createElement("label", { htmlFor: "embed-height", textContent: "Height" }),
      height,
      "pixels",
    ),
    preview,
    code,
    createElement("p", {
      className: "hint",
      textContent: `${framers} It pauses while it is out of sight. ${SANDBOX_NOTE}`,
    }),
    createElement("div", { className: "compare-buttons" }, dialogButton("Copy", copy), closeButton(), status),
  );
  reload();
  new ResizeObserver(fit).observe(dialog);
}
