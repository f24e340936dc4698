// Follows a job of the server: polls it several times a second, which keeps it running. It waits for a server that does
// not answer, and reads a job that has restarted from its first record.
import { NetworkError, RetryLater, toNetworkError, toRefusal } from "./stream.mjs";
import { abortable, waitUntilVisible } from "./visibility.mjs";

/** @import { Chunk, JobChunk } from "../types/stream.d.ts" */
/** @import { StreamHandlers } from "./stream.mjs" */

export const POLL = {
  interval: 250, // ms
  maxInterval: 8000, // ms, while the server does not answer or has no capacity
  hidden: 60_000, // ms after which a hidden page polls no more until it is visible
};

/**
 * How far the records of a job have been read: the place of the next one, and in which run of the job.
 *
 * @typedef {{ generation: number, from: number }} LogPosition
 */

/**
 * The status of a job; "away" where the server did not answer.
 *
 * @typedef {JobChunk | { status: "stopped" | "away", sentence: string, more?: undefined, place?: undefined }} JobStatus
 */

/**
 * Callbacks of a job: those of a stream, the status with each answer, and a restart, before records come again from the
 * first.
 *
 * @typedef {StreamHandlers & { onStatus: (status: JobStatus) => void, onRestart: () => void }} JobHandlers
 */

/**
 * Poll a job until it ends. Throws what `readStream` throws, except for a server that does not answer or has no
 * capacity.
 *
 * @param {string} base "/jobs/<view>"
 * @param {string} query of the state
 * @param {AbortSignal} signal
 * @param {JobHandlers} handlers
 * @param {LogPosition} [position] updated with each answer, so that a later call can continue
 * @returns {Promise<boolean>} whether the job is finished; false if it has failed
 */
export async function pollJob(base, query, signal, handlers, position = { generation: 0, from: 0 }) {
  let pause = POLL.interval;
  for (;;) {
    await waitUntilVisible(POLL.hidden, signal);
    const { status, more } = await pollOnce(base, query, signal, handlers, position);
    if (!more && ["finished", "failed"].includes(status)) return status === "finished";
    if (more) continue;
    pause = ["away", "stopped"].includes(status) ? Math.min(2 * pause, POLL.maxInterval) : POLL.interval;
    await abortable(signal, (done) => setTimeout(done, pause));
  }
}

/**
 * Request once what is new of a job, and pass it on.
 *
 * @param {string} base
 * @param {string} query
 * @param {AbortSignal} signal
 * @param {JobHandlers} handlers
 * @param {LogPosition} position
 * @param {boolean} [peek] whether the request does not keep the job running
 * @returns {Promise<JobStatus>}
 */
export async function pollOnce(base, query, signal, handlers, position, peek = false) {
  const url = `${base}?generation=${position.generation}&offset=${position.from}${peek ? "&peek=1" : ""}&${query}`;
  let lines;
  try {
    lines = await readJobLines(url, signal, handlers.onRelease);
  } catch (error) {
    const status = statusOfError(error);
    handlers.onStatus(status);
    return status;
  }
  const head = /** @type {JobChunk} */ (lines[0]);
  const records = lines.slice(1);
  handlers.onStatus(head);
  if (head.from !== position.from) handlers.onRestart();
  Object.assign(position, { generation: head.generation, from: head.next });
  for (const record of records) handlers.onChunk(record);
  if (records.length) handlers.onBatch();
  return head;
}

/**
 * @param {unknown} error is thrown again unless polling goes on after it
 * @returns {JobStatus}
 */
function statusOfError(error) {
  if (error instanceof RetryLater) return { status: "stopped", sentence: error.message };
  if (error instanceof NetworkError) return { status: "away", sentence: "" };
  throw error;
}

/**
 * Return the lines of one answer, parsed: the status of the job, then records.
 *
 * @param {string} url
 * @param {AbortSignal} signal
 * @param {StreamHandlers["onRelease"]} onRelease
 * @returns {Promise<Chunk[]>}
 */
export async function readJobLines(url, signal, onRelease) {
  const response = await fetch(url, { signal }).catch(toNetworkError);
  onRelease(response.headers.get("X-Release"));
  const lines = parseLines(await response.text().catch(toNetworkError));
  if (lines && response.ok) return lines;
  throw toRefusal(response, lines && lines[0]);
}

/**
 * @param {string} text
 * @returns {any[] | null} null where it is not JSON, as of a proxy
 */
function parseLines(text) {
  try {
    return text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  } catch {
    return null;
  }
}
