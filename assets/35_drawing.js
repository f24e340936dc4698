// Drawing: scenes and runs of one state as plotly figures, whole or up to the time cursor.
// A trace with meta {run, x, y, role} shows columns of a run, and with `from` the band from that column to y; one whose
// role is "cloud" the rows of two tables at the cursor; with `layer` only while the state's layers have it. Everything else
// is the server's.
window.fl = window.fl || {};

// The outline of what lies between two columns.
fl.band = function (run, x, upper, lower) {
  const [xs, high, low] = [x, upper, lower].map((name) => Array.from(fl.rowAt(run, name, null)));
  return { x: [...xs, ...[...xs].reverse()], y: [...high, ...low.reverse()] };
};

// The numbers of a column, or of all rows of a table.
fl.flat = (values) => (values.length && values[0].length !== undefined ? values.flatMap((row) => Array.from(row)) : values);

fl.Drawing = class {
  // listen(figure): called once for each figure, when it has been drawn.
  constructor(view, listen) {
    this.view = view;
    this.listen = listen;
    this.picture = new fl.Picture(view.time.column);
    this.time = null; // of the cursor, null at the end
    this.cutAt = null; // where the runs' lines are cut, null where they are whole
    this.drawn = Promise.resolve(); // when all of it is on the screen
    this.later = null; // the timer of the figures that are drawn after the first
    this.waiters = [];
    this.sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => this.resized(target)));
    this.sized = false; // whether plotly is told the size of a figure: by itself it takes it only when it begins
    this.large = null; // by how much type and lines are larger, for a hall
    this.figures = {};
    for (const [name, figure] of Object.entries(view.figures)) this.figures[name] = { ...figure, name, gd: null, key: null, ranges: {} };
  }

  static NARROW = 450; // pixels
  static LOW = 440; // pixels of an embed's figure that leave no room for a legend
  static LOWEST = 300; // the same on a page, beside open controls on a phone
  static TITLE = 48; // pixels under it, for ticks and a title
  static LINE = 16; // pixels of a line of text
  static WIDER = 24; // pixels more that a margin has at most, where type is larger
  static LETTER = 0.6; // of a letter's width over its height
  static NOTHING = { x: [null], y: [null] }; // of a line without samples yet: axes that have no point at all plotly puts nowhere
  static REST = 180; // ms without a new picture after which sketches are drawn by plotly

  // Whether plotly has come, and the divs that it draws in.
  ready() {
    if (!window.Plotly) return false;
    for (const figure of Object.values(this.figures)) {
      const gd = document.getElementById(figure.id);
      if (!gd) return false;
      if (figure.gd === gd) continue;
      figure.gd = gd;
      figure.overlay = new fl.Overlay(gd);
      this.sizes.observe(gd);
    }
    return true;
  }

  resized(gd) {
    const full = gd._fullLayout;
    if (!full || !gd.clientWidth || (full.width === gd.clientWidth && full.height === gd.clientHeight)) return;
    const figure = Object.values(this.figures).find((other) => other.gd === gd);
    figure.key = null; // names keep their distance in pixels
    Plotly.Plots.resize(gd).then(() => this.figure(figure, false));
  }

  // Draws every figure: `cursor` is a time, or null for the complete picture. The first figure is
  // drawn at once, the others after it has been seen, and while a hand is moving only sketched.
  draw(state, cursor, dark, rushed) {
    Object.assign(this, { state, dark, rushed });
    this.cutAt = this.time = cursor;
    const [first] = Object.values(this.figures);
    this.figure(first, false);
    this.drawn = new Promise((resolve) => this.waiters.push(resolve));
    clearTimeout(this.later);
    this.later = setTimeout(() => this.others());
  }

  // The figures are drawn anew the next time, whatever has changed, in the size of their places then.
  forget() {
    this.sized = true;
    for (const figure of Object.values(this.figures)) figure.key = null;
  }

  // Draws now what is still to be drawn.
  finish() {
    clearTimeout(this.later);
    this.rushed = false;
    this.others();
    this.sized = false;
    for (const figure of Object.values(this.figures)) if (figure.picture) this.overlaid(figure);
  }

  others() {
    const [, ...others] = Object.values(this.figures);
    const sketched = others.map((figure) => this.figure(figure, this.rushed));
    if (sketched.includes(true)) {
      this.rushed = false;
      this.later = setTimeout(() => this.others(), fl.Drawing.REST);
    }
    for (const resolve of this.waiters.splice(0)) resolve();
  }

  // One figure, if anything in it has changed. Whether it was sketched: where only the runs have
  // changed and there is no time for plotly, they are drawn over it, and plotly's own are hidden.
  figure(figure, sketchy) {
    const scene = this.picture.scenes[figure.name];
    if (!scene) return false;
    const patches = this.patches(scene);
    const key = JSON.stringify([this.picture.version, this.state.layers, patches, this.state[figure.window], this.dark, fl.coarse()]);
    if (figure.key === key && figure.picture === this.picture) { this.overlaid(figure); return false; }
    const layout = this.layout(figure, scene, patches, sketchy);
    const frame = JSON.stringify(layout);
    const sketched = sketchy && figure.frame === frame;
    figure.lines = this.lines(figure.name, patches);
    figure.sketched = sketched;
    if (sketched) { this.overlaid(figure); return true; }
    Object.assign(figure, { key, frame, picture: this.picture });
    const config = fl.coarse() ? { ...this.view.config, displayModeBar: false } : this.view.config;
    const { gd } = figure;
    Plotly.react(gd, this.traces(figure.name, scene, layout, patches), layout, config);
    if (gd.heard !== this) {
      gd.heard = this;
      this.listen(figure);
      this.overlaid(figure);
    }
    return false;
  }

  // The runs' lines in a figure, as the overlay draws them.
  lines(name, { columns }) {
    return this.picture.runs.flatMap((run) => (run.traces[name] || []).filter(({ meta }) => meta && this.layered(meta)).map(({ meta, xaxis, yaxis, line, opacity = 1 }) => ({
      run,
      x: columns[meta.x] || meta.x,
      y: columns[meta.y] || meta.y,
      from: columns[meta.from] || meta.from,
      cloud: meta.role === "cloud",
      opacity,
      xaxis: (xaxis || "x").replace("x", "xaxis"),
      yaxis: (yaxis || "y").replace("y", "yaxis"),
      line: this.enlarged({ line: this.colored(line) }).line,
    })).filter(({ x, y }) => run.columns[x] && run.columns[y]));
  }

  // Whether the layer that a trace belongs to, if to any, is chosen.
  layered({ layer }) {
    return !layer || this.state.layers.includes(layer);
  }

  // What is under and over a figure follows its axes.
  overlaid(figure) {
    const { field, cells } = figure.picture.scenes[figure.name];
    figure.overlay.field(field, field && this.colored(field.color));
    figure.overlay.cells(cells, this.dark, (color) => this.colored(color));
    this.mark(figure);
  }

  // The runs up to the cursor, the cursor itself; all of the runs where they are sketched.
  mark({ overlay, lines, sketched }) {
    if (overlay && lines) overlay.draw(lines, this.cutAt !== null ? this.cutAt : sketched ? Infinity : null, this.time);
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

  layout(figure, scene, patches, sketchy) {
    const layout = this.colored(scene.figure.layout);
    layout.template = structuredClone(this.view.templates[this.dark ? "dark" : "light"]);
    this.enlarged(layout);
    if (this.large) {
      for (const side of ["l", "b", "t", "r"]) layout.margin[side] = Math.min(this.large.type * layout.margin[side], layout.margin[side] + fl.Drawing.WIDER);
      for (const [name, axis] of Object.entries(layout)) if (/^yaxis/.test(name) && axis.title) Object.assign(axis, { automargin: true, title: { ...axis.title, standoff: 10 } });
    }
    for (const [path, value] of Object.entries(patches.layout)) {
      const steps = path.split(".");
      const last = steps.pop();
      steps.reduce((place, step) => place[step] || (place[step] = {}), layout)[last] = value;
    }
    const extent = (layout.meta && layout.meta.extent) || {};
    for (const [axis, column] of Object.entries(extent)) {
      const names = [column].flat().map((name) => patches.columns[name] || name);
      const kept = sketchy ? figure.ranges[axis] : null;
      layout[axis].range = figure.ranges[axis] = this.extent(names, layout[axis].type === "log", kept, layout[axis].range);
    }
    const window = this.state[figure.window];
    if (window && !layout.xaxis.fixedrange) {
      const log = layout.xaxis.type === "log";
      if (!(log && window[0] <= 0)) layout.xaxis.range = log ? window.slice(0, 2).map(Math.log10) : window.slice(0, 2);
      if (window.length > 2) layout.yaxis.range = layout.yaxis.type === "log" ? window.slice(2).map(Math.log10) : window.slice(2);
    }
    if (layout.showlegend && figure.gd.clientHeight < (fl.embed ? fl.Drawing.LOW : fl.Drawing.LOWEST)) { // the lines' names come with the pointer
      layout.showlegend = false;
      layout.margin.b = fl.Drawing.TITLE;
    }
    if (this.sized) Object.assign(layout, { width: figure.gd.clientWidth, height: figure.gd.clientHeight });
    layout.modebar = { uirevision: "kept" }; // what the user has chosen there stays chosen
    if (fl.coarse()) layout.dragmode = false; // a finger scrolls the page
    return layout;
  }

  // The range of some columns over all runs, whole, so that axes stand still while a run is played.
  // While a hand is moving a range is kept for as long as it shows everything and is not half empty. Before anything has
  // come it is the one that the server has declared, if any.
  extent(names, log, kept, declared) {
    let low = Infinity, high = -Infinity;
    for (const run of this.picture.runs) {
      for (const name of names) for (const value of fl.flat(run.columns[name] || [])) {
        if (!Number.isFinite(value) || (log && value <= 0)) continue;
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
    if (low > high) return declared || (log ? [-1, 1] : [0, 1]);
    if (log) {
      low = Math.log10(Math.max(low, high * 1e-12));
      high = Math.log10(high);
    }
    if (names[0] === this.view.time.column) return [low, high];
    if (kept && low >= kept[0] && high <= kept[1] && high - low >= (kept[1] - kept[0]) / 2) return kept;
    const margin = 0.07 * (high - low) || Math.max(Math.abs(high), 1) * 0.05;
    // Rounded outwards, lest the axis trembles under a moving slider.
    const step = 10 ** Math.floor(Math.log10(high - low + 2 * margin)) / 5;
    return [Math.floor((low - margin) / step) * step, Math.ceil((high + margin) / step) * step];
  }

  traces(name, scene, layout, { columns }) {
    const runs = this.picture.runs.flatMap((run) => (run.traces[name] || []).filter(({ meta }) => !meta || this.layered(meta)));
    // Lines lie under names and marks.
    const [below, above] = [false, true].map((top) => scene.figure.data.filter((trace) => (trace.mode !== "lines") === top));
    return [...below, ...runs, ...above].map((source) => {
      const trace = this.enlarged(this.colored(source));
      if (!trace.meta) return trace;
      if (trace.meta.role === "regions") return this.fitting(trace, layout, this.figures[name].gd);
      if (trace.meta.role === "names") return this.spread(trace, layout, this.figures[name].gd);
      const x = columns[trace.meta.x] || trace.meta.x, y = columns[trace.meta.y] || trace.meta.y;
      trace.meta = { ...trace.meta, x, y };
      if (trace.meta.role === "marks") return this.marked(trace, layout);
      const run = this.picture.runs[trace.meta.run];
      const from = columns[trace.meta.from] || trace.meta.from;
      const [xs, ys] = [x, y].map((column) => fl.rowAt(run, column, null));
      if (!xs.length || !ys.length) return Object.assign(trace, fl.Drawing.NOTHING);
      if (trace.meta.role === "cloud") return Object.assign(trace, { x: Array.from(xs), y: Array.from(ys) });
      return Object.assign(trace, from ? fl.band(run, x, y, from) : { x: xs, y: ys });
    });
  }

  // Names of regions, or only their signs, where that is all that a region has room for.
  fitting(trace, { margin }, { clientWidth, clientHeight }) {
    const wide = clientWidth - margin.l - margin.r, high = clientHeight - margin.t - margin.b;
    const letter = fl.Drawing.LETTER * trace.textfont.size;
    trace.text = trace.text.map((text, k) => {
      const [across, up] = trace.meta.rooms[k];
      if (up * high < fl.Drawing.LINE) return "";
      return [text, text[0]].find((shorter) => shorter.length * letter < across * wide) || "";
    });
    return trace;
  }

  // Names moved apart until each has its line of text; smaller where the figure is narrow.
  spread(trace, layout, { clientWidth, clientHeight }) {
    const [low, high] = layout.yaxis.range;
    const gap = (this.large ? this.large.type : 1) * fl.Drawing.LINE * (high - low) / Math.max(clientHeight - layout.margin.t - layout.margin.b, 1);
    if (this.large) trace.textfont.size *= this.large.names / this.large.type; // they stand between an axis and its curves
    if (clientWidth < fl.Drawing.NARROW) trace.textfont.size -= 2;
    const heights = [...trace.y];
    const order = heights.map((_, k) => k).sort((one, other) => heights[one] - heights[other]);
    for (let pass = 0; pass < heights.length; pass += 1) {
      for (let k = 1; k < order.length; k += 1) {
        const short = gap - (heights[order[k]] - heights[order[k - 1]]);
        if (short <= 1e-12) continue;
        heights[order[k - 1]] -= short / 2;
        heights[order[k]] += short / 2;
      }
    }
    trace.y = heights;
    return trace;
  }

  // The marks of all runs: their starts, which the server has placed, and their ends; `ends` names the columns of each
  // where they are not the same of one run after the other.
  marked(trace, layout) {
    const starts = trace.x.length;
    const symbol = [...trace.marker.symbol];
    const lines = trace.meta.ends || this.picture.runs.slice(0, starts).map((_, run) => ({ run, ...trace.meta }));
    const ends = lines.map(({ run, x, y }, index) => {
      const { complete, columns } = this.picture.runs[run] || {};
      return this.end(complete ? columns : {}, { x, y }, layout, symbol[starts + index]);
    });
    ends.forEach((end, index) => { symbol[starts + index] = end.symbol || symbol[starts + index]; });
    trace.x = [...trace.x, ...ends.map(({ x }) => x)];
    trace.y = [...trace.y, ...ends.map(({ y }) => y)];
    trace.marker = { ...trace.marker, symbol };
    return trace;
  }

  // The last point of a run, or, with an arrow, the one where it leaves through the top or bottom edge:
  // a full one where it runs away for ever, which is what its own symbol says.
  end(columns, { x, y }, layout, own) {
    const xs = columns[x] || [], ys = columns[y] || [];
    const [low, high] = layout.yaxis.range;
    let k = ys.length - 1;
    if (k < 0) return { x: null, y: null };
    if (ys[k] >= low && ys[k] <= high) return { x: xs[k], y: ys[k] };
    const edge = ys[k] > high ? high : low;
    while (k >= 0 && !(ys[k] <= high && ys[k] >= low)) k -= 1;
    if (k < 0) return { x: null, y: null };
    const share = (edge - ys[k]) / (ys[k + 1] - ys[k] || 1);
    const symbol = `triangle-${edge === high ? "up" : "down"}${own === "triangle-up" ? "" : "-open"}`;
    return { x: xs[k] + share * (xs[k + 1] - xs[k]), y: edge, symbol };
  }

  // Shows the runs up to the cursor only: one frame of the player.
  cut(cursor) {
    this.cutAt = cursor;
    this.place(cursor);
  }

  // Puts the cursor's line and dots over the figures; nothing where the picture is complete.
  place(time) {
    this.time = time;
    Object.values(this.figures).forEach((figure) => this.mark(figure));
  }

  // Ends all work on the figures.
  close() {
    clearTimeout(this.later);
    this.sizes.disconnect();
    for (const { gd } of Object.values(this.figures)) if (gd && gd._fullLayout) Plotly.purge(gd);
  }

  // The same with larger type, thicker lines and larger marks, where a hall looks.
  enlarged(value, under = "") {
    if (!this.large || value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return value;
    if (Array.isArray(value)) { // annotations, shapes: not data
      if (value.length <= 64 && !value.some((item) => item === null || typeof item !== "object" || item.length !== undefined)) for (const item of value) this.enlarged(item);
      return value;
    }
    const times = (size, by) => (Array.isArray(size) ? size.map((each) => by * each) : by * size);
    if (/font$/.test(under) && value.size) value.size = times(value.size, this.large.type);
    if (under === "line" && value.width) value.width = times(value.width, this.large.line);
    if (under === "marker" && value.size) value.size = times(value.size, this.large.type);
    for (const [key, item] of Object.entries(value)) if (key !== "meta") this.enlarged(item, key);
    return value;
  }

  // A copy with the theme's colors; columns are shared, not copied.
  colored(value) {
    if (typeof value === "string") return (this.dark && this.view.toDark[value]) || value;
    if (Array.isArray(value)) return value.length > 64 && typeof value[0] !== "string" ? value : value.map((item) => this.colored(item));
    if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return value;
    const copy = {};
    for (const [key, item] of Object.entries(value)) copy[key] = this.colored(item);
    return copy;
  }
};
