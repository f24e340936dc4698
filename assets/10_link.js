// The link: a state as a query, and the browser's history of states, through which undo and redo go.
// Texts are those of components/core/state.py; a browser test holds the two together.
window.fl = window.fl || {};

// The shortest text of a number of at most 12 significant digits.
fl.numberText = function (number) {
  const value = Number(number.toPrecision(12)) + 0;
  const plain = String(value);
  const scientific = value.toExponential().replace("+", "");
  return plain.length <= scientific.length ? plain : scientific;
};

fl.canonical = (number) => Number(number.toPrecision(12)) + 0;

// The parts of a state that the stream is asked for.
fl.ASKED = ["physics", "overlay"];

// Fields of a state with other values of what is on the axes x and y of a map.
fl.placed = function (view, state, values) {
  const patch = {};
  for (const [name, value] of Object.entries(values)) {
    const { field, index } = view.axes[state[name]];
    if (index === null) { patch[field] = value; continue; }
    patch[field] = [...(patch[field] || state[field])];
    patch[field][index] = value;
  }
  return patch;
};

// The present values of what is on the axes of a map.
fl.present = (view, state) => ["x", "y"].map((name) => {
  const { field, index } = view.axes[state[name]];
  return index === null ? state[field] : state[field][index];
});

// What the stream is asked for: a view that is a map does not depend on the present values of what is on its axes.
fl.asked = function (view, state, groups = fl.ASKED) {
  const mapped = Object.values(view.figures).some(({ opens }) => opens) && view.axes[state.x] && view.axes[state.y];
  const rest = mapped ? fl.placed(view, state, { x: view.axes[state.x].rest, y: view.axes[state.y].rest }) : {};
  return fl.query(view, { ...state, ...rest }, groups);
};

// The whole state as a query, or some parts of it.
fl.query = function (view, state, groups) {
  const terms = [`v=${view.version}`];
  for (const parameter of view.parameters) {
    const value = state[parameter.name];
    if (value === null || value === undefined || (groups && !groups.includes(parameter.group))) continue;
    let text = value;
    if (Array.isArray(value)) text = value.map((item) => (typeof item === "string" ? item : fl.numberText(item))).join(",");
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
    this.travelling = null; // while the browser is on its way to another entry
    this.only = null; // the keys of the controls that the link shows, null for all
    this.depth = (history.state && history.state.depth) || 0; // entries of ours before this one
    this.top = this.depth; // of the latest of them
  }

  static SETTLED = 700; // ms without a move after which a gesture is over
  static WRITTEN = 400; // ms between two rewritings: browsers refuse more than 100 in 10 to 30 s
  static TRAVEL = 1000; // ms after which a way back that leads nowhere is forgotten

  // kind "same": a change that is not worth an entry of its own.
  record(state, kind) {
    this.state = state;
    if (fl.embed) fl.embed.moved(this);
    if (kind !== "same" && !this.open && !fl.embed) { // the steps of an embed would be steps of the page around it
      this.top = this.depth += 1;
      this.put("pushState");
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
    this.put("replaceState");
  }

  // An entry is rewritten only while the browser is still at it: a link may have led away meanwhile.
  put(how) {
    const path = (address) => address.split("?")[0].replace(/(.)\/$/, "$1");
    if (how === "replaceState" && path(location.pathname) !== path(this.address())) return;
    try { history[how](this.entry(), "", this.address()); } catch (error) { /* refused: too often; the next one tells it */ }
  }

  address() {
    return `${this.view.path}?${this.query()}`;
  }

  query() {
    return `${fl.query(this.view, this.state)}${this.given()}${fl.embed ? `&embed=${fl.embed.size}` : ""}`;
  }

  // The word of a link that shows only some of the controls.
  given() {
    return this.only ? `&only=${this.only.join(",")}` : "";
  }

  // The link without the words that are no part of the state.
  plain() {
    return `${this.view.path}?${fl.query(this.view, this.state)}`;
  }

  entry() {
    return { view: this.view.name, release: this.view.release, state: this.state, depth: this.depth, only: this.only };
  }

  // The state of an entry, if it is one of this view's and this release's.
  stateOf(entry) {
    return entry && entry.view === this.view.name && entry.release === this.view.release ? entry.state : null;
  }

  // The state shown without a change of address: where Back comes to.
  mark(state) {
    this.state = state;
    history.replaceState(this.entry(), "");
    if (fl.embed) fl.embed.moved(this);
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
    clearTimeout(this.travelling);
    this.travelling = null;
    this.depth = (entry && entry.depth) || 0;
    this.state = this.stateOf(entry) || this.state;
  }

  undo() {
    this.settle();
    if (this.depth > 0) this.travel(-1);
  }

  redo() {
    this.settle();
    if (this.depth < this.top) this.travel(1);
  }

  // Goes back to the entry of a depth, as if those after it had not been made.
  withdraw(depth) {
    const steps = depth - this.depth;
    this.settle();
    this.top = depth;
    this.travel(steps);
  }

  // One entry at a time: two hasty steps back would leave the page.
  travel(steps) {
    if (this.travelling !== null) return;
    this.travelling = setTimeout(() => { this.travelling = null; }, fl.History.TRAVEL);
    history.go(steps);
  }
};
