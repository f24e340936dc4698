// Timers and the clock of performance under the control of a test. The mock timers of node 18 lose timers.

/** Replaces setTimeout, clearTimeout and performance.now until `restore`. */
export class FakeTime {
  constructor() {
    this.now = 0;
    this.nextId = 1;
    this.timers = new Map();
    const { setTimeout, clearTimeout, setImmediate } = globalThis;
    this.real = { setTimeout, clearTimeout, setImmediate };
    globalThis.setTimeout = (action, delay = 0) => {
      this.timers.set((this.nextId += 1), { action, at: this.now + delay });
      return this.nextId;
    };
    globalThis.clearTimeout = (id) => this.timers.delete(id);
    Object.defineProperty(performance, "now", { value: () => this.now, configurable: true });
  }

  restore() {
    globalThis.setTimeout = this.real.setTimeout;
    globalThis.clearTimeout = this.real.clearTimeout;
    delete performance.now; // that of its prototype is the real one
  }

  /** Run the next timer that is due until a time; return whether there was one. */
  step(until) {
    const due = [...this.timers].filter(([, { at }]) => at <= until).sort(([, one], [, other]) => one.at - other.at);
    if (!due.length) return false;
    const [[id, { action, at }]] = due;
    this.timers.delete(id);
    this.now = Math.max(this.now, at);
    action();
    return true;
  }

  /** Let time pass. */
  advance(ms) {
    const until = this.now + ms;
    while (this.step(until));
    this.now = until;
  }

  /** Let time pass, and promises settle after each timer. */
  async advanceAsync(ms) {
    const until = this.now + ms;
    await this.settle();
    while (this.step(until)) await this.settle();
    this.now = until;
  }

  /** Let promises settle. */
  async settle() {
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => this.real.setImmediate(resolve));
  }
}
