// Copying links.
import { createElement } from "./dom.mjs";

/** @import { ViewController } from "../pages/view_controller.mjs" */

/**
 * Copies the link of the present picture, and writes it to the address bar.
 *
 * @param {ViewController} page
 */
export async function copyLink(page) {
  page.history.write();
  await copyText(page, location.origin + page.history.address(), "The link is in the address bar.");
}

/**
 * Copies a link, and shows a notice.
 *
 * @param {ViewController} page
 * @param {string} link
 * @param {string} [otherwise] the notice where it cannot be copied
 */
export async function copyText(page, link, otherwise = link) {
  const isCopied = await writeClipboard(
    link,
    () => false,
    () => copySelected(link),
  );
  page.texts.showToast(isCopied ? "Link copied." : otherwise);
}

/**
 * Copies a text; returns whether it is copied.
 *
 * @param {string} text
 * @param {() => boolean} ifRefused copies it otherwise where the browser refuses to
 * @param {() => boolean} ifMissing copies it otherwise without a clipboard, which browsers have with https alone
 */
export async function writeClipboard(text, ifRefused, ifMissing = ifRefused) {
  if (!navigator.clipboard) return ifMissing();
  return navigator.clipboard.writeText(text).then(() => true, ifRefused);
}

/**
 * Copies a text by selecting it; returns whether it is copied.
 *
 * @param {string} text
 */
export function copySelected(text) {
  const area = createElement("textarea", { value: text, className: "visually-hidden" });
  document.body.append(area);
  area.select();
  const isCopied = document.execCommand("copy");
  area.remove();
  return isCopied;
}
