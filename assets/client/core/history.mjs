// The browser's history of states, which undo and redo step through.
import { query } from "./link.mjs";
import { session } from "./session.mjs";

/** @import { State, View } from "../types/view.d.ts" */

/** @typedef {ReturnType<typeof setTimeout>} Timer */

/**
 * What is stored with an entry of the browser's history. `depth` counts the entries of this page before it; `only`
 * holds the keys of the controls that are shown, null for all.
 *
 * @typedef {{ view: string, release: string, state: State, depth: number, only: string[] | null }} Entry
 */

/** Adds an entry for each gesture: its first change adds one, its further changes rewrite that one. */
export class StateHistory {
  /** @param {View} view */
  constructor(view) {
    this.view = view;
    this.state = view.initial;
    this.open = false; // whether the gesture under way has an entry
    /** @type {Timer | undefined} */
    this.settleTimer = undefined;
    /** @type {Timer | null} */
    this.writeTimer = null;
    /** @type {Timer | null} */
    this.travelTimer = null; // set while the browser is on its way to another entry
    /** @type {string[] | null} */
    this.only = null; // the keys of the controls that the link shows, null for all
    /** @type {number} */
    this.depth = (history.state && history.state.depth) || 0; // entries of this page before the present one
    this.top = this.depth; // depth of the latest of them
  }

  static SETTLED = 700; // ms without a change after which a gesture ends
  static WRITE_INTERVAL = 400; // ms between two rewrites: browsers refuse more than 100 in 10 to 30 s
  static TRAVEL_TIMEOUT = 1000; // ms after which a step that leads to no entry is forgotten

  /**
   * Record a change of the state.
   *
   * @param {State} state
   * @param {"same"} [kind] "same": the change rewrites the present entry and adds none
   */
  record(state, kind) {
    this.state = state;
    if (session.embed) session.embed.updateLink(this);
    // An embed adds no entries: they would be steps of the page around it.
    if (kind !== "same" && !this.open && !session.embed) {
      this.top = this.depth += 1;
      this.put("pushState");
    } else if (this.writeTimer === null) {
      this.writeTimer = setTimeout(() => this.write(), StateHistory.WRITE_INTERVAL);
    }
    if (kind === "same") return;
    this.open = true;
    clearTimeout(this.settleTimer);
    this.settleTimer = setTimeout(() => this.settle(), StateHistory.SETTLED);
  }

  /** Rewrite the present entry now. */
  write() {
    clearTimeout(this.writeTimer ?? undefined);
    this.writeTimer = null;
    this.put("replaceState");
  }

  /**
   * Write an entry. It is rewritten only while the browser is still at it: a link may have led to another page.
   *
   * @param {"pushState" | "replaceState"} method
   */
  put(method) {
    /** @param {string} address */
    const path = (address) => address.split("?")[0].replace(/(.)\/$/, "$1");
    if (method === "replaceState" && path(location.pathname) !== path(this.address())) return;
    try {
      history[method](this.entry(), "", this.address());
    } catch {
      // The browser refuses a write because there were too many; the next one contains this change.
    }
  }

  /** The address of the state. */
  address() {
    return `${this.view.path}?${this.query()}`;
  }

  /** The query of the address, with the parts that are not of the state. */
  query() {
    return `${query(this.view, this.state)}${this.controlsSuffix()}${session.embed ? `&embed=${session.embed.size}` : ""}`;
  }

  /** The part of a link that shows only some of the controls. */
  controlsSuffix() {
    return this.only ? `&only=${this.only.join(",")}` : "";
  }

  /** The link with nothing but the state. */
  canonicalUrl() {
    return `${this.view.path}?${query(this.view, this.state)}`;
  }

  /** @returns {Entry} */
  entry() {
    return { view: this.view.name, release: this.view.release, state: this.state, depth: this.depth, only: this.only };
  }

  /**
   * The state of an entry, null if it is of another view or release.
   *
   * @param {Entry | null} entry
   * @returns {State | null}
   */
  stateOf(entry) {
    return entry && entry.view === this.view.name && entry.release === this.view.release ? entry.state : null;
  }

  /**
   * Store the state that is shown in the present entry, without a change of the address.
   *
   * @param {State} state
   */
  mark(state) {
    this.state = state;
    history.replaceState(this.entry(), "");
    if (session.embed) session.embed.updateLink(this);
  }

  /** End the gesture: the next change adds an entry. */
  settle() {
    clearTimeout(this.settleTimer);
    if (this.writeTimer !== null) this.write();
    this.open = false;
  }

  /**
   * Adopt the entry to which the browser has gone back or forward.
   *
   * @param {Entry | null} entry
   */
  onTravel(entry) {
    clearTimeout(this.settleTimer);
    clearTimeout(this.writeTimer ?? undefined);
    this.writeTimer = null;
    this.open = false;
    clearTimeout(this.travelTimer ?? undefined);
    this.travelTimer = null;
    this.depth = (entry && entry.depth) || 0;
    this.state = this.stateOf(entry) || this.state;
  }

  /** Go back by one entry of this page. */
  undo() {
    this.settle();
    if (this.depth > 0) this.travel(-1);
  }

  /** Go forward by one entry of this page. */
  redo() {
    this.settle();
    if (this.depth < this.top) this.travel(1);
  }

  /**
   * Go back to an entry and forget those after it.
   *
   * @param {number} depth of the entry
   */
  withdraw(depth) {
    const steps = depth - this.depth;
    this.settle();
    this.top = depth;
    this.travel(steps);
  }

  /**
   * Go to another entry. One step at a time: a second one before the first has arrived could leave the page.
   *
   * @param {number} steps
   */
  travel(steps) {
    if (this.travelTimer !== null) return;
    this.travelTimer = setTimeout(() => {
      this.travelTimer = null;
    }, StateHistory.TRAVEL_TIMEOUT);
    history.go(steps);
  }
}
