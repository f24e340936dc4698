// Presses on a figure: a click or a tap, one with Shift or a long press, and where they were.
window.fl = window.fl || {};

fl.Presses = class {
  // Of whoever extends it: launch(place) for a click, remove(place) for a long press or Shift, bounds of a place.
  constructor(page, figure) {
    this.page = page;
    this.figure = figure;
    this.gd = figure.gd;
    this.pressed = null; // the press under way
    this.gd.addEventListener("pointerdown", (event) => this.press(event), true);
    this.gd.addEventListener("contextmenu", (event) => this.menu(event));
    this.release = (event) => this.released(event);
    this.cancel = () => this.forget();
    document.addEventListener("pointerup", this.release, true);
    document.addEventListener("pointercancel", this.cancel, true);
  }

  static STILL = 5; // pixels that a click may move; a finger twice as many
  static LONG = 450; // ms after which a press is a long one
  static TWICE = 320; // ms within which a second click makes a double click

  close() {
    this.forget();
    clearTimeout(this.waiting);
    document.removeEventListener("pointerup", this.release, true);
    document.removeEventListener("pointercancel", this.cancel, true);
  }

  // Where a pointer is, in the figure's units; null outside the axes.
  at({ clientX, clientY }) {
    const { xaxis, yaxis } = this.gd._fullLayout;
    const frame = this.gd.getBoundingClientRect();
    const px = clientX - frame.left - xaxis._offset, py = clientY - frame.top - yaxis._offset;
    if (!(px >= 0 && px <= xaxis._length && py >= 0 && py <= yaxis._length)) return null;
    return [xaxis.p2d(px), yaxis.p2d(py)];
  }

  press(event) {
    this.forget();
    if (!event.isPrimary || event.button > 0 || !this.gd._fullLayout || event.target.closest(".modebar")) return;
    const place = this.at(event);
    if (!place || fl.openMenus().length) return; // a click beside an open menu closes it
    this.pressed = { place, x: event.clientX, y: event.clientY, finger: event.pointerType === "touch" };
    this.long = false;
    if (this.pressed.finger) this.holding = setTimeout(() => this.hold(place), fl.Presses.LONG);
  }

  // A long press, which our own timer notices or the browser, which would open a menu.
  hold(place) {
    this.forget();
    if (this.long) return;
    this.long = true;
    this.remove(place);
  }

  menu(event) {
    if (event.pointerType !== "touch") return;
    event.preventDefault();
    const place = this.gd._fullLayout && this.at(event);
    if (place) this.hold(place);
  }

  forget() {
    clearTimeout(this.holding);
    this.pressed = null;
  }

  // A press that has ended where it began is a click; one that has moved is a zoom of plotly's.
  released(event) {
    const { pressed } = this;
    this.forget();
    if (!pressed || !event.isPrimary) return;
    const still = fl.Presses.STILL * (pressed.finger ? 2 : 1);
    if (Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > still) return;
    const now = performance.now();
    const second = now < (this.clicked || -Infinity) + fl.Presses.TWICE;
    this.clicked = now;
    clearTimeout(this.waiting);
    if (second) return;
    if (event.shiftKey) { this.remove(pressed.place); return; }
    // Where the window is zoomed a second click takes it back: the first waits for it.
    const zoomed = this.page.state[this.figure.window];
    if (zoomed && !pressed.finger) this.waiting = setTimeout(() => this.launch(pressed.place), fl.Presses.TWICE);
    else this.launch(pressed.place);
  }

  // The nearest place in bounds, as fine as a pixel.
  rounded(place) {
    const { xaxis, yaxis } = this.gd._fullLayout;
    return place.map((value, k) => {
      const axis = k ? yaxis : xaxis;
      if (axis.type === "log") return Number(Math.min(Math.max(value, this.bounds[k][0]), this.bounds[k][1]).toPrecision(3));
      const pixel = Math.abs(axis.range[1] - axis.range[0]) / axis._length;
      const decade = Math.floor(Math.log10(pixel));
      const [low, high] = this.bounds[k];
      return Math.min(Math.max(fl.canonical(Number((Math.round(value / 10 ** decade) * 10 ** decade).toFixed(Math.max(-decade, 0)))), low), high);
    });
  }
};
