// The job of a picture as this page watches it: polled, paused or given up; or its recording, where the stream brings one.
// The state's field `watched` says which (see components/core/state.py); polling is what keeps a job going.
import { pollJob, pollOnce } from "../core/jobs.mjs";
import { session } from "../core/session.mjs";
import { abortable } from "../core/visibility.mjs";
import { getElement } from "../ui/dom.mjs";

/** @import { StreamResult } from "../core/stream_result.mjs" */
/** @import { Chunk, RecordingChunk, TextChunk } from "../types/stream.d.ts" */
/** @import { ViewController } from "./view_controller.mjs" */

export class JobWatcher {
  /**
   * @param {ViewController} page
   * @param {string} query
   * @param {StreamResult} result
   * @param {() => void} draw draws what has come
   */
  constructor(page, query, result, draw) {
    this.page = page;
    this.query = query;
    this.result = result;
    this.draw = draw;
    this.position = { generation: 0, from: 0 }; // up to where the job's records have been read
    /** @type {number | null} */
    this.theoryCount = null; // trajectories of the stream itself, which come before those of the job
    /** @type {RecordingChunk | null} */
    this.recording = null;
    /** @type {TextChunk | null} */
    this.texts = null; // those of the picture without networks
    this.done = 0; // share of the work
    /** @type {AbortSignal | null} */
    this.signal = null;
    this.polling = new AbortController();
  }

  static REST = 600; // ms without a move before a job is requested: a hand on a slider starts none
  static PAUSED = 'Paused. "Resume" continues from the last checkpoint.';
  static STARTING = "Starting …";
  static CANCELLED = "Training cancelled.";

  /** @returns {string} auto, live, paused or off */
  get mode() {
    return this.page.state.watched || "auto";
  }

  /** Where the job answers. */
  get address() {
    return `${session.base}/jobs/${this.page.view.name}`;
  }

  /** The recording, if it is what is shown. */
  get replayed() {
    return this.mode === "auto" ? this.recording : null;
  }

  /**
   * A chunk of the stream as it goes into the result, or null: what belongs to a recording is left out where the job
   * itself is watched.
   *
   * @param {Chunk} chunk
   * @returns {Chunk | null}
   */
  filter(chunk) {
    if (chunk.kind === "recording") {
      this.recording = chunk;
      this.theoryCount = this.result.trajectories.length;
      return null;
    }
    if (chunk.kind === "text" && !this.recording) this.texts = chunk;
    if (!this.recording || this.replayed) return chunk;
    return chunk.kind === "end" ? { ...chunk, status: this.recording.status } : null;
  }

  /**
   * Watches as the state says.
   *
   * @param {AbortSignal} signal
   * @returns {Promise<boolean>} whether the end of the job is shown
   */
  async watch(signal) {
    const { page } = this;
    this.signal = signal;
    this.polling = new AbortController();
    signal.addEventListener("abort", () => this.polling.abort(), { once: true });
    this.theoryCount ??= this.result.trajectories.length;
    if (this.replayed) {
      page.progress.show({ sentence: this.replayed.sentence }, ["train"]);
      return true;
    }
    if (this.mode === "off") {
      this.clear();
      page.progress.show({ sentence: JobWatcher.CANCELLED }, ["train"]);
      return false;
    }
    if (this.mode === "paused") return this.showPaused();
    const rest = page.lastInputAt + JobWatcher.REST - performance.now();
    if (rest > 0) await abortable(this.polling.signal, (done) => setTimeout(done, rest));
    await pollJob(this.address, this.query, this.polling.signal, this.handlers(), this.position);
    page.progress.hide();
    return true;
  }

  /** Shows what a job has recorded without keeping it going. */
  async showPaused() {
    const { page } = this;
    let head;
    do head = await pollOnce(this.address, this.query, this.polling.signal, this.handlers(), this.position, true);
    while (head.more);
    if (head.status === "finished") {
      page.progress.hide();
      return true;
    }
    page.progress.show({ done: this.done, sentence: JobWatcher.PAUSED }, ["resume", "cancel"]);
    return false;
  }

  /** @returns {import("../core/jobs.mjs").JobHandlers} */
  handlers() {
    const { page, result } = this;
    return {
      onRelease: (release) => page.checkRelease(release),
      onChunk: (chunk) => {
        if (chunk.kind === "progress") this.done = chunk.done;
        if (chunk.kind === "progress" && this.mode !== "paused") page.progress.show(chunk, ["pause", "cancel"]);
        else if (chunk.kind !== "progress") page.loader.receive(chunk, result);
      },
      onBatch: this.draw,
      onStatus: ({ status, place, sentence }) => {
        /** @type {Record<string, string>} */
        const sentences = {
          waiting: sentence || `Waiting: place ${place} in the queue.`,
          away: "The server does not answer; the run is asked for again.",
          stopped: sentence || JobWatcher.STARTING,
          running: this.done ? "" : JobWatcher.STARTING,
        };
        if (sentences[status] && this.mode !== "paused") {
          page.progress.show({ done: this.done, sentence: sentences[status] }, ["pause", "cancel"]);
        }
      },
      onRestart: () => {
        this.done = 0;
        result.trajectories.length = Math.min(this.theoryCount ?? 0, result.trajectories.length);
      },
    };
  }

  /**
   * Watches it another way from now on.
   *
   * @param {string} mode live, paused or off
   */
  async setMode(mode) {
    const { page, result, signal } = this;
    const before = this.mode;
    page.state = { ...page.state, watched: mode };
    page.history.record(page.state, "same");
    this.polling.abort();
    if (this.recording && before === "auto") this.clear();
    /** @type {Record<string, string>} */
    const sentences = { paused: JobWatcher.PAUSED, off: JobWatcher.CANCELLED, live: JobWatcher.STARTING };
    page.texts.announce(sentences[mode]);
    if (mode === "live") page.progress.show({ done: this.done, sentence: sentences.live }, ["pause", "cancel"]);
    if (!signal) return; // the stream has not ended: watching follows it
    try {
      if (await this.watch(signal)) page.loader.markFinished(this.query);
    } catch (error) {
      const aborted = error instanceof DOMException && error.name === "AbortError";
      if (!aborted && page.renderer.result === result) page.loader.handleError(error);
    }
  }

  /** Takes the networks from the result; its theory stays. */
  clear() {
    const { page, result } = this;
    const count = this.theoryCount ?? 0;
    this.position = { generation: 0, from: 0 };
    this.done = 0;
    delete document.body.dataset.finished;
    if (result.trajectories.length === count) return;
    result.trajectories.length = result.expected = count;
    result.version += 1;
    if (this.texts) page.texts.render(this.texts);
    if (this.recording) getElement("status").textContent = this.recording.status;
    this.draw();
  }

  /** Pauses a job, or resumes it; false where there is none to pause. */
  toggle() {
    const { pause, resume } = this.page.progress.buttons;
    const button = [pause, resume].find((one) => one && one.checkVisibility());
    if (button) button.click();
    return Boolean(button);
  }
}
