// Why a trajectory has its fate: requested from the server when the pointer rests.
import { trajectoryQuery } from "../core/link.mjs";
import { session } from "../core/session.mjs";

/** @import { ViewController } from "../pages/view_controller.mjs" */
/** @import { Style } from "../types/stream.d.ts" */
/** @import { Point } from "./pointer_gestures.mjs" */

/** One request at a time; a newer one takes the place of it. */
export class ExplanationRequest {
  /** @param {ViewController} page */
  constructor(page) {
    this.page = page;
    this.abort = new AbortController();
    /** @type {string | null} */
    this.query = null; // of the request under way, or of the latest answer
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  static REST_MS = 110; // without another point, before the server is asked

  /**
   * Requests the explanation of the trajectory at a point of a map, unless that is the latest request.
   *
   * @param {Point} point
   * @param {(text: string, fate: Style) => void} onAnswer
   * @returns {boolean} whether there is a new request
   */
  request(point, onAnswer) {
    if (session.recorded) return false; // there is no server
    const query = trajectoryQuery(this.page.view, this.page.state, point);
    if (this.query === query) return false;
    this.cancel();
    this.query = query;
    this.timer = setTimeout(() => this.fetch(query, onAnswer), ExplanationRequest.REST_MS);
    return true;
  }

  /**
   * @param {string} query
   * @param {(text: string, fate: Style) => void} onAnswer
   */
  async fetch(query, onAnswer) {
    const { signal } = this.abort;
    const response = await fetch(`${session.base}/text/unlearning?${query}&lay=`, { signal }).catch(() => null);
    const chunk = response && response.ok && (await response.json().catch(() => null));
    if (!signal.aborted && chunk) onAnswer(chunk.runs[0], chunk.fates[0]);
  }

  /** Ends the request; the next one is a new one, even if it is the same. */
  cancel() {
    clearTimeout(this.timer);
    this.abort.abort();
    this.abort = new AbortController();
    this.query = null;
  }
}
