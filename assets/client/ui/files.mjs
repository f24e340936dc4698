// Files that the browser saves.
import { session } from "../core/session.mjs";
import { Refusal, RetryLater, toRefusal } from "../core/stream.mjs";
import { createElement } from "./dom.mjs";

/** @import { ViewController } from "../pages/view_controller.mjs" */

const URL_LIFETIME_MS = 10000; // of a file, which the browser reads soon after the click

/**
 * Saves a file in the user's downloads.
 *
 * @param {Blob} blob
 * @param {string} name
 */
export function saveFile(blob, name) {
  const href = URL.createObjectURL(blob);
  createElement("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), URL_LIFETIME_MS);
}

/**
 * The size of a file in words.
 *
 * @param {number} bytes
 */
export const formatBytes = (bytes) =>
  bytes < 1e6 ? `${Math.max(Math.round(bytes / 1e3), 1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

/**
 * Saves a file that the server makes. Throws Refusal or RetryLater where the server refuses it.
 *
 * @param {ViewController} page
 * @param {string} path below the server's root, with its query
 */
export async function downloadFile(page, path) {
  const response = await fetch(`${session.base}/${path}`);
  if (response.status === 422) {
    /** @type {{ errors: { sentence: string }[] }} */
    const { errors } = await response.json();
    throw new Refusal(errors.map(({ sentence }) => sentence));
  }
  if (response.status === 429) throw toRefusal(response, await response.json());
  if (!response.ok) throw new Error("the server refused it");
  const blob = await response.blob();
  const name = attachmentName(response.headers.get("Content-Disposition"));
  saveFile(blob, name);
  page.texts.showToast(`${name} saved, ${formatBytes(blob.size)}.`);
}

/**
 * The name of a file in the header Content-Disposition.
 *
 * @param {string | null} header
 */
export function attachmentName(header) {
  const [, name] = /filename="([^"]+)"/.exec(header ?? "") ?? [];
  if (!name) throw new Error(`the server gave the file no name: ${header}`);
  return name;
}

/**
 * Sentences for the user about a file that could not be made.
 *
 * @param {unknown} error
 * @param {string} otherwise the sentence where the server gave none
 */
export function failureSentences(error, otherwise) {
  if (error instanceof Refusal) return error.sentences;
  return [error instanceof RetryLater ? error.message : otherwise];
}
