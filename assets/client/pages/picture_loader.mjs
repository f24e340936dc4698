// Requests of pictures: one at a time, the latest wins; what a stream brings goes to the figures and the texts.
import { Recent } from "../core/recent.mjs";
import { session } from "../core/session.mjs";
import { readStream } from "../core/stream.mjs";
import { StreamResult } from "../core/stream_result.mjs";
import { LatestWinsThrottle } from "../core/throttle.mjs";
import { whenVisible } from "../core/visibility.mjs";
import { getElement } from "../ui/dom.mjs";
import { JobWatcher } from "./job_watcher.mjs";
import { Reconnection } from "./reconnection.mjs";

/** @import { Picture, PictureRequest } from "../types/picture.d.ts" */
/** @import { Chunk } from "../types/stream.d.ts" */
/** @import { ViewController } from "./view_controller.mjs" */

export class PictureLoader {
  /** @param {ViewController} page */
  constructor(page) {
    this.page = page;
    /** @type {Map<number, PictureRequest>} */
    this.requests = new Map(); // under way, by their ids
    this.latest = 0; // id of the latest request
    this.latestDrawn = 0; // id of the latest request of which anything was drawn: earlier ones are not drawn any more
    /** @type {Map<string, unknown>} */
    this.parts = new Map(); // of the latest draft, which are not requested again
    /** @type {Recent<Picture>} */
    this.recent = new Recent(PictureLoader.RECENT); // by their queries
    this.readStream = readStream;
    this.lastTextAt = -Infinity; // when texts were requested last
    /** @type {JobWatcher | null} */
    this.job = null; // of the picture, in a view that has jobs
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.restTimer = undefined;
    this.reconnection = new Reconnection(page, () => this.throttle.start());
    /** @type {number[]} */
    this.ways = []; // ms to the server and back, of the latest answers
    this.throttle = new LatestWinsThrottle((id) =>
      whenVisible(() => {
        if (session.page === page) this.request(id);
      }),
    );
  }

  static FIRST_PIECE_MS = 120; // ms before a picture is shown in pieces
  static MISSING = 15000; // ms after which plotly is missed
  static LARGEST_DRAFT = 4096; // pixels: what is magnified further comes as the stream itself (components/core/draft.py)
  static RECENT = 12; // pictures that are kept
  static WAYS = 5; // answers of which the quickest says how long the way is
  // Between two pictures that a moving hand requests with their texts: ms, and times what a picture takes, so that a
  // server with many hands at once has most of its time for their pictures.
  static TEXT_INTERVAL = [500, 20];

  /** A control has moved: requests a picture as soon as the throttle lets it, and a fine one when the hand rests. */
  requestSoon() {
    clearTimeout(this.restTimer);
    this.throttle.schedule();
    if (this.page.usesDragOverrides) this.requestAtRest();
  }

  requestAtRest() {
    clearTimeout(this.restTimer);
    const { MOVING } = /** @type {typeof ViewController} */ (this.page.constructor);
    this.restTimer = setTimeout(() => this.throttle.schedule(), 2 * MOVING);
  }

  /** Whether the texts are requested with a draft; those that are left out follow when the hand rests. */
  wantsTexts() {
    const [shortest, pictures] = PictureLoader.TEXT_INTERVAL;
    const now = performance.now();
    const wants =
      this.page.usesDragOverrides || now >= this.lastTextAt + Math.max(shortest, pictures * this.throttle.lastDuration);
    if (wants) this.lastTextAt = now;
    return wants;
  }

  /**
   * The request of the present state.
   *
   * @param {number} id
   * @returns {PictureRequest}
   */
  begin(id) {
    const { page } = this;
    const draft = page.dragging;
    const texts = !draft || this.wantsTexts();
    if (!draft) this.lastTextAt = performance.now();
    const rough = page.usesDragOverrides && page.moving ? page.view.drag_overrides : {};
    const query = page.computationQuery({ ...page.state, ...rough });
    const result = new StreamResult(page.view.time.column, draft ? this.parts : undefined);
    const picture = { result, texts: null, status: "" };
    const startedAt = performance.now();
    return {
      id,
      query,
      draft,
      texts,
      abort: new AbortController(),
      result,
      job: null,
      startedAt,
      picture,
      ended: false,
    };
  }

  /**
   * Where the stream of a request is. A draft has the size of the figures; the stream itself has the release, so that
   * browsers and proxies may keep it.
   *
   * @param {PictureRequest} request
   */
  address({ query, draft, texts, result }) {
    const { renderer, view } = this.page;
    const size = renderer.wholeSize;
    const isFine = draft && Math.max(...size) > PictureLoader.LARGEST_DRAFT;
    const have = [...result.knownParts.keys()].join(".");
    const how = !draft ? `release=${view.release}&` : isFine ? "" : `draft=${size.join("x")}&have=${have}&`;
    return `${session.base}/stream/${view.name}?${how}${texts ? "" : "text=0&"}${query}`;
  }

  /**
   * Whether what a request brings may still be drawn.
   *
   * @param {PictureRequest} request
   */
  isCurrent({ id, abort }) {
    return !abort.signal.aborted && id >= this.latestDrawn;
  }

  /**
   * Requests the picture of the present state.
   *
   * @param {number} [id]
   */
  async request(id = this.latest + 1) {
    this.reconnection.stop();
    const request = this.begin(id);
    this.latest = id;
    this.abortEarlier(request);
    const { draft, query, result } = request;
    if (draft) this.requestAtRest();
    else if (this.showRecent(request)) return;
    this.requests.set(id, request);
    document.querySelector(".below")?.classList.add("waiting");
    const draw = this.drawer(request);
    if (this.page.view.runs) request.job = this.job = new JobWatcher(this.page, query, result, draw);
    try {
      await this.read(request, draw);
      if (this.isCurrent(request) && !draft) await this.finish(request);
    } catch (error) {
      const aborted = error instanceof DOMException && error.name === "AbortError";
      if (this.isCurrent(request) && !aborted) this.handleError(error);
    } finally {
      this.requests.delete(id);
    }
  }

  /**
   * Drafts may be on their way one after the other; before a picture that stays, all others end, and before a draft
   * those that would have stayed.
   *
   * @param {PictureRequest} request
   */
  abortEarlier({ draft }) {
    const earlier = [...this.requests.values()].sort((one, other) => other.id - one.id);
    const ended = earlier.filter((other, k) => !draft || !other.draft || k >= this.throttle.depth - 1);
    for (const { abort } of ended) abort.abort();
  }

  /**
   * Reads the stream of a request and draws it.
   *
   * @param {PictureRequest} request
   * @param {() => void} draw
   */
  async read(request, draw) {
    const { page } = this;
    const { draft, job, result } = request;
    const { signal } = request.abort;
    await this.readStream(this.address(request), signal, {
      onRelease: (release) => page.checkRelease(release),
      onChunk: (chunk) => {
        if (chunk.kind === "start" && chunk.elapsed !== undefined) {
          const way = Math.max(performance.now() - request.startedAt - chunk.elapsed, 0);
          this.ways = [...this.ways, way].slice(-PictureLoader.WAYS);
        }
        if (chunk.kind === "text") request.picture.texts = chunk;
        if (chunk.kind === "end") {
          request.ended = true;
          request.picture.status = chunk.status ?? "";
        }
        const passed = !this.isCurrent(request) ? null : job ? job.filter(chunk) : chunk;
        if (passed) this.receive(passed, result);
      },
      onBatch: draw,
    });
    await this.whenMounted(signal);
    if (!this.isCurrent(request)) return;
    if (draft) this.parts = result.parts;
    draw();
    await page.renderer.whenDrawn;
    if (request.id === this.latest) this.endWaiting();
  }

  /**
   * The way to the server and back: the least of the latest answers, for the others have waited for a server or a page
   * with much to do; undefined before the first.
   */
  get way() {
    return this.ways.length ? Math.min(...this.ways) : undefined;
  }

  /**
   * The picture is drawn: what follows it is its job, or its play.
   *
   * @param {PictureRequest} request
   */
  async finish(request) {
    const { query, result, job } = request;
    if (request.id !== this.latest) return;
    if (request.ended && result.complete && !job) this.recent.set(query, request.picture);
    this.markDrawn(query);
    if (job && !result.final) {
      const over = await job.watch(request.abort.signal);
      if (!this.isCurrent(request) || request.id !== this.latest || !over) return;
      this.markFinished(query);
    }
    this.playIfWelcome();
  }

  /** @param {string} query */
  markDrawn(query) {
    document.body.dataset.drawn = query; // says which state's picture is complete
    if (session.lecture) session.lecture.onDrawn();
  }

  playIfWelcome() {
    const { page } = this;
    if (page.playsNext && page.player.exists) page.player.play();
    page.playsNext = false;
  }

  /**
   * Shows a picture that was complete before.
   *
   * @param {PictureRequest} request
   * @returns {boolean} whether there is one
   */
  showRecent({ id, query }) {
    const { page } = this;
    const picture = this.recent.get(query);
    if (!picture || !page.renderer.mount()) return false;
    this.latestDrawn = id;
    page.renderer.result = picture.result;
    page.show();
    this.throttle.complete(id);
    this.reconnection.restored();
    page.texts.pending = picture.texts;
    page.texts.update(picture.status);
    page.renderer.whenDrawn.then(() => {
      if (id !== this.latest || session.page !== page) return;
      this.endWaiting();
      this.markDrawn(query);
      this.playIfWelcome();
    });
    return true;
  }

  /**
   * What draws the result of a request as it comes: a quick picture once, whole; a slow one in pieces; one that is
   * refined each time that it is finer.
   *
   * @param {PictureRequest} request
   */
  drawer(request) {
    const { page } = this;
    const { id, startedAt, result } = request;
    let version = 0,
      seen = false;
    return () => {
      if (!this.isCurrent(request) || !page.renderer.mount() || version === result.version) return;
      if (!result.complete && performance.now() < startedAt + PictureLoader.FIRST_PIECE_MS) return;
      version = result.version;
      this.latestDrawn = id;
      page.renderer.result = result;
      page.show();
      // What is refined may be given up for a newer value as soon as anything of it is seen.
      if ((result.complete || page.usesDragOverrides) && !seen) {
        seen = true;
        this.throttle.complete(id, this.way);
      }
    };
  }

  /**
   * The job of a picture has come to its end.
   *
   * @param {string} query
   */
  markFinished(query) {
    document.body.dataset.finished = query; // says whose
  }

  /** @param {unknown} error */
  handleError(error) {
    const { waiting } = this.throttle;
    this.throttle.cancel();
    this.endWaiting();
    this.reconnection.handle(error, waiting);
  }

  endWaiting() {
    this.page.progress.hide();
    document.querySelector(".below")?.classList.remove("waiting");
  }

  /**
   * Plotly arrives a little after the page.
   *
   * @param {AbortSignal} signal
   * @returns {Promise<void>}
   */
  whenMounted(signal) {
    return new Promise((resolve) => {
      const startedAt = performance.now();
      const look = () => {
        if (signal.aborted) return;
        if (this.page.renderer.mount()) {
          resolve();
          return;
        }
        if (performance.now() > startedAt + PictureLoader.MISSING) {
          this.page.texts.showAlert([
            "A part of this page has not arrived. Reloading it may help; the link keeps the picture.",
          ]);
        }
        requestAnimationFrame(look);
      };
      look();
    });
  }

  /**
   * @param {Chunk} chunk
   * @param {StreamResult} result
   */
  receive(chunk, result) {
    const { texts, progress } = this.page;
    if (chunk.kind === "end") this.reconnection.restored();
    if (chunk.kind === "text") texts.pending = chunk;
    else if (chunk.kind === "progress") progress.show(chunk);
    else if (chunk.kind === "waiting") getElement("status").textContent = chunk.sentence;
    else if (chunk.kind === "end") {
      if (!chunk.alone) texts.update(chunk.status ?? "");
    } else if (chunk.kind === "error") texts.showAlert([chunk.sentence]);
    else result.add(chunk);
  }

  /** @param {string} mode see components/core/state.py, PlaybackMode */
  setJobMode(mode) {
    if (this.job) this.job.setMode(mode);
  }

  /** The user wants no more of this picture: the request ends, and with it the server's work. */
  cancel() {
    if (this.job && this.job.signal) {
      this.job.setMode("off");
      return;
    }
    const { stopped } = this.page.progress;
    this.abortAll();
    this.endWaiting();
    getElement("status").textContent = stopped;
    this.page.texts.announce(stopped);
  }

  /** Ends all requests. */
  stop() {
    this.abortAll();
    this.reconnection.stop();
    clearTimeout(this.restTimer);
  }

  /** Ends all requests; nothing that still comes of them is drawn. */
  abortAll() {
    this.latestDrawn = this.latest + 1;
    for (const { abort } of this.requests.values()) abort.abort();
    this.throttle.cancel();
  }
}
