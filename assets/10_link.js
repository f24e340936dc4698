// The link: a state as a query, and the browser's history of states, through which undo and redo go.
// Texts are those of components/state.py; a browser test holds the two together.
window.fl = window.fl || {};

// The shortest text of a number of at most 12 significant digits.
fl.numberText = function (number) {
  const value = Number(number.toPrecision(12)) + 0;
  const plain = String(value);
  const scientific = value.toExponential().replace("+", "");
  return plain.length <= scientific.length ? plain : scientific;
};

fl.canonical = (number) => Number(number.toPrecision(12)) + 0;

// The whole state as a query; with part "physics", what the stream is asked for.
fl.query = function (view, state, part) {
  const terms = [`v=${view.version}`];
  for (const parameter of view.parameters) {
    const value = state[parameter.name];
    if (value === null || value === undefined || (part && parameter.part !== part)) continue;
    let text = value;
    if (Array.isArray(value)) text = value.map(fl.numberText).join(",");
    else if (typeof value === "number") text = fl.numberText(value);
    terms.push(`${parameter.key}=${text}`);
  }
  return terms.join("&");
};

// One entry for each settled change: the first move of a gesture adds an entry, the rest rewrite it.
fl.History = class {
  constructor(view) {
    this.view = view;
    this.open = false; // an entry of the gesture under way exists
    this.settling = null;
    this.writing = null;
    this.depth = (history.state && history.state.depth) || 0; // entries of ours before this one
    this.top = this.depth; // of the latest of them
  }

  static SETTLED = 700; // ms without a move after which a gesture is over
  static WRITTEN = 300; // ms between two rewritings: browsers refuse more than 100 in 10 s

  // kind "same": a change that is not worth an entry of its own.
  record(state, kind) {
    this.state = state;
    if (kind !== "same" && !this.open) {
      this.top = this.depth += 1;
      history.pushState(this.entry(), "", this.address());
    } else if (this.writing === null) {
      this.writing = setTimeout(() => this.write(), fl.History.WRITTEN);
    }
    if (kind === "same") return;
    this.open = true;
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.settle(), fl.History.SETTLED);
  }

  write() {
    clearTimeout(this.writing);
    this.writing = null;
    history.replaceState(this.entry(), "", this.address());
  }

  address() {
    return `${this.view.path}?${fl.query(this.view, this.state)}`;
  }

  entry() {
    return { view: this.view.name, state: this.state, depth: this.depth };
  }

  // The state shown without a change of address: where Back comes to.
  mark(state) {
    this.state = state;
    history.replaceState(this.entry(), "");
  }

  // The gesture is over; what comes next is another.
  settle() {
    clearTimeout(this.settling);
    if (this.writing !== null) this.write();
    this.open = false;
  }

  // The browser has gone back or forward to an entry.
  arrived(entry) {
    clearTimeout(this.settling);
    clearTimeout(this.writing);
    this.writing = null;
    this.open = false;
    this.depth = (entry && entry.depth) || 0;
    if (entry) this.state = entry.state;
  }

  undo() {
    this.settle();
    if (this.depth > 0) history.back();
  }

  redo() {
    if (this.depth < this.top) history.forward();
  }
};
