// Launching trajectories: a click or a tap in a figure adds a start there; Shift and a click, or a long
// press, removes the nearest one. The keyboard does the same with a crosshair.
window.fl = window.fl || {};

fl.Launcher = class extends fl.Presses {
  // figure.points: the state's field that holds what was added, pairs of numbers.
  constructor(page, figure) {
    super(page, figure);
    const parameter = page.view.parameters.find(({ name }) => name === figure.points);
    this.bounds = parameter.bounds;
    this.most = parameter.length[1];
    this.cross = null; // where the crosshair is, null while there is none
    this.layer = fl.svg("svg", { class: "layer cross", "aria-hidden": "true" });
    this.gd.after(this.layer);
    this.gd.addEventListener("keydown", (event) => this.key(event));
    this.gd.addEventListener("blur", () => this.leave());
  }

  static STEP = [0.02, 0.1]; // of the window, that an arrow moves the crosshair; with Shift

  close() {
    super.close();
    this.layer.remove();
  }

  get points() {
    const flat = this.page.state[this.figure.points] || [];
    return Array.from({ length: flat.length / 2 }, (_, k) => flat.slice(2 * k, 2 * k + 2));
  }

  launch(place) {
    const { points } = this;
    if (points.length >= this.most) {
      this.page.tell(`There are ${this.most} added points, as many as there can be. Remove one first: Shift and a click, or its × beside the starts.`);
      return;
    }
    this.put([...points, this.rounded(place)]);
  }

  // Removes the added point that is nearest on the screen.
  remove(place) {
    const { points } = this;
    if (!points.length) { this.page.tell("No point has been added that could be removed."); return; }
    const { xaxis, yaxis } = this.gd._fullLayout;
    const distance = ([x, y]) => Math.hypot(xaxis.d2p(x) - xaxis.d2p(place[0]), yaxis.d2p(y) - yaxis.d2p(place[1]));
    const nearest = points.reduce((best, point) => (distance(point) < distance(best) ? point : best));
    this.put(points.filter((point) => point !== nearest));
    this.page.tell(`Removed the point ${fl.place(nearest)}.`);
  }

  // Each launch and each removal is a step of its own in the history.
  put(points) {
    const { history } = this.page;
    history.settle();
    this.page.change({ [this.figure.points]: points.length ? points.flat() : null });
    history.settle();
  }

  // --- the crosshair ---

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== this.gd || !this.gd._fullLayout) return;
    const { key } = event;
    if (!this.cross) {
      if (key !== "c" && key !== "Enter") return;
      const { xaxis, yaxis } = this.gd._fullLayout;
      this.cross = this.last && this.inside(this.last) ? this.last : [xaxis, yaxis].map(({ range }) => (range[0] + range[1]) / 2);
      this.show(`Crosshair at ${fl.place(this.rounded(this.cross))}. Arrows move it, with Shift five times as far; Enter launches a trajectory; Delete removes the nearest added point; Escape leaves.`);
    } else if (key === "Escape" || key === "c") {
      this.leave();
      this.page.announce("Crosshair off.");
    } else if (key === "Enter") {
      this.launch(this.cross);
    } else if (key === "Delete" || key === "Backspace") {
      this.remove(this.cross);
    } else {
      const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[key];
      if (!move) return;
      const { xaxis, yaxis } = this.gd._fullLayout;
      const step = fl.Launcher.STEP[event.shiftKey ? 1 : 0];
      this.cross = [xaxis, yaxis].map(({ range: [low, high] }, k) => (
        Math.min(Math.max(this.cross[k] + move[k] * step * (high - low), low), high)));
      this.show(fl.place(this.rounded(this.cross)));
    }
    event.preventDefault();
  }

  inside([x, y]) {
    const { xaxis, yaxis } = this.gd._fullLayout;
    const within = (value, [low, high]) => value >= low && value <= high;
    return within(x, xaxis.range) && within(y, yaxis.range);
  }

  show(said) {
    this.last = this.cross;
    this.draw();
    this.page.announce(said);
  }

  leave() {
    this.cross = null;
    this.draw();
  }

  // The crosshair follows the axes.
  draw() {
    const full = this.gd._fullLayout;
    if (!this.cross || !full) { this.layer.replaceChildren(); return; }
    const { xaxis, yaxis } = full;
    const x = xaxis._offset + xaxis.d2p(this.cross[0]), y = yaxis._offset + yaxis.d2p(this.cross[1]);
    const left = xaxis._offset, top = yaxis._offset;
    const beyond = x > left + xaxis._length / 2, high = y < top + 24; // where the words have room
    const words = fl.svg("text", { x: x + (beyond ? -8 : 8), y: y + (high ? 18 : -8), "text-anchor": beyond ? "end" : "start" });
    words.textContent = fl.place(this.rounded(this.cross));
    this.layer.replaceChildren(
      fl.svg("line", { x1: left, x2: left + xaxis._length, y1: y, y2: y }),
      fl.svg("line", { x1: x, x2: x, y1: top, y2: top + yaxis._length }),
      fl.svg("circle", { cx: x, cy: y, r: 5 }), words,
    );
  }
};

// A place in the plane as one reads it.
fl.place = ([R, a]) => `R = ${fl.shown(R)}, a = ${fl.shown(a)}`;
