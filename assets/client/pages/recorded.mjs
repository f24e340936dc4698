// A recorded page: the app's own page over the recorded stream of one picture. It requests nothing, but wakes the app up.
import { StateHistory } from "../core/history.mjs";
import { session } from "../core/session.mjs";
import { getElement } from "../ui/dom.mjs";
import { listenToKeyboard } from "../ui/keyboard.mjs";
import { listenToPrinting } from "../ui/print.mjs";
import { listenToClicks } from "../ui/toolbar.mjs";
import { listenToBrowser } from "./navigation.mjs";
import { ViewController } from "./view_controller.mjs";

/** @import { StreamHandlers } from "../core/stream.mjs" */
/** @import { Recording, State } from "../types/view.d.ts" */

/** The address of the page is not the picture's: nothing is written there. */
class SilentHistory extends StateHistory {
  /**
   * @override
   * @param {State} state
   */
  record(state) {
    this.state = state;
  }

  /**
   * @override
   * @param {State} state
   */
  mark(state) {
    this.state = state;
  }

  /** @override */
  put() {}
}

class RecordedController extends ViewController {
  /** @param {Recording} recording */
  constructor({ view, state, chunks, host }) {
    super(view, new SilentHistory(view));
    this.recordedState = state;
    this.host = host;
    this.fixed = view.parameters.filter(({ group }) => group !== "display").map(({ name }) => name);
    /** @type {(url: string, signal: AbortSignal, handlers: StreamHandlers) => Promise<void>} */
    this.loader.readStream = async (_url, _signal, { onChunk, onBatch }) => {
      chunks.forEach(onChunk);
      onBatch();
    };
  }

  static CANNOT = "This page holds one picture; for another one the app has to compute.";

  /** @override */
  async start() {
    this.restore(structuredClone(this.recordedState));
  }

  /** @override */
  reset() {
    this.start();
  }

  /**
   * Only what does not change what is computed is changed.
   *
   * @override
   * @param {State} patch
   */
  change(patch) {
    if (this.computationQuery({ ...this.state, ...patch }) === this.computationQuery()) {
      super.change(patch);
      return;
    }
    this.sync();
    this.texts.showAlert([RecordedController.CANNOT, this.host ? "The link above opens it there." : ""]);
  }

  /**
   * A window is a matter of drawing, even of a map, whose cells are then larger.
   *
   * @override
   * @param {State} patch
   */
  setDisplay(patch) {
    this.applyDisplay(patch);
  }

  /** @override */
  sync() {
    super.sync();
    const places = this.view.controls
      .filter(({ id, parameter }) => this.fixed.includes(parameter) && this.controls.parts[id])
      .map(({ id }) => this.controls.parts[id].row);
    for (const place of [...places, getElement("controls")]) {
      for (const input of place.querySelectorAll("input, select, textarea")) input.toggleAttribute("disabled", true);
    }
  }

  /**
   * There are no steps to undo.
   *
   * @override
   */
  setEnabled() {}

  /**
   * @override
   * @param {string} address
   */
  open(address) {
    if (!this.host || !address) return;
    window.open(address.startsWith("/") ? this.host + address : address, "_blank", "noopener");
  }
}

/** @type {Recording} */
const recording = JSON.parse(getElement("snapshot").textContent ?? "");
session.recorded = recording;
listenToBrowser();
listenToClicks();
listenToKeyboard();
listenToPrinting();
session.page = new RecordedController(recording);
session.page.start();
// For tests.
window.client = Object.assign(session, { load: (/** @type {string} */ path) => import(`client/${path}`) });
if (recording.wake) fetch(`${recording.host}/health`, { mode: "no-cors", cache: "no-store" }).catch(() => {});
