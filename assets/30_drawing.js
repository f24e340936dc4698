// Drawing: scenes and runs of one state as plotly figures, whole or up to the time cursor.
// A trace with meta {run, x, y, part} shows columns of a run; everything else is the server's.
window.fl = window.fl || {};

// Whether the hand is a finger.
fl.coarse = () => matchMedia("(pointer: coarse)").matches;

// What one stream has brought so far.
fl.Picture = class {
  constructor() {
    this.expected = Infinity;
    this.scenes = {};
    this.runs = [];
  }

  take(chunk) {
    if (chunk.kind === "begin") this.expected = chunk.runs;
    else if (chunk.kind === "scene") this.scenes[chunk.name] = chunk;
    else if (chunk.kind === "run") this.runs[chunk.index] = { ...chunk, columns: {}, complete: false };
    else if (chunk.kind === "trace") {
      const run = this.runs[chunk.index];
      for (const [name, values] of Object.entries(chunk)) {
        if (!Array.isArray(values)) continue;
        run.columns[name] = (run.columns[name] || []).concat(values);
      }
      run.complete = chunk.last;
    }
  }

  get complete() {
    return this.runs.length === this.expected && this.runs.every((run) => run.complete);
  }
};

// The number of samples at or before a time.
fl.countUntil = function (times, time) {
  let low = 0, high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= time) low = middle + 1; else high = middle;
  }
  return low;
};

// A column's value at a time, between samples by interpolation; null where it has none.
fl.valueAt = function (columns, name, time) {
  const times = columns.tau, values = columns[name];
  if (!times || !times.length) return null;
  if (name === "tau") return Math.min(time, times[times.length - 1]);
  const k = fl.countUntil(times, time);
  if (k === 0) return values[0];
  if (k === times.length) return values[k - 1];
  const before = values[k - 1], after = values[k];
  if (before === null || after === null) return before;
  return before + (after - before) * (time - times[k - 1]) / (times[k] - times[k - 1]);
};

fl.Drawing = class {
  constructor(view) {
    this.view = view;
    this.picture = new fl.Picture();
    this.turn = 0; // of the latest drawing
    this.time = null; // of the cursor, null at the end
    this.cutAt = null; // where the runs' lines are cut, null where they are whole
    this.drawn = Promise.resolve(); // when all of it is on the screen
    this.figures = {};
    for (const [name, id] of Object.entries(view.figures)) this.figures[name] = { id, gd: null, layer: null };
  }

  // The divs that plotly draws in; null until Dash has made them all.
  ready() {
    if (!window.Plotly) return false;
    for (const figure of Object.values(this.figures)) {
      const place = document.getElementById(figure.id);
      figure.gd = place && place.querySelector(".js-plotly-plot");
      if (!figure.gd) return false;
      if (!figure.layer || !figure.layer.isConnected) {
        figure.layer = document.createElementNS("http://www.w3.org/2000/svg", "svg");
        figure.layer.setAttribute("class", "cursor-layer");
        figure.layer.setAttribute("aria-hidden", "true");
        place.parentElement.appendChild(figure.layer);
      }
    }
    return true;
  }

  // Draws every figure: `cursor` is a time, or null for the complete picture. The first figure is
  // drawn at once, the others after it has been seen, unless a newer picture has come by then.
  draw(state, cursor, dark) {
    this.state = state;
    this.dark = dark;
    const turn = (this.turn += 1);
    const [first, ...others] = Object.keys(this.figures);
    this.figure(first);
    this.cut(cursor);
    this.drawn = (async () => {
      for (const name of others) {
        await new Promise((resolve) => setTimeout(resolve));
        if (turn !== this.turn) return;
        this.figure(name);
      }
      this.cut(this.cutAt);
    })();
  }

  figure(name) {
    const scene = this.picture.scenes[name];
    if (!scene) return;
    const layout = this.layout(name, scene);
    const config = fl.coarse() ? { ...this.view.config, displayModeBar: false } : this.view.config;
    Plotly.react(this.figures[name].gd, this.traces(name, scene, layout), layout, config);
  }

  // What the state's display values change in a scene, as the server declared it.
  patches(scene) {
    const patches = { layout: {}, columns: {} };
    for (const [parameter, choices] of Object.entries(scene.display)) {
      const patch = choices[this.state[parameter]] || {};
      Object.assign(patches.layout, patch.layout);
      Object.assign(patches.columns, patch.columns);
    }
    return patches;
  }

  layout(name, scene) {
    const layout = this.coloured(scene.figure.layout);
    layout.template = this.view.templates[this.dark ? "dark" : "light"];
    const patches = this.patches(scene);
    for (const [path, value] of Object.entries(patches.layout)) {
      const steps = path.split(".");
      const last = steps.pop();
      steps.reduce((place, step) => place[step] || (place[step] = {}), layout)[last] = value;
    }
    const extent = (layout.meta && layout.meta.extent) || {};
    for (const [axis, column] of Object.entries(extent)) {
      layout[axis].range = this.extent(patches.columns[column] || column, layout[axis].type === "log");
    }
    const log = layout.xaxis.type === "log";
    if (extent.xaxis) {
      const span = this.state.span;
      if (span && !(log && span[0] <= 0)) layout.xaxis.range = log ? span.map(Math.log10) : [...span];
    } else if (this.state.window) {
      layout.xaxis.range = this.state.window.slice(0, 2);
      layout.yaxis.range = this.state.window.slice(2);
    }
    if (fl.coarse()) layout.dragmode = false; // a finger scrolls the page
    return layout;
  }

  // The range of a column over all runs, whole, so that axes stand still while a run is played.
  extent(column, log) {
    let low = Infinity, high = -Infinity;
    for (const run of this.picture.runs) {
      for (const value of run.columns[column] || []) {
        if (value === null || (log && value <= 0)) continue;
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
    if (low > high) return log ? [-1, 1] : [0, 1];
    if (log) {
      low = Math.log10(Math.max(low, high * 1e-12));
      high = Math.log10(high);
    }
    const margin = column === "tau" ? 0 : 0.09 * (high - low) || Math.max(Math.abs(high), 1) * 0.05;
    return [low - margin, high + margin];
  }

  traces(name, scene, layout) {
    const columns = this.patches(scene).columns;
    const traces = scene.figure.data.map((trace) => this.coloured(trace));
    for (const run of this.picture.runs) {
      for (const source of (run.traces && run.traces[name]) || []) {
        const trace = this.coloured(source);
        if (trace.meta) {
          trace.meta = { ...trace.meta, x: columns[trace.meta.x] || trace.meta.x, y: columns[trace.meta.y] || trace.meta.y };
          Object.assign(trace, this.points(trace, layout));
        }
        traces.push(trace);
      }
    }
    return traces;
  }

  // The points of a run's trace; of an end marker, where the run ends or leaves.
  points({ meta: { run, x, y, part }, marker }, layout) {
    const { columns, complete } = this.picture.runs[run];
    const xs = columns[x] || [], ys = columns[y] || [];
    if (part !== "end") return { x: xs, y: ys };
    return complete ? this.end(xs, ys, layout, marker) : { x: [], y: [] };
  }

  // The last point, or, with an arrow, the one where the run leaves through the top or bottom edge.
  end(xs, ys, layout, marker) {
    const [low, high] = layout.yaxis.range;
    let k = ys.length - 1;
    if (k < 0) return { x: [], y: [] };
    if (ys[k] >= low && ys[k] <= high) return { x: [xs[k]], y: [ys[k]] };
    const edge = ys[k] > high ? high : low;
    while (k > 0 && (ys[k] > high || ys[k] < low)) k -= 1;
    const share = (edge - ys[k]) / (ys[k + 1] - ys[k] || 1);
    const symbol = edge === high ? "triangle-up" : "triangle-down";
    return { x: [xs[k] + share * (xs[k + 1] - xs[k])], y: [edge], marker: { ...marker, symbol } };
  }

  // Shows the runs up to the cursor only: one frame of the player. Plotly's own lines are hidden
  // meanwhile and their beginnings drawn over the figure, at a twentieth of what a restyle costs.
  cut(cursor) {
    this.cutAt = cursor;
    this.hide();
    this.place(cursor);
  }

  hide() {
    for (const { gd } of Object.values(this.figures)) {
      for (const [trace, node] of this.lines(gd)) node.style.display = this.cutAt === null ? "" : "none";
    }
  }

  // The runs' traces that plotly has drawn, each with its node.
  lines(gd) {
    return ((gd && gd._fullData) || [])
      .filter((trace) => trace.meta && trace.meta.run !== undefined)
      .map((trace) => [trace, gd.querySelector(`.trace${trace.uid}`)])
      .filter(([, node]) => node);
  }

  // A run's line up to the cursor, in the pixels of its subplot.
  beginning(trace, node, xa, ya) {
    const { columns } = this.picture.runs[trace.meta.run];
    const xs = columns[trace.meta.x] || [], ys = columns[trace.meta.y] || [];
    const k = fl.countUntil(columns.tau || [], this.cutAt);
    let d = "", pen = "M";
    const far = -1e4; // pixels: where zero is on a logarithmic axis
    const to = (x, y) => {
      const px = x === null ? NaN : x === 0 && xa.type === "log" ? far : xa.d2p(x);
      const py = y === null ? NaN : ya.d2p(y);
      if (!Number.isFinite(px) || !Number.isFinite(py)) { pen = "M"; return; }
      d += `${pen}${px.toFixed(1)} ${Math.min(Math.max(py, far), -far).toFixed(1)}`;
      pen = "L";
    };
    for (let i = 0; i < k; i += 1) to(xs[i], ys[i]);
    to(fl.valueAt(columns, trace.meta.x, this.cutAt), fl.valueAt(columns, trace.meta.y, this.cutAt));
    const drawn = node.querySelector(".js-line");
    const frame = this.mark("svg", { x: xa._offset, y: ya._offset, width: xa._length, height: ya._length });
    frame.append(this.mark("path", {
      d, fill: "none", stroke: trace.line.color, "stroke-width": trace.line.width,
      "stroke-dasharray": (drawn && drawn.style.strokeDasharray) || "none",
    }));
    return frame;
  }

  // Puts the cursor's line and dots over the figures; nothing where the picture is complete.
  place(time) {
    this.time = time;
    for (const { gd, layer } of Object.values(this.figures)) {
      if (!layer) continue;
      const marks = [];
      const full = gd._fullLayout;
      if (time !== null && full && full._size) {
        for (const [trace, node] of this.lines(gd)) {
          const run = this.picture.runs[trace.meta.run];
          if (!run || trace.meta.part !== "line") continue;
          const xa = full[(trace.xaxis || "x").replace("x", "xaxis")];
          const ya = full[(trace.yaxis || "y").replace("y", "yaxis")];
          if (this.cutAt !== null) marks.unshift(this.beginning(trace, node, xa, ya));
          const px = xa.d2p(fl.valueAt(run.columns, trace.meta.x, time));
          const py = ya.d2p(fl.valueAt(run.columns, trace.meta.y, time));
          if (!(px >= 0 && px <= xa._length && py >= 0 && py <= ya._length)) continue;
          marks.push(this.mark("circle", { cx: xa._offset + px, cy: ya._offset + py, r: 5, fill: trace.line.color }));
        }
        const first = (gd.data || []).find((trace) => trace.meta && trace.meta.x === "tau");
        const px = first ? full.xaxis.d2p(time) : NaN;
        if (px >= 0 && px <= full.xaxis._length) {
          const x = full.xaxis._offset + px;
          marks.unshift(this.mark("line", { x1: x, x2: x, y1: full._size.t, y2: full._size.t + full._size.h }));
        }
      }
      layer.replaceChildren(...marks);
    }
  }

  mark(shape, attributes) {
    const mark = document.createElementNS("http://www.w3.org/2000/svg", shape);
    for (const [name, value] of Object.entries(attributes)) mark.setAttribute(name, value);
    return mark;
  }

  // A copy with the theme's colours; long arrays (points) are shared, not copied.
  coloured(value) {
    if (typeof value === "string") return (this.dark && this.view.toDark[value]) || value;
    if (Array.isArray(value)) return value.length > 64 ? value : value.map((item) => this.coloured(item));
    if (value === null || typeof value !== "object") return value;
    const copy = {};
    for (const [key, item] of Object.entries(value)) copy[key] = this.coloured(item);
    return copy;
  }
};
