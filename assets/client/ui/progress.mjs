// How far a long computation is, and the buttons that pause, resume, start and cancel it.
import { createElement, getElement } from "./dom.mjs";

/** @typedef {keyof typeof Progress.BUTTONS} ButtonName */
/** @typedef {{ done?: number | null; sentence: string; stopped?: string }} ProgressReport */

/** Progress bar, sentence and buttons of a long computation. */
export class Progress {
  /**
   * @param {HTMLElement | null} container null in a view without long computations: then nothing is shown
   * @param {Record<ButtonName, () => void>} actions of the buttons
   */
  constructor(container, actions) {
    this.container = container;
    this.stopped = ""; // the sentence that is shown when the user cancels
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.showTimer = undefined;
    this.bar = createElement("progress", { max: 1, aria: { label: "Progress of the computation" } });
    // It changes faster than a screen reader reads it.
    this.label = createElement("span", { className: "progress-words", aria: { live: "off" } });
    /** @param {ButtonName} name */
    const button = (name) => {
      const [id, textContent] = Progress.BUTTONS[name];
      return createElement("button", {
        type: "button",
        id,
        className: "tool",
        textContent,
        hidden: true,
        onclick: actions[name],
      });
    };
    /** @type {Record<ButtonName, HTMLButtonElement>} */
    this.buttons = {
      pause: button("pause"),
      resume: button("resume"),
      train: button("train"),
      cancel: button("cancel"),
    };
    container?.replaceChildren(this.bar, this.label, ...Object.values(this.buttons));
  }

  /** Identifier and text of each button. */
  static BUTTONS = {
    pause: ["pause-button", "Pause"],
    resume: ["go-on-button", "Resume"],
    train: ["train-button", "Train it live"],
    cancel: ["cancel-button", "Cancel"],
  };
  static SHOW_DELAY = 250; // ms: a computation that ends sooner is not reported

  /**
   * Show how far a computation is.
   *
   * @param {ProgressReport} report `done` is the share that is computed, null if nothing is under way
   * @param {ButtonName[]} names of the buttons that are shown
   */
  show({ done = null, sentence, stopped = "" }, names = ["cancel"]) {
    if (!this.container) return;
    this.stopped = stopped;
    this.bar.hidden = done === null;
    this.bar.value = done || 0;
    if (this.label.textContent !== sentence) this.label.textContent = sentence;
    this.showButtons(names);
    if (done === null) this.reveal();
    else if (this.container.hidden) this.showTimer ??= setTimeout(() => this.reveal(), Progress.SHOW_DELAY);
  }

  /**
   * Show some buttons, and move the focus to the first of them if another one has it.
   *
   * @param {ButtonName[]} names
   */
  showButtons(names) {
    const buttons = Object.entries(this.buttons);
    const visible = names.map((name) => this.buttons[name]);
    visible[0].hidden = false;
    const loses = buttons.some(([, button]) => button === document.activeElement && !visible.includes(button));
    if (loses) visible[0].focus(); // before the button that has the focus is hidden
    for (const [, button] of buttons) button.hidden = !visible.includes(button);
  }

  /** Show everything. */
  reveal() {
    this.cancelTimer();
    if (this.container) this.container.hidden = false;
  }

  /** Hide everything; the focus goes to the page. */
  hide() {
    this.cancelTimer();
    if (!this.container || this.container.hidden) return;
    const hadFocus = this.container.contains(document.activeElement);
    this.container.hidden = true;
    if (hadFocus) getElement("page").focus();
  }

  cancelTimer() {
    clearTimeout(this.showTimer);
    this.showTimer = undefined;
  }
}
