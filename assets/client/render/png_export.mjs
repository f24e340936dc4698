// A figure as a PNG, with its metadata.

export const PNG_SCALE = 3; // pixels of a PNG for each of the screen's: sharp in print and on a projector
const HEADER_BYTES = 33; // of a PNG: its signature and the chunk IHDR

/**
 * Draw an SVG document as a PNG.
 *
 * @param {{ text: string, width: number, height: number }} svg
 * @returns {Promise<Blob>}
 */
export async function svgToPng({ text, width, height }) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: PNG_SCALE * width, height: PNG_SCALE * height });
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error("the figure is too large for a PNG"))),
      "image/png",
    ),
  );
}

/**
 * Return a PNG with metadata in tEXt chunks, which follow its header; empty texts are left out.
 *
 * @param {Blob} blob
 * @param {Record<string, string>} metadata
 */
export async function pngWithMetadata(blob, metadata) {
  const chunks = Object.entries(metadata)
    .filter(([, text]) => text)
    .map(([key, text]) => textChunk(key, text));
  return new Blob([blob.slice(0, HEADER_BYTES), ...chunks, blob.slice(HEADER_BYTES)], { type: "image/png" });
}

/**
 * A tEXt chunk of a PNG: its length, its type, keyword and text in Latin-1, its checksum.
 *
 * @param {string} key
 * @param {string} text
 */
export function textChunk(key, text) {
  const latin = Uint8Array.from(`${key}\0${text.replace(/[–−]/g, "-")}`, (letter) => {
    const code = letter.codePointAt(0) ?? 0;
    return code < 256 ? code : 0x3f; // a question mark
  });
  const body = new Uint8Array([...new TextEncoder().encode("tEXt"), ...latin]);
  const chunk = new DataView(new ArrayBuffer(body.length + 8));
  chunk.setUint32(0, latin.length);
  new Uint8Array(chunk.buffer).set(body, 4);
  chunk.setUint32(body.length + 4, crc32(body));
  return chunk.buffer;
}

/**
 * The checksum of a PNG's chunk.
 *
 * @param {Uint8Array} bytes
 */
export function crc32(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}
