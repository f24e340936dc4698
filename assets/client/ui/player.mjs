// The player: one time cursor over all figures. Its clock runs in the logarithm of time, in time, or in arc length.
import { formatNumber } from "../core/numbers.mjs";
import { createElement } from "./dom.mjs";
import { onSlide } from "./slider.mjs";

/** @import { Clock } from "../core/clock.mjs" */

const DURATION = 9000; // ms from position 0 to position 1 at speed 1
const STEPS = 1000; // of the scrub bar
const SPEEDS = [0.25, 0.5, 1, 2, 4];

/**
 * Where a play starts, and where it ends: after its end, it starts anew.
 *
 * @param {number} position
 * @param {number} stopAt
 */
export function startOfPlay(position, stopAt) {
  if (position >= 1) return { position: 0, stopAt: 1 };
  return { position, stopAt: position >= stopAt ? 1 : stopAt };
}

/**
 * The position after some time of playing, and whether the play ends there.
 *
 * @param {number} position
 * @param {number} stopAt
 * @param {number} elapsed ms
 * @param {number} speed
 */
export function advance(position, stopAt, elapsed, speed) {
  const next = position + (elapsed * speed) / DURATION;
  return next >= stopAt ? { position: stopAt, isOver: true } : { position: next, isOver: false };
}

/** Play button, scrub bar, time and speed of the time cursor. */
export class Player {
  /**
   * @param {HTMLElement} container
   * @param {string} symbol of the time
   * @param {(time: number | null, settled: boolean) => void} onTime called when the cursor has moved: time is null at
   *   the end, where the figures are complete; settled is false while the player plays
   */
  constructor(container, symbol, onTime) {
    this.symbol = symbol;
    this.onTime = onTime;
    /** @type {Clock | null} */
    this.clock = null; // of the latest picture
    this.position = 1; // of the cursor, from 0 to 1
    this.stopAt = 1; // position at which a play ends
    this.playing = false;
    /** @type {number | null} */
    this.lastFrame = null; // ms, when the cursor was moved by a play
    this.button = createElement("button", {
      className: "tool play",
      type: "button",
      id: "play",
      aria: { label: "Play" },
    });
    this.bar = createElement("input", {
      type: "range",
      min: 0,
      max: STEPS,
      value: STEPS,
      step: 1,
      className: "scrub",
      id: "scrub",
      aria: { label: "Time cursor" },
    });
    this.clockText = createElement("output", { className: "tau", id: "tau-now" });
    this.speed = createElement("select", { className: "speed", id: "speed", aria: { label: "Speed" } });
    for (const factor of SPEEDS) {
      this.speed.append(createElement("option", { value: factor, textContent: `${factor}×`, selected: factor === 1 }));
    }
    this.listen();
    container.replaceChildren(this.button, this.bar, this.clockText, this.speed);
    this.show();
  }

  listen() {
    this.button.onclick = () => this.toggle();
    let before = this.position;
    onSlide(this.bar, {
      begin: () => {
        before = this.position;
      },
      slide: () => {
        this.pause();
        this.go(Number(this.bar.value) / STEPS, true);
      },
      cancel: () => {
        if (this.playing) this.show();
        else this.go(before, true);
      },
    });
  }

  /** Whether the player is on the page. */
  get exists() {
    return this.bar.isConnected;
  }

  /**
   * Take the clock of a new picture: the cursor keeps its time, a running play its position.
   *
   * @param {Clock} clock
   * @param {number | null} time of the cursor, null at the end
   */
  load(clock, time) {
    this.clock = clock;
    if (!this.playing) this.position = time === null ? 1 : clock.position(time);
    this.show();
  }

  /**
   * Choose a speed of the menu.
   *
   * @param {number} speed
   */
  setSpeed(speed) {
    this.speed.value = String(speed);
  }

  /** The time of the cursor, null at the end. */
  get time() {
    return this.position >= 1 || !this.clock ? null : this.clock.time(this.position);
  }

  /** Play from the cursor, or from the start if the cursor is at the end. */
  play() {
    if (!this.clock) return;
    Object.assign(this, startOfPlay(this.position, this.stopAt));
    this.playing = true;
    this.lastFrame = null;
    this.show();
    requestAnimationFrame((now) => this.frame(now));
  }

  /** Pause, and make the time of the cursor part of the state. */
  pause() {
    if (!this.playing) return;
    this.playing = false;
    this.show();
    this.onTime(this.time, true);
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  /**
   * Move the cursor by a share of the whole time.
   *
   * @param {number} share
   */
  step(share) {
    this.pause();
    this.go(this.position + share, true);
  }

  /** End the play with complete figures. */
  finish() {
    this.playing = false;
    this.go(1, true);
  }

  /**
   * Move the cursor by one frame of a play.
   *
   * @param {number} now ms
   */
  frame(now) {
    if (!this.playing || !this.exists) return;
    const elapsed = this.lastFrame === null ? 0 : now - this.lastFrame;
    this.lastFrame = now;
    const { position, isOver } = advance(this.position, this.stopAt, elapsed, Number(this.speed.value));
    if (!isOver) {
      this.go(position, false);
      requestAnimationFrame((later) => this.frame(later));
    } else if (position >= 1) this.finish();
    else {
      this.go(position, false);
      this.pause();
    }
  }

  /**
   * Move the cursor.
   *
   * @param {number} position from 0 to 1
   * @param {boolean} settled whether it stays there, and becomes part of the state
   */
  go(position, settled) {
    this.position = Math.min(Math.max(position, 0), 1);
    this.show();
    this.onTime(this.time, settled);
  }

  /**
   * Show the time of the cursor, or another one.
   *
   * @param {number} [hoverTime] under the pointer
   */
  show(hoverTime) {
    const time = hoverTime ?? (this.clock ? this.clock.time(this.position) : null);
    this.clockText.textContent = time === null ? "" : `${this.symbol} = ${formatNumber(time)}`;
    this.bar.value = String(Math.round(this.position * STEPS));
    this.bar.setAttribute("aria-valuetext", this.clockText.textContent);
    this.button.setAttribute("aria-label", this.playing ? "Pause" : "Play");
    this.button.dataset.playing = String(this.playing);
  }
}
