// What happens when a picture does not come: a refusal is shown; a server that does not answer is asked again.
import { session } from "../core/session.mjs";
import { NetworkError, Refusal, RetryLater } from "../core/stream.mjs";

/** @import { ViewController } from "./view_controller.mjs" */

export const RETRY_DELAYS = [1000, 10000]; // ms until a server that does not answer is asked again: first, at most

export class Reconnection {
  /**
   * @param {ViewController} page
   * @param {() => void} retry requests the picture again
   */
  constructor(page, retry) {
    this.page = page;
    this.retry = retry;
    this.disconnected = false; // whether the server has not answered: the alert stays until there is a picture
    this.refused = false; // whether the alert is a refusal, which a later picture ends
    this.delay = 0; // ms
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /**
   * Shows what has happened, and requests the picture again where that may help.
   *
   * @param {unknown} error
   * @param {boolean} waiting whether another picture is wanted already
   */
  handle(error, waiting) {
    const { texts } = this.page;
    if (error instanceof Refusal) {
      this.refused = true;
      texts.showAlert(error.sentences);
      if (waiting) this.retry();
    } else if (error instanceof RetryLater) {
      this.disconnected = true;
      texts.showAlert([error.message, "It is asked for again by itself."]);
      this.retryAfter(error.wait);
    } else if (error instanceof NetworkError) {
      const [first, longest] = RETRY_DELAYS;
      this.delay = this.disconnected && this.delay ? Math.min(2 * this.delay, longest) : first;
      this.disconnected = true;
      texts.showAlert([
        "The server does not answer. Nothing is lost: the picture is the last one that arrived, and the server is asked again.",
      ]);
      this.retryAfter(this.delay);
    } else {
      console.error(error);
      texts.showAlert([
        "This picture could not be drawn; that is a mistake of ours. Another one may do, and the link keeps this one.",
      ]);
    }
  }

  /** @param {number} wait ms */
  retryAfter(wait) {
    this.timer = setTimeout(() => {
      if (session.page === this.page) this.retry();
    }, wait);
  }

  /** A picture has come. */
  restored() {
    if (!this.disconnected && !this.refused) return;
    this.disconnected = this.refused = false;
    this.page.texts.showAlert([]);
  }

  /** No retry is wanted any more. */
  stop() {
    clearTimeout(this.timer);
  }
}
