// What is drawn under and over a figure of plotly's: the vector field, the time cursor, and the
// beginnings of runs while they are played. Plotly takes ten times as long for any of them.
window.fl = window.fl || {};

// Whether the hand is a finger.
fl.coarse = () => matchMedia("(pointer: coarse)").matches;

// An element of SVG. Programs that read SVG 1.1 only, Inkscape 1.2 among them, need an image's xlink:href.
fl.svg = function (shape, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", shape);
  for (const [name, value] of Object.entries(attributes)) {
    node.setAttributeNS(name.startsWith("xlink:") ? "http://www.w3.org/1999/xlink" : null, name, value);
  }
  node.append(...children);
  return node;
};

fl.Overlay = class {
  constructor(gd) {
    this.gd = gd;
    this.under = fl.svg("svg", { class: "layer", "aria-hidden": "true" });
    this.over = fl.svg("svg", { class: "layer over", "aria-hidden": "true" });
    this.grid = null; // the canvas of a map's cells, and the frame that cuts it
    gd.before(this.under);
    gd.after(this.over);
    this.fieldKey = null;
    this.hidden = false; // whether plotly's own lines are
  }

  static ARROW = 15; // pixels
  static ROOM = 22; // pixels from one arrow to the next, at least
  static HEAD = [6, 2.7]; // of an arrow: how far back and how far aside its barbs go

  // The vector field: arrows of one length at the points (R, a), along (across, up) in the figure's units.
  field(field, color) {
    const full = this.gd._fullLayout;
    if (!field || !full || !full.xaxis || !full._size) { this.under.replaceChildren(); this.fieldKey = null; return; }
    const { xaxis, yaxis } = full;
    const key = JSON.stringify([xaxis.range, yaxis.range, xaxis._offset, yaxis._offset, xaxis._length, yaxis._length, color]);
    if (this.fieldKey === key && this.fieldShown === field) return;
    this.fieldKey = key;
    this.fieldShown = field;
    this.under.replaceChildren(
      fl.svg("svg", { x: xaxis._offset, y: yaxis._offset, width: xaxis._length, height: yaxis._length },
        fl.svg("path", { d: this.arrows(field, xaxis, yaxis), fill: "none", stroke: color })),
    );
  }

  // The cells of a map, each a pixel that the browser enlarges; nothing where there are none.
  cells(cells, dark, colored) {
    const full = this.gd._fullLayout;
    if (!cells || !full || !full._size) { if (this.grid) this.grid.frame.hidden = true; return; }
    if (!this.grid) {
      const canvas = fl.make("canvas", { className: "cells" });
      const frame = fl.make("div", { className: "cells-frame", aria: { hidden: "true" } }, canvas);
      this.gd.before(frame);
      this.grid = { frame, canvas };
    }
    const { frame, canvas } = this.grid, { xaxis, yaxis } = full;
    if (this.cellsShown !== cells || this.cellsDark !== dark) {
      fl.Cells.paint(canvas, cells, colored);
      this.cellsShown = cells;
      this.cellsDark = dark;
    }
    frame.hidden = false;
    const { left, top, width, height } = fl.Cells.place(cells, xaxis, yaxis);
    const pixels = (style, values) => Object.entries(values).forEach(([name, value]) => { style[name] = `${value}px`; });
    pixels(frame.style, { left: xaxis._offset, top: yaxis._offset, width: xaxis._length, height: yaxis._length });
    pixels(canvas.style, { left, top, width, height });
  }

  // Of a grid's places along an axis every one, or every second, third, so that arrows have room.
  sparse(values, axis) {
    const places = [...new Set(values)].sort((one, other) => one - other);
    if (places.length < 2) return new Set(places);
    const apart = Math.abs(axis.d2p(places[1]) - axis.d2p(places[0]));
    const every = Math.min(Math.ceil(fl.Overlay.ROOM / apart) || 1, places.length);
    return new Set(places.filter((_, k) => k % every === 0));
  }

  arrows({ x, y, across, up }, xaxis, yaxis) {
    const half = fl.Overlay.ARROW / 2, [back, aside] = fl.Overlay.HEAD;
    const steps = [];
    const kept = [this.sparse(x, xaxis), this.sparse(y, yaxis)];
    for (let k = 0; k < x.length; k += 1) {
      if (!kept[0].has(x[k]) || !kept[1].has(y[k])) continue;
      const px = xaxis.d2p(x[k]), py = yaxis.d2p(y[k]);
      if (!(px > 0 && px < xaxis._length && py > 0 && py < yaxis._length)) continue;
      let dx = xaxis.d2p(x[k] + across[k]) - px, dy = yaxis.d2p(y[k] + up[k]) - py;
      const length = Math.hypot(dx, dy);
      if (!(length > 0)) continue;
      dx /= length;
      dy /= length;
      const tip = [px + half * dx, py + half * dy];
      const barb = (side) => `${(tip[0] - back * dx - side * dy).toFixed(1)} ${(tip[1] - back * dy + side * dx).toFixed(1)}`;
      const end = `${tip[0].toFixed(1)} ${tip[1].toFixed(1)}`;
      steps.push(`M${(px - half * dx).toFixed(1)} ${(py - half * dy).toFixed(1)}L${end}M${barb(aside)}L${end}L${barb(-aside)}`);
    }
    return steps.join("");
  }

  // The runs' lines up to `cutAt` in place of plotly's own, or none where it is null; the cursor's line
  // and dots at a time, or none. A line is {run, x, y, from, cloud, xaxis, yaxis, line, opacity}: columns of a run, looks.
  draw(lines, cutAt, time) {
    this.hide(cutAt !== null, time !== null);
    const full = this.gd._fullLayout;
    if (!full || !full._size || (cutAt === null && time === null)) {
      if (this.over.firstChild) this.over.replaceChildren();
      return;
    }
    const courses = [], dots = [];
    for (const line of lines) {
      const xa = full[line.xaxis], ya = full[line.yaxis];
      if (!xa || !ya) continue; // a row of which plotly has drawn nothing yet
      if (line.cloud) { if (time !== null) courses.push(this.cloud(line, xa, ya, time)); continue; }
      if (cutAt !== null) courses.push(this.course(line, xa, ya, cutAt));
      if (time === null || line.from) continue;
      const px = xa.d2p(fl.valueAt(line.run, line.x, time));
      const py = ya.d2p(fl.valueAt(line.run, line.y, time));
      if (!(px >= 0 && px <= xa._length && py >= 0 && py <= ya._length)) continue;
      dots.push(fl.svg("circle", { cx: xa._offset + px, cy: ya._offset + py, r: 5, fill: line.line.color }));
    }
    const px = time !== null && lines.some(({ run, x }) => x === run.clock) ? full.xaxis.d2p(time) : NaN;
    if (px >= 0 && px <= full.xaxis._length) {
      const x = full.xaxis._offset + px;
      courses.unshift(fl.svg("line", { x1: x, x2: x, y1: full._size.t, y2: full._size.t + full._size.h }));
    }
    this.over.replaceChildren(...courses, ...dots);
  }

  // Hides plotly's own lines and ends of the runs, and its clouds, or shows them again.
  hide(hidden, clouds) {
    if (!hidden && !clouds && !this.hidden) return;
    this.hidden = hidden || clouds;
    for (const trace of this.gd._fullData || []) {
      const node = trace.meta && this.gd.querySelector(`.trace${trace.uid}`);
      if (!node) continue;
      if (trace.meta.role === "cloud") { node.style.display = clouds ? "none" : ""; continue; }
      if (trace.meta.role === "line") { node.style.display = hidden ? "none" : ""; continue; }
      const points = node.querySelectorAll(".point"); // of the marks the second half are the ends
      points.forEach((point, k) => { point.style.display = hidden && 2 * k >= points.length ? "none" : ""; });
    }
  }

  // The points of a cloud at a time, each a line of no length with round ends.
  cloud({ run, x, y, opacity, line }, xa, ya, time) {
    const xs = fl.rowAt(run, x, time), ys = fl.rowAt(run, y, time), steps = [];
    for (let k = 0; k < xs.length; k += 1) {
      const px = xa.d2p(xs[k]), py = ya.d2p(ys[k]);
      if (Math.abs(px) < 1e4 && Math.abs(py) < 1e4) steps.push(`M${px.toFixed(1)} ${py.toFixed(1)}h0`);
    }
    const path = fl.svg("path", { d: steps.join(""), stroke: line.color, "stroke-width": 5, "stroke-linecap": "round", "stroke-opacity": opacity });
    return fl.svg("svg", { x: xa._offset, y: ya._offset, width: xa._length, height: ya._length }, path);
  }

  // A run's line up to a time, in the pixels of its subplot; a band where it has another line to go back along.
  course({ run, x, y, from, line, opacity }, xa, ya, cutAt) {
    const { columns } = run;
    const [xs, ys, lows] = [x, y, from].map((name) => fl.rowAt(run, name, cutAt));
    const whole = ys !== columns[y]; // the row of a table
    const k = whole ? ys.length : fl.countUntil(columns[run.clock] || [], cutAt);
    const far = 1e4; // pixels: where zero is on a logarithmic axis
    const steps = [];
    let pen = "M";
    const to = (xValue, yValue) => {
      const px = xValue === 0 && xa.type === "log" ? -far : xa.d2p(xValue);
      const py = ya.d2p(yValue);
      if (!Number.isFinite(px) || !Number.isFinite(py)) { pen = "M"; return; }
      steps.push(pen, Math.round(10 * px) / 10, " ", Math.round(10 * Math.min(Math.max(py, -far), far)) / 10);
      pen = "L";
    };
    for (let i = 0; i < k; i += 1) to(xs[i], ys[i]);
    if (!whole && k > 0 && k < xs.length) to(fl.valueAt(run, x, cutAt), fl.valueAt(run, y, cutAt));
    for (let i = k - 1; from && i >= 0; i -= 1) to(xs[i], lows[i]);
    const path = fl.svg("path", {
      d: steps.join(""), fill: from ? line.color : "none", "fill-opacity": opacity, stroke: line.color, "stroke-width": line.width,
      "stroke-dasharray": fl.Overlay.dashes(line), "stroke-linejoin": "round",
    });
    return fl.svg("svg", { x: xa._offset, y: ya._offset, width: xa._length, height: ya._length }, path);
  }

  // Plotly's dashes in pixels.
  static dashes({ dash = "solid", width }) {
    const unit = Math.max(width, 3);
    const named = { solid: "none", dot: [1, 1], dash: [3, 3], dashdot: [3, 1, 1, 1] }[dash];
    return Array.isArray(named) ? named.map((part) => part * unit).join(" ") : named || dash.replaceAll("px", "");
  }
};
