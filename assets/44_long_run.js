// A picture's long run as this page watches it: followed, paused, given up; or its record, where the stream brings one.
// The state's field `watched` says which (see components/core/state.py); to ask for a run is what keeps it going.
window.fl = window.fl || {};

fl.LongRun = class {
  // batch(): draws what has come.
  constructor(page, query, picture, batch) {
    Object.assign(this, { page, query, picture, batch });
    this.place = { generation: 0, from: 0 }; // up to where its records have been read
    this.theory = null; // runs of the picture that the stream itself has brought
    this.record = null; // the chunk that announces a finished record
    this.words = null; // what is said of the picture without networks
    this.done = 0;
    this.asking = new AbortController();
  }

  static REST = 600; // ms without a move after which a run is asked for: a hand on a slider starts none
  static PAUSED = "Paused. \"Resume\" continues from the last checkpoint.";
  static ASKED = "Starting …";
  static OFF = "Training cancelled.";

  get how() { return this.page.state.watched || "auto"; }

  // Whether the record is what is shown.
  get replayed() { return this.record !== null && this.how === "auto"; }

  // A chunk of the stream as it goes into the picture, or null: what belongs to a record is left out where the run itself is watched.
  passed(chunk) {
    if (chunk.kind === "recording") {
      this.record = chunk;
      this.theory = this.picture.runs.length;
      return null;
    }
    if (chunk.kind === "text" && !this.record) this.words = chunk;
    if (!this.record || this.replayed) return chunk;
    return chunk.kind === "end" ? { ...chunk, status: this.record.status } : null;
  }

  // Begins, or goes on, as the state says; returns whether the end of the run is shown.
  async watch(signal) {
    const { page } = this;
    this.signal = signal;
    this.asking = new AbortController();
    signal.addEventListener("abort", () => this.asking.abort(), { once: true });
    if (this.theory === null) this.theory = this.picture.runs.length;
    if (this.replayed) {
      page.progress.show({ sentence: this.record.sentence }, ["train"]);
      return true;
    }
    if (this.how === "off") {
      this.clear();
      page.progress.show({ sentence: fl.LongRun.OFF }, ["train"]);
      return false;
    }
    if (this.how === "paused") return this.pause();
    const rest = page.moved + fl.LongRun.REST - performance.now();
    if (rest > 0) await fl.until(this.asking.signal, (done) => setTimeout(done, rest));
    await fl.follow(`${fl.base}/jobs/${page.view.name}`, this.query, this.asking.signal, this.handlers(), this.place);
    page.progress.hide();
    return true;
  }

  // Shows what is known of a run without asking for it.
  async pause() {
    const { page } = this;
    let head;
    do head = await fl.ask(`${fl.base}/jobs/${page.view.name}`, this.query, this.asking.signal, this.handlers(), this.place, true);
    while (head.more);
    if (head.status === "finished") { page.progress.hide(); return true; }
    page.progress.show({ done: this.done, sentence: fl.LongRun.PAUSED }, ["on", "cancel"]);
    return false;
  }

  handlers() {
    const { page, picture } = this;
    return {
      onRelease: (release) => page.checkRelease(release),
      onChunk: (chunk) => {
        if (chunk.kind === "progress") this.done = chunk.done;
        if (chunk.kind === "progress" && this.how !== "paused") page.progress.show(chunk, ["pause", "cancel"]);
        else if (chunk.kind !== "progress") page.receive(chunk, picture);
      },
      onBatch: this.batch,
      onStatus: ({ status, place, sentence }) => {
        const said = {
          waiting: sentence || `Waiting: place ${place} in the queue.`,
          away: "The server does not answer; the run is asked for again.",
          stopped: sentence || fl.LongRun.ASKED,
          running: this.done ? "" : fl.LongRun.ASKED,
        }[status];
        if (said && this.how !== "paused") page.progress.show({ done: this.done, sentence: said }, ["pause", "cancel"]);
      },
      onRestart: () => { this.done = 0; picture.runs.length = Math.min(this.theory, picture.runs.length); },
    };
  }

  // Watches it another way from now on: "live", "paused" or "off".
  async set(how) {
    const { page, signal, picture } = this;
    const before = this.how;
    page.state = { ...page.state, watched: how };
    page.history.record(page.state, "same");
    this.asking.abort();
    if (this.record && before === "auto") this.clear();
    const said = { paused: fl.LongRun.PAUSED, off: fl.LongRun.OFF, live: fl.LongRun.ASKED }[how];
    page.announce(said);
    if (how === "live") page.progress.show({ done: this.done, sentence: said }, ["pause", "cancel"]);
    try {
      if (await this.watch(signal)) page.finished(this.query);
    } catch (error) {
      if (error.name !== "AbortError" && page.drawing.picture === picture) page.failed(error);
    }
  }

  // Takes the networks from the picture; its theory stays.
  clear() {
    const { page, picture } = this;
    Object.assign(this, { place: { generation: 0, from: 0 }, done: 0 });
    delete document.body.dataset.finished;
    if (picture.runs.length === this.theory) return;
    picture.runs.length = picture.expected = this.theory;
    picture.version += 1;
    if (this.words) page.words(this.words);
    if (this.record) document.getElementById("status").textContent = this.record.status;
    this.batch();
  }

  // Pauses a run, or goes on with it; false where there is none to pause.
  toggle() {
    const { pause, on } = this.page.progress.buttons || {};
    const button = [pause, on].find((one) => one && one.checkVisibility());
    if (button) button.click();
    return Boolean(button);
  }
};
