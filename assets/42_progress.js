// How far a long computation is, and the way to end it.
window.fl = window.fl || {};

fl.Progress = class {
  // cancel(): called when the user wants no more. A view whose pictures are quick has no place for it.
  constructor(place, cancel) {
    this.place = place;
    this.stopped = ""; // what is said when the work is ended here
    if (!place) return;
    this.bar = fl.make("progress", { max: 1, aria: { label: "Progress of the computation" } });
    this.words = fl.make("span");
    const button = fl.make("button", { type: "button", id: "cancel-button", className: "tool", textContent: "Cancel", onclick: cancel });
    place.replaceChildren(this.bar, this.words, button);
  }

  static PATIENCE = 250; // ms before work that may soon be done is spoken of

  show({ done, sentence, stopped }) {
    if (!this.place) return;
    this.stopped = stopped;
    this.bar.value = done;
    if (this.words.textContent !== sentence) this.words.textContent = sentence;
    if (this.place.hidden && !this.waiting) this.waiting = setTimeout(() => { this.place.hidden = false; }, fl.Progress.PATIENCE);
  }

  hide() {
    clearTimeout(this.waiting);
    this.waiting = null;
    if (!this.place || this.place.hidden) return;
    const focused = this.place.contains(document.activeElement);
    this.place.hidden = true;
    if (focused) document.getElementById("page").focus();
  }
};
