// Subscripts and superscripts of texts.

/** @typedef {["text" | "sub" | "sup", string]} Part */

/**
 * Split a text into parts: what follows _ is a subscript, what follows ^ a superscript.
 *
 * @param {string} text
 * @returns {Part[]}
 */
export function splitSubscripts(text) {
  const pieces = text.split(/([_^](?:\([^)]*\)|[A-Za-z0-9]+))/);
  /** @type {Part[]} */
  const parts = pieces.map((piece, k) => {
    if (k % 2 === 0) return ["text", piece];
    return [piece[0] === "_" ? "sub" : "sup", piece.slice(1).replace(/^\(|\)$/g, "")];
  });
  return parts.filter(([kind, written]) => kind !== "text" || written !== "");
}
