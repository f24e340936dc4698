// A throttle for the requests of a moving slider.

/**
 * Runs few actions at a time and always the latest one: calls while as many are under way as may be are merged into one
 * call after them. One is under way at a time, but more where most of its time is spent on the way to a server and back.
 * An action that takes unusually long is given up for a newer one.
 */
export class LatestWinsThrottle {
  /** @param {(id: number) => void} action starts a request, whose number is given to `complete` */
  constructor(action) {
    this.action = action;
    this.timeLimit = LatestWinsThrottle.MIN_TIME_LIMIT_MS;
    /** @type {Map<number, number>} */
    this.startedAt = new Map(); // of the requests under way, by their numbers
    this.lastId = 0;
    this.depth = 1; // requests that may be under way
    this.waiting = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.limitTimer = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.spacingTimer = undefined;
    this.lastDuration = 0; // ms until the last picture was seen
  }

  static MIN_TIME_LIMIT_MS = 300; // of any action, so that one that is nearly complete is not given up
  static MAX_TIME_LIMIT_MS = 4000;
  static MAX_DEPTH = 3;
  static WAY_MS = 60; // on the way to the server and back, for each further request under way

  /** Whether a request is under way. */
  get busy() {
    return this.startedAt.size > 0;
  }

  /** Run the action now, or as soon as one more may be under way. */
  schedule() {
    const wait = this.busy ? this.lastStart + this.lastDuration / this.depth - performance.now() : 0;
    if (this.startedAt.size < this.depth && wait <= 0) {
      this.start();
      return;
    }
    this.waiting = true;
    if (this.startedAt.size >= this.depth) return;
    clearTimeout(this.spacingTimer);
    this.spacingTimer = setTimeout(() => this.schedule(), wait);
  }

  /** When the latest request under way was started. */
  get lastStart() {
    return Math.max(...this.startedAt.values());
  }

  /** Run the action now. */
  start() {
    clearTimeout(this.limitTimer);
    clearTimeout(this.spacingTimer);
    this.waiting = false;
    this.lastId += 1;
    this.startedAt.set(this.lastId, performance.now());
    this.limitTimer = setTimeout(() => this.timeout(), this.timeLimit);
    this.action(this.lastId);
  }

  /** Let a newer action begin, though those under way are not complete. */
  timeout() {
    this.startedAt.clear();
    this.timeLimit = Math.min(2 * this.timeLimit, LatestWinsThrottle.MAX_TIME_LIMIT_MS);
    if (this.waiting) this.start();
  }

  /**
   * The picture of a request is drawn; those of earlier requests are not drawn any more.
   *
   * @param {number} id
   * @param {number} [way] ms to the server and back, if it is known
   */
  complete(id, way) {
    const startedAt = this.startedAt.get(id);
    for (const earlier of [...this.startedAt.keys()]) if (earlier <= id) this.startedAt.delete(earlier);
    if (!this.busy) clearTimeout(this.limitTimer);
    if (startedAt !== undefined) {
      this.lastDuration = performance.now() - startedAt;
      this.timeLimit = Math.min(
        Math.max(0.5 * this.timeLimit + 1.5 * this.lastDuration, LatestWinsThrottle.MIN_TIME_LIMIT_MS),
        LatestWinsThrottle.MAX_TIME_LIMIT_MS,
      );
      const further = Math.floor((way ?? 0) / LatestWinsThrottle.WAY_MS);
      this.depth = Math.min(1 + further, LatestWinsThrottle.MAX_DEPTH);
    }
    if (this.waiting) this.schedule();
  }

  /** Forget the actions under way and the one that waits. */
  cancel() {
    clearTimeout(this.limitTimer);
    clearTimeout(this.spacingTimer);
    this.startedAt.clear();
    this.waiting = false;
  }
}
