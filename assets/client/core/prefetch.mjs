// A stream that is requested before it is needed.

/** One stream that is fetched ahead, at low priority. It survives a change of the page. */
class Prefetch {
  constructor() {
    /** @type {string | null} */
    this.url = null;
    this.abort = new AbortController();
    /** @type {Promise<Response | null>} */
    this.response = Promise.resolve(null);
  }

  /**
   * Fetch a stream in place of the one that was fetched before, unless the user saves data.
   *
   * @param {string} url
   */
  fetch(url) {
    if (url === this.url || (navigator.connection && navigator.connection.saveData)) return;
    this.drop();
    this.url = url;
    this.abort = new AbortController();
    this.response = fetch(url, { priority: "low", signal: this.abort.signal })
      .then(readAhead)
      .catch(() => null);
  }

  /**
   * Return the response to a request, with the part of its body that has arrived; null where it was not fetched.
   *
   * @param {string} url
   * @param {AbortSignal} signal
   */
  async take(url, signal) {
    if (url !== this.url) return null;
    const { response, abort } = this;
    this.url = null;
    signal.addEventListener("abort", () => abort.abort(), { once: true });
    return response;
  }

  /** Abort the request, if there is one. */
  drop() {
    if (this.url) this.abort.abort();
    this.url = null;
  }
}

/**
 * Return a response whose body is read at once and buffered until it is used.
 *
 * @param {Response} response
 */
function readAhead(response) {
  if (!response.ok || !response.body) return null;
  const [buffered, drained] = response.body.tee();
  drained.pipeTo(new WritableStream()).catch(() => {});
  return new Response(buffered, { status: response.status, headers: response.headers });
}

export const prefetched = new Prefetch();
