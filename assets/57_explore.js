// Exploring a map: what is under the pointer and why, the marker of the present parameters, and the run
// of a point opened in the view that shows it, or shown beside the map where that is this view.
window.fl = window.fl || {};

fl.Explorer = class extends fl.Presses {
  constructor(page, figure) {
    super(page, figure);
    this.tip = fl.make("div", { className: "tip", hidden: true, aria: { hidden: "true" } });
    this.why = fl.make("div", { className: "why" });
    this.pointer = null; // the event that the tip is about
    this.marker = fl.make("button", { type: "button", className: "marker", id: `${figure.id}-marker`, hidden: true });
    this.gd.after(this.marker, this.tip);
    this.pointed = new fl.Cause(page);
    this.marked = new fl.Cause(page);
    this.gd.addEventListener("pointermove", (event) => this.point(event));
    this.gd.addEventListener("pointerleave", () => this.unpoint());
    this.marker.addEventListener("pointerdown", (event) => this.grip(event));
    this.marker.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel"]) this.marker.addEventListener(end, () => { this.held = null; });
    this.marker.addEventListener("keydown", (event) => this.key(event));
    this.marker.addEventListener("click", () => { if (!this.dragged) this.open(fl.present(page.view, page.state)); });
  }

  static STEP = [0.01, 0.05]; // of the window, that an arrow moves the marker; with Shift
  static NEAR = 14; // pixels between the pointer and what is said of it

  close() {
    super.close();
    this.pointed.close();
    this.marked.close();
  }

  get cells() {
    const scene = this.page.drawing.picture.scenes[this.figure.name];
    return scene && scene.cells;
  }

  get axes() {
    return ["x", "y"].map((name) => this.page.view.axes[this.page.state[name]]);
  }

  get bounds() {
    return this.axes.map(({ bounds }) => bounds);
  }

  // A place as one reads it.
  named(place) {
    return this.axes.map(({ symbol }, k) => `${symbol} = ${fl.shown(place[k])}`).join(", ");
  }

  // What the picture says of a place.
  found(place) {
    const { xaxis, yaxis } = this.gd._fullLayout;
    return this.cells ? fl.Cells.at(this.cells, xaxis, yaxis, xaxis.d2p(place[0]), yaxis.d2p(place[1])) : null;
  }

  // --- under the pointer ---

  point(event) {
    const full = this.gd._fullLayout;
    const place = full && event.pointerType !== "touch" && !this.pressed && this.at(event);
    const found = place && this.found(place);
    if (!found) { this.unpoint(); return; }
    this.pointer = event;
    const near = this.rounded(place);
    const value = found.quantity === null ? [] : [fl.make("div", { textContent: `${this.cells.quantity.name}: ${fl.shown(found.quantity)}` })];
    const asked = this.figure.opens && this.pointed.ask(near, (text) => { this.why.replaceChildren(...fl.typeset(text)); this.beside(this.pointer); });
    if (asked) this.why.replaceChildren();
    this.tip.replaceChildren(fl.make("b", { textContent: `${found.glyph} ${found.word}` }), fl.make("div", { textContent: this.named(near) }), ...value, this.why);
    this.tip.hidden = false;
    this.beside(event);
  }

  // The words stand beside the pointer, where there is room.
  beside({ clientX, clientY }) {
    const frame = this.gd.getBoundingClientRect();
    const x = clientX - frame.left, y = clientY - frame.top, gap = fl.Explorer.NEAR;
    const { offsetWidth: wide, offsetHeight: high } = this.tip;
    this.tip.style.left = `${Math.max(x + gap + wide > frame.width ? x - gap - wide : x + gap, 4)}px`;
    this.tip.style.top = `${Math.min(Math.max(y + gap + high > frame.height ? y - gap - high : y + gap, 4), Math.max(frame.height - high - 4, 4))}px`;
  }

  unpoint() {
    this.tip.hidden = true;
    this.pointed.forget();
  }

  // --- the marker ---

  grip(event) {
    if (!event.isPrimary || event.button > 0) return;
    this.marker.setPointerCapture(event.pointerId);
    this.held = { x: event.clientX, y: event.clientY };
    this.dragged = false;
    this.unpoint();
    this.page.history.settle();
  }

  drag(event) {
    if (!this.held) return;
    if (!this.dragged && Math.hypot(event.clientX - this.held.x, event.clientY - this.held.y) < fl.Presses.STILL) return;
    this.dragged = true;
    const { xaxis, yaxis } = this.gd._fullLayout;
    const frame = this.gd.getBoundingClientRect();
    const inside = (pixel, { _offset, _length }) => Math.min(Math.max(pixel - _offset, 0), _length);
    this.put([xaxis.p2d(inside(event.clientX - frame.left, xaxis)), yaxis.p2d(inside(event.clientY - frame.top, yaxis))]);
  }

  put(place) {
    const [x, y] = this.rounded(place).map((value, k) => (this.axes[k].whole ? Math.round(value) : value));
    const { page } = this;
    page.change(fl.placed(page.view, page.state, { x, y }));
  }

  key(event) {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    this.dragged = false;
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const { xaxis, yaxis } = this.gd._fullLayout;
    const present = fl.present(this.page.view, this.page.state);
    const step = fl.Explorer.STEP[event.shiftKey ? 1 : 0];
    const moved = [xaxis, yaxis].map((axis, k) => {
      const [low, high] = axis.range, at = Math.min(Math.max(axis.d2l(present[k]), low), high);
      return axis.l2d(Math.min(Math.max(at + move[k] * step * (high - low), low), high));
    });
    this.put(moved);
  }

  // The marker where the present parameters are; at the edge, pale, where they are outside.
  draw() {
    const full = this.gd._fullLayout;
    const { page } = this;
    if (!this.tip.hidden) this.point(this.pointer); // of a finer map, or of another one
    if (!full || !full.xaxis || !this.cells) { this.marker.hidden = true; return; }
    const present = fl.present(page.view, page.state);
    let outside = false;
    const [x, y] = [full.xaxis, full.yaxis].map((axis, k) => {
      const pixel = axis.d2p(present[k]);
      if (!(pixel >= -1 && pixel <= axis._length + 1)) outside = true;
      return axis._offset + Math.min(Math.max(Number.isFinite(pixel) ? pixel : 0, 0), axis._length);
    });
    this.marker.hidden = false;
    this.marker.style.transform = `translate(${x}px, ${y}px)`;
    this.marker.classList.toggle("outside", outside);
    const found = outside ? null : this.found(present);
    const said = `${this.named(present)}${found ? `: ${found.word}` : outside ? ": outside the map" : ""}`;
    const { opens } = this.figure;
    this.marker.setAttribute("aria-label", `Present parameters, ${said}. Arrows move it${opens ? ", Enter opens its run" : ""}.`);
    this.marker.title = `${said}. Drag to move${opens ? ", click to open its run" : ""}.`;
    if (opens) this.tell(present, said);
  }

  // The run at the marker in words, with the way to it.
  tell(present, said) {
    const key = this.query(present);
    if (this.told === key) return;
    this.told = key;
    if (document.activeElement === this.marker) this.page.announce(said);
    this.marked.ask(present, (text, fate) => {
      const item = fl.make("li", { data: { fate: fate.fate.toLowerCase() } }, ...fl.typeset(text), " ");
      item.style.setProperty("--light", fate.color);
      item.style.setProperty("--dark", this.page.view.toDark[fate.color]);
      const link = fl.make("a", { href: this.address(present), textContent: "Open on the plane" });
      link.onclick = (event) => { if (!event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); this.open(present); } };
      item.append(link);
      document.getElementById("sentences").replaceChildren(item);
      if (document.activeElement === this.marker) this.page.announce(text);
    });
  }

  // --- the run of a point ---

  query(place) {
    return fl.runOf(this.page.view, this.page.state, place);
  }

  address(place) {
    return `${this.figure.opens}?${this.query(place)}`;
  }

  launch(place) {
    this.open(this.rounded(place));
  }

  remove(place) {
    if (this.cells) this.put(place);
  }

  // Goes to the view that shows the run, or shows it here.
  open(place) {
    if (this.figure.opens) { this.page.open(this.address(place)); return; }
    if (!this.cells) return;
    this.page.history.settle();
    this.put(place);
    this.page.history.settle();
  }
};

// The query of the run at a place of a map.
fl.runOf = function (view, state, [x, y]) {
  const run = { ...state, ...fl.placed(view, state, { x, y }) };
  const terms = ["c", "c_star", "eps", "a", "R0", "tau"].map((name) => {
    const { key } = view.parameters.find((parameter) => parameter.name === name);
    return `${key}=${[run[name]].flat().map(fl.numberText).join(",")}`;
  });
  return ["v=1", ...terms].join("&");
};

// Why a run has its fate: asked of the server when the hand rests, and not twice at once; `ask` says whether it is.
fl.Cause = class {
  constructor(page) {
    this.page = page;
    this.abort = new AbortController();
    this.key = null;
  }

  static REST = 110; // ms

  ask(place, tell) {
    const key = fl.runOf(this.page.view, this.page.state, place);
    if (this.key === key) return false;
    this.forget();
    this.key = key;
    this.timer = setTimeout(() => this.fetch(key, tell), fl.Cause.REST);
    return true;
  }

  async fetch(key, tell) {
    const { signal } = this.abort;
    const response = await fetch(`${fl.base}/text/unlearning?${key}&lay=`, { signal }).catch(() => null);
    const said = response && response.ok && await response.json().catch(() => null);
    if (!signal.aborted && said) tell(said.runs[0], said.fates[0]);
  }

  forget() {
    clearTimeout(this.timer);
    this.abort.abort();
    this.abort = new AbortController();
    this.key = null;
  }

  close() {
    this.forget();
  }
};
