// What a stream has brought of one state: figures, and trajectories with their columns.
import { concat, decodeColumns } from "./columns.mjs";

/** @import { Chunk, DraftSceneChunk, Part, SceneChunk, Trace, TrajectoryChunk } from "../types/stream.d.ts" */
/** @import { Columns, Decoded } from "./columns.mjs" */

/**
 * A figure. The traces and the layout are plotly's, with typed arrays.
 *
 * @typedef {Decoded<Omit<SceneChunk, "figure" | "display">> & Pick<SceneChunk, "figure" | "display">} Scene
 */

/**
 * A trajectory with the samples that have arrived; `clock` is the name of its column of times.
 *
 * @typedef {Omit<TrajectoryChunk, "traces"> & { traces: Record<string, Trace[]>, columns: Columns, clock: string,
 *   complete: boolean }} Trajectory
 */

/** Collects the figures and the trajectories of a stream. */
export class StreamResult {
  /**
   * @param {string} clock the column of a trajectory that holds the time
   * @param {Map<string, unknown>} [knownParts] parts of earlier drafts by their digests, which are not sent again
   */
  constructor(clock, knownParts) {
    this.clock = clock;
    this.isDraft = knownParts !== undefined; // a finer one follows
    this.knownParts = knownParts ?? new Map();
    /** @type {Map<string, unknown>} */
    this.parts = new Map(); // of this draft
    this.expected = Infinity; // number of trajectories
    /** @type {Record<string, Scene>} */
    this.scenes = {};
    /** @type {Trajectory[]} */
    this.trajectories = [];
    this.final = false; // whether no job follows the stream
    this.version = 0; // counts the chunks
  }

  /**
   * Add a chunk; chunks that are not of figures or trajectories are ignored.
   *
   * @param {Chunk} chunk
   */
  add(chunk) {
    this.version += 1;
    if (chunk.kind === "start") {
      this.expected = chunk.runs;
      this.final = Boolean(chunk.final);
    } else if (chunk.kind === "scene") {
      this.scenes[chunk.name] = /** @type {Scene} */ (/** @type {unknown} */ (decodeColumns(chunk)));
    } else if (chunk.kind === "draft_scene") {
      this.scenes[chunk.name] = this.draftedScene(chunk);
    } else if (chunk.kind === "trajectory" || chunk.kind === "draft_trajectory") {
      const decoded = chunk.kind === "trajectory" ? decodeColumns(chunk.traces) : this.part(chunk.traces);
      const traces = /** @type {Record<string, Trace[]>} */ (/** @type {unknown} */ (decoded));
      const { index, name, fate, color } = chunk;
      const about = { kind: /** @type {const} */ ("trajectory"), index, name, fate, color };
      this.trajectories[index] = { ...about, traces, columns: {}, clock: this.clock, complete: false };
    } else if (chunk.kind === "trace") {
      const trajectory = this.trajectories[chunk.index];
      const columns = /** @type {Columns} */ (decodeColumns(chunk.columns));
      for (const [name, values] of Object.entries(columns))
        trajectory.columns[name] = concat(trajectory.columns[name], values);
      trajectory.complete = chunk.last;
    }
  }

  /**
   * @param {DraftSceneChunk} chunk
   * @returns {Scene}
   */
  draftedScene({ name, more, data, layout, ...rest }) {
    const [display, field, cells] = [rest.display, rest.field, rest.cells].map((part) => this.part(part));
    const figure = { data: data.map((part) => this.part(part)), layout: this.part(layout) };
    return /** @type {Scene} */ ({ kind: "scene", name, more, figure, display, field, cells });
  }

  /**
   * A part of a draft, decoded. Throws an Error where the server takes it for known and it is not.
   *
   * @param {Part} part
   */
  part({ digest, part }) {
    if (part === undefined && !this.knownParts.has(digest)) throw new Error("a part of the draft is missing");
    const decoded = part === undefined ? this.knownParts.get(digest) : decodeColumns(part);
    this.parts.set(digest, decoded);
    return decoded;
  }

  /** Whether all figures and trajectories have arrived whole. */
  get complete() {
    const scenes = Object.values(this.scenes);
    return (
      scenes.length > 0 &&
      !scenes.some(({ more }) => more) &&
      this.trajectories.length === this.expected &&
      this.trajectories.every((trajectory) => trajectory.complete)
    );
  }
}
