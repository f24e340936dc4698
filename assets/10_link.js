// The link: a state as a query, and the browser's history of states.
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
    this.timer = null;
  }

  static SETTLED = 700; // ms without a move after which a gesture is over

  record(state, kind) {
    const url = `${this.view.path}?${fl.query(this.view, state)}`;
    const entry = { view: this.view.name, state };
    if (kind === "same" || this.open) history.replaceState(entry, "", url);
    else history.pushState(entry, "", url);
    if (kind === "same") return;
    this.open = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.open = false; }, fl.History.SETTLED);
  }

  // The state shown without a change of address: where Back comes to.
  mark(state) {
    history.replaceState({ view: this.view.name, state }, "");
  }

  settle() {
    clearTimeout(this.timer);
    this.open = false;
  }
};
