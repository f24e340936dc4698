// Comparing: the chosen run pinned as A beside what goes on as B, and what the two differ in.
window.fl = window.fl || {};

fl.Compare = class {
  // change(patch): the state's fields that pinning, exchanging or letting go change.
  constructor(place, view, change) {
    this.place = place;
    this.change = change;
    this.symbols = Object.fromEntries(view.parameters.map(({ name, symbol }) => [name, symbol]));
    if (!place) return;
    const button = (id, text, title, action) => fl.make("button", { type: "button", className: "tool", id, textContent: text, title, onclick: action });
    this.pin = button("pin-button", "Pin as A", "Keep the chosen run as A, and go on as B", () => this.keep());
    this.swap = button("swap-button", "A ↔ B", "Exchange A and B", () => this.exchange());
    this.unpin = button("unpin-button", "Unpin", "Forget A", () => this.forget());
    this.list = fl.make("ul", { id: "differences", className: "differences", aria: { label: "What A and B differ in" } });
    place.replaceChildren(fl.make("div", { className: "compare-buttons" }, this.pin, this.swap, this.unpin), this.list);
  }

  static FIELDS = ["c_star", "c", "eps", "a", "R0"];

  // The problem of the chosen run, by field.
  present({ c, c_star, eps, a, chosen, R0 }) {
    return { c, c_star, eps, a: a[chosen], R0 };
  }

  pinned(state) {
    return state.pin_c ? Object.fromEntries(fl.Compare.FIELDS.map((name) => [name, state[`pin_${name}`]])) : null;
  }

  as(run) {
    return Object.fromEntries(fl.Compare.FIELDS.map((name) => [`pin_${name}`, run && run[name]]));
  }

  keep() {
    this.change(this.as(this.present(this.state)));
  }

  forget() {
    this.change(this.as(null));
    this.pin.focus();
  }

  exchange() {
    const { state } = this, A = this.pinned(state);
    const a = state.a.map((value, index) => (index === state.chosen ? A.a : value));
    this.change({ ...A, a, ...this.as(this.present(state)) });
  }

  // [symbol, A's value, B's value] of everything that differs.
  differences(A, B) {
    return fl.Compare.FIELDS.flatMap((name) => {
      const [one, other] = [A[name], B[name]].map((value) => (Array.isArray(value) ? value : [value]));
      return Array.from({ length: Math.max(one.length, other.length) }, (_, k) => [this.symbol(name, k), one[k] ?? 0, other[k] ?? 0])
        .filter(([, mine, yours]) => mine !== yours);
    });
  }

  symbol(name, k) {
    return this.symbols[name].replace("ₖ", [...String(k + 1)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]).join(""));
  }

  sync(state) {
    this.state = state;
    if (!this.place) return;
    const A = this.pinned(state);
    this.pin.textContent = A ? "Pin anew" : "Pin as A";
    this.swap.hidden = this.unpin.hidden = this.list.hidden = !A;
    if (!A) { this.list.replaceChildren(); return; }
    const found = this.differences(A, this.present(state));
    const said = found.map(([symbol, one, other]) => `${symbol}: A ${fl.shown(one)}, B ${fl.shown(other)}`);
    if (!said.length) said.push("A and B are alike.");
    this.list.replaceChildren(...said.map((text) => fl.make("li", {}, ...fl.typeset(text))));
  }
};
