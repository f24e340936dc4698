// The stream reader: fetches NDJSON and reads it line by line, until it ends or is aborted.
import { prefetched } from "./prefetch.mjs";

/** @import { Chunk } from "../types/stream.d.ts" */

/** The server does not answer, or its response was cut off. */
export class NetworkError extends Error {}

/** The server refuses the request; the sentences say why. */
export class Refusal extends Error {
  /** @param {string[]} sentences */
  constructor(sentences) {
    super(sentences.join(" "));
    this.sentences = sentences;
  }
}

/** The server refuses the request for now; the message says why. */
export class RetryLater extends Error {
  /**
   * @param {string} sentence
   * @param {number} wait ms after which to request again
   */
  constructor(sentence, wait) {
    super(sentence);
    this.wait = wait;
  }
}

/**
 * Throw the error of a fetch: an AbortError as it is, any other one as a NetworkError.
 *
 * @param {unknown} error
 * @returns {never}
 */
export const toNetworkError = (error) => {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  throw name === "AbortError" ? error : new NetworkError(message);
};

/**
 * Callbacks of a reader: the server's release, each chunk, and the end of each piece that the network delivers.
 *
 * @typedef {object} StreamHandlers
 * @property {(release: string | null) => void} onRelease
 * @property {(chunk: Chunk) => void} onChunk
 * @property {() => void} onBatch
 */

/**
 * Read a stream. Throw a Refusal where the server refuses, RetryLater where it refuses for now, a NetworkError where it
 * does not answer or the stream is cut off, and an AbortError where the signal is aborted.
 *
 * @param {string} url
 * @param {AbortSignal} signal
 * @param {StreamHandlers} handlers
 */
export async function readStream(url, signal, { onRelease, onChunk, onBatch }) {
  const response = (await prefetched.take(url, signal)) || (await fetch(url, { signal }).catch(toNetworkError));
  onRelease(response.headers.get("X-Release"));
  if (!response.ok || !response.body) {
    throw toRefusal(response, response.status < 500 ? await response.json().catch(() => null) : null);
  }
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  /** @type {Chunk | null} */
  let last = null;
  for (;;) {
    const { value, done } = await reader.read().catch(toNetworkError);
    if (signal.aborted) return;
    rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (!line) continue;
      const chunk = /** @type {Chunk} */ (JSON.parse(line));
      last = chunk;
      onChunk(chunk);
    }
    onBatch();
    if (!done) continue;
    if (!last || !["end", "error"].includes(last.kind)) throw new NetworkError("the stream was cut off");
    return;
  }
}

/**
 * The error that a response without a stream stands for.
 *
 * @param {Response} response
 * @param {{ errors?: { sentence: string }[] } | null} body parsed, if it is JSON
 * @returns {NetworkError | RetryLater | Refusal}
 */
export function toRefusal(response, body) {
  if (!body || !body.errors || response.status >= 500) return new NetworkError(`status ${response.status}`);
  const sentences = body.errors.map((error) => error.sentence);
  if (response.status === 429)
    return new RetryLater(sentences.join(" "), 1000 * (Number(response.headers.get("Retry-After")) || 1));
  return new Refusal(sentences);
}
