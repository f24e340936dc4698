// Why a run has its fate: causes under its sentence, each with a button that shows on the plot what it speaks of.
window.fl = window.fl || {};

fl.Causes = class {
  constructor(page) {
    this.page = page;
    this.told = []; // of each run its causes: {text, show}
    this.opened = null; // the run whose causes are open
    this.lit = null; // what is shown: {run, cause}
    this.layers = {}; // of each figure
  }

  // Adds the causes to the sentences' items; what was open and shown stays so.
  tell(items, told) {
    const focused = document.activeElement.dataset && document.activeElement.dataset.cause;
    this.told = fl.decoded(told || items.map(() => [])); // not every view knows causes
    items.forEach((item, run) => {
      if (this.told[run].length) item.append(" ", this.disclosure(run));
    });
    const again = focused && document.querySelector(`[data-cause="${focused}"]`);
    if (again) again.focus({ preventScroll: true });
    if (this.lit && !this.showing) this.lit = null;
    this.light();
  }

  disclosure(run) {
    const causes = this.told[run].map(({ text, show }, cause) => {
      const item = fl.make("li", {}, ...fl.typeset(text));
      if (Object.keys(show).length) item.append(" ", this.button(run, cause, text));
      return item;
    });
    const summary = fl.make("summary", { textContent: "why", data: { cause: `${run}` } });
    const details = fl.make("details", { className: "why", name: "why", open: this.opened === run }, summary, fl.make("ul", { className: "causes" }, ...causes));
    details.ontoggle = () => {
      if (!details.isConnected) return;
      if (details.open) this.opened = run; else if (this.opened === run) this.opened = null;
      if (!details.open && this.lit && this.lit.run === run) this.end();
    };
    return details;
  }

  button(run, cause, text) {
    const button = fl.make("button", {
      type: "button", className: "show", textContent: "show", data: { cause: `${run}:${cause}` }, aria: { label: `Show: ${text}`, pressed: false },
    });
    button.onclick = () => this.toggle(run, cause);
    return button;
  }

  get showing() {
    const { lit } = this;
    return lit && this.told[lit.run] && this.told[lit.run][lit.cause] ? this.told[lit.run][lit.cause].show : null;
  }

  toggle(run, cause) {
    const same = this.lit && this.lit.run === run && this.lit.cause === cause;
    this.end();
    if (same) return;
    this.lit = { run, cause };
    const { control, panel, points, lines, level } = this.showing;
    if (panel) this.page.change({ panel });
    if (control) this.reach(document.getElementById(`${control}-row`));
    if (panel || this.showing.times) this.see("panels");
    if (points || lines || level !== undefined) this.see("plane");
    this.light();
  }

  // Brings a figure into sight, where the page is long.
  see(name) {
    document.getElementById(this.page.view.figures[name].id).scrollIntoView({ block: "nearest" });
  }

  // Brings a control into sight: on a narrow screen it is in a drawer.
  reach(row) {
    if (!row) return;
    if (!row.checkVisibility()) document.getElementById("controls").classList.add("open");
    row.scrollIntoView({ block: "nearest" });
  }

  end() {
    this.lit = null;
    this.light();
  }

  // Buttons, control and figures follow what is shown.
  light() {
    const { lit, showing } = this;
    for (const button of document.querySelectorAll(".show")) {
      button.setAttribute("aria-pressed", Boolean(lit) && button.dataset.cause === `${lit.run}:${lit.cause}`);
    }
    for (const row of document.querySelectorAll(".control.lit")) row.classList.remove("lit");
    const row = showing && showing.control && document.getElementById(`${showing.control}-row`);
    if (row) row.classList.add("lit");
    this.draw();
  }

  draw() {
    for (const name of ["plane", "panels"]) {
      const figure = this.page.drawing.figures[name];
      if (!this[name] || !figure || !figure.gd || !figure.gd._fullLayout || !figure.gd._fullLayout.xaxis) continue;
      const shapes = this.showing ? this[name](figure) : [];
      if (!shapes.length && !this.layers[name]) continue;
      if (!this.layers[name] || !this.layers[name].isConnected) {
        this.layers[name] = fl.svg("svg", { class: "layer spot", "aria-hidden": "true" });
        figure.gd.after(this.layers[name]);
      }
      this.layers[name].replaceChildren(...shapes);
    }
  }

  // What is shown in the plane: rings at points, lines, a level across, and where the run is at certain times.
  plane({ gd }) {
    const { points = [], lines = [], level, times = [] } = this.showing;
    const { xaxis, yaxis } = gd._fullLayout;
    const run = this.page.drawing.picture.runs[this.lit.run];
    const places = times.map((time) => this.page.view.trajectory_axes.map((name) => (run ? fl.valueAt(run, name, time) : null)));
    const left = xaxis._offset, top = yaxis._offset;
    const inner = fl.svg("svg", { x: left, y: top, width: xaxis._length, height: yaxis._length });
    for (const { x, y } of lines) inner.append(this.line(x, y, xaxis, yaxis));
    const rings = [...points, ...places].filter(([x, y]) => x !== null && y !== null).map(([x, y]) => (
      fl.svg("circle", { cx: left + xaxis.d2p(x), cy: top + Math.min(Math.max(yaxis.d2p(y), 0), yaxis._length), r: 11 })));
    const height = level === undefined ? NaN : yaxis.d2p(level);
    if (height >= 0 && height <= yaxis._length) inner.append(fl.svg("line", { x1: 0, x2: xaxis._length, y1: height, y2: height }));
    return [inner, ...rings];
  }

  line(x, y, xaxis, yaxis) {
    let pen = "M";
    let path = "";
    for (let k = 0; k < x.length; k += 1) {
      if (!Number.isFinite(y[k])) { pen = "M"; continue; }
      path += `${pen}${xaxis.d2p(x[k]).toFixed(1)} ${yaxis.d2p(y[k]).toFixed(1)}`;
      pen = "L";
    }
    return fl.svg("path", { d: path });
  }

  // What is shown on the panels: times, as lines from top to bottom.
  panels({ gd, lines }) {
    const { xaxis, _size } = gd._fullLayout;
    if (!(lines || []).some(({ x }) => x === this.page.view.time.column)) return [];
    return (this.showing.times || []).map((time) => xaxis._offset + xaxis.d2p(time)).filter(Number.isFinite).map((x) => (
      fl.svg("line", { x1: x, x2: x, y1: _size.t, y2: _size.t + _size.h })));
  }
};
