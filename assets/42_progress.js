// How far a long computation is, and the buttons by which it is paused, taken up, begun and ended.
window.fl = window.fl || {};

fl.Progress = class {
  // actions: what each button does. A view whose pictures are quick has no place for any.
  constructor(place, actions) {
    this.place = place;
    this.stopped = ""; // what is said when the work is ended here
    if (!place) return;
    this.bar = fl.make("progress", { max: 1, aria: { label: "Progress of the computation" } });
    this.words = fl.make("span", { className: "progress-words", aria: { live: "off" } }); // it changes faster than one listens
    this.buttons = {};
    for (const [name, [id, textContent]] of Object.entries(fl.Progress.BUTTONS)) {
      this.buttons[name] = fl.make("button", { type: "button", id, className: "tool", textContent, hidden: true, onclick: actions[name] });
    }
    place.replaceChildren(this.bar, this.words, ...Object.values(this.buttons));
  }

  static BUTTONS = {
    pause: ["pause-button", "Pause"], on: ["go-on-button", "Resume"], train: ["train-button", "Train it live"], cancel: ["cancel-button", "Cancel"],
  };
  static PATIENCE = 250; // ms before work that may soon be done is spoken of

  // done: the share, none where nothing is at work; names: of the buttons.
  show({ done = null, sentence, stopped = "" }, names = ["cancel"]) {
    if (!this.place) return;
    this.stopped = stopped;
    this.bar.hidden = done === null;
    this.bar.value = done || 0;
    if (this.words.textContent !== sentence) this.words.textContent = sentence;
    this.buttons[names[0]].hidden = false;
    const leaving = Object.entries(this.buttons).some(([name, button]) => button === document.activeElement && !names.includes(name));
    if (leaving) this.buttons[names[0]].focus(); // what is hidden loses the focus
    for (const [name, button] of Object.entries(this.buttons)) button.hidden = !names.includes(name);
    if (done === null) { clearTimeout(this.waiting); this.waiting = null; this.place.hidden = false; }
    else if (this.place.hidden && !this.waiting) this.waiting = setTimeout(() => { this.place.hidden = false; }, fl.Progress.PATIENCE);
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
