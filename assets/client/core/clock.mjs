// Times of a player as positions in [0, 1]: in the logarithm of time, in time, or in arc length.
import { interpolateAt } from "./columns.mjs";

/** @import { Numbers, Samples } from "./columns.mjs" */

/** @typedef {"log" | "linear" | "arc"} ClockKind */

/** Converts the times of a result to positions in [0, 1] and back. */
export class Clock {
  /**
   * @param {{ trajectories: Samples[] }} result
   * @param {ClockKind} kind
   * @param {[string, string]} axes the two columns along which arcs are measured
   */
  constructor(result, kind, axes) {
    this.kind = kind;
    this.axes = axes;
    this.result = result;
    let first = Infinity,
      last = 0;
    for (const trajectory of result.trajectories) {
      const times = timesOf(trajectory);
      const positive = times.find((time) => time > 0);
      if (positive !== undefined) first = Math.min(first, positive);
      if (times.length) last = Math.max(last, times[times.length - 1]);
    }
    this.first = Math.min(first, last);
    this.last = last;
    /** @type {ReturnType<typeof arcShares> | null} */
    this.arcs = null; // measured at the first use
  }

  /** @private */
  measuredArcs() {
    this.arcs ??= arcShares(this.result.trajectories, this.axes);
    return this.arcs;
  }

  /**
   * The time at a position.
   *
   * @param {number} position
   * @returns {number}
   */
  time(position) {
    if (position >= 1 || this.last === 0) return this.last; // 0 before any samples have arrived
    if (this.kind === "linear") return position * this.last;
    if (this.kind === "log") return position <= 0 ? 0 : this.first * (this.last / this.first) ** position;
    const { times, shares } = this.measuredArcs();
    return interpolateAt(shares, times, position) ?? 0;
  }

  /**
   * The position of a time.
   *
   * @param {number} time
   * @returns {number}
   */
  position(time) {
    if (time >= this.last) return 1;
    if (this.kind === "linear") return time / this.last;
    if (this.kind === "log")
      return time <= this.first ? 0 : Math.log(time / this.first) / Math.log(this.last / this.first);
    const { times, shares } = this.measuredArcs();
    return interpolateAt(times, shares, time) ?? 0;
  }
}

/**
 * @param {Samples} trajectory
 * @returns {Numbers}
 */
const timesOf = ({ columns, clock }) => /** @type {Numbers | undefined} */ (columns[clock]) ?? new Float32Array();

/**
 * All times of trajectories, and at each the share of its arc that a trajectory has passed, averaged over trajectories.
 *
 * @param {Samples[]} trajectories
 * @param {[string, string]} axes
 */
function arcShares(trajectories, axes) {
  const curves = trajectories
    .filter((trajectory) => timesOf(trajectory).length > 1)
    .map((trajectory) => {
      const [x, y] = axes.map((name) => /** @type {Numbers} */ (trajectory.columns[name]));
      return { times: timesOf(trajectory), shares: arcLengthShares(x, y) };
    });
  const times = [...new Set(curves.flatMap((curve) => [...curve.times]))].sort((one, other) => one - other);
  const shares = times.map((time) => {
    const sum = curves.reduce((total, curve) => total + (interpolateAt(curve.times, curve.shares, time) ?? 0), 0);
    return sum / (curves.length || 1);
  });
  return { times, shares };
}

/**
 * The arc length of a curve up to each of its points, as a share of the whole; y is measured in its largest magnitude.
 *
 * @param {Numbers} x
 * @param {Numbers} y
 */
function arcLengthShares(x, y) {
  let height = 1e-300; // not 0
  for (const value of y) height = Math.max(height, Math.abs(value));
  const lengths = new Float64Array(x.length);
  for (let k = 1; k < x.length; k += 1)
    lengths[k] = lengths[k - 1] + Math.hypot(x[k] - x[k - 1], (y[k] - y[k - 1]) / height);
  const total = lengths[lengths.length - 1] || 1;
  return lengths.map((length) => length / total);
}
