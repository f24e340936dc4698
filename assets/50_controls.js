// Controls: sliders, number boxes, choices and chips write the state; the state moves them back.
window.fl = window.fl || {};

fl.Controls = class {
  // change(patch): the state's fields that a control has changed.
  constructor(view, change) {
    this.view = view;
    this.change = change;
    this.source = null; // the component last moved by hand: it is left as the hand has it
    this.shown = {}; // what each Dash component holds, so that it is told only what it does not know
    this.controls = Object.fromEntries(view.controls.map((control) => [control.id, control]));
  }

  // A Dash component's value has changed, by hand or because it was told to.
  moved(id, value, state) {
    if (value === this.shown[`${id}.value`]) return;
    this.shown[`${id}.value`] = value;
    const control = this.controls[id] || this.view.controls.find(({ box }) => box === id);
    if (!control) return;
    if (control.kind === "choice") { this.change({ [control.field]: value }); return; }
    const number = this.number(control, id, value);
    if (number === null) return;
    this.source = id;
    this.write(control, number, state);
  }

  number(control, id, value) {
    if (typeof value !== "number" || !Number.isFinite(value)) return null;
    let number = value;
    if (id === control.id && control.scale === "log") number = Number((10 ** value).toPrecision(3));
    const [low, high] = control.bounds;
    if (id === control.id) number = Math.min(Math.max(number, low), high);
    return number >= low && number <= high ? fl.canonical(number) : null;
  }

  write(control, number, state) {
    const place = typeof control.index === "string" ? state[control.index] : control.index;
    if (place === null) { this.change({ [control.field]: number }); return; }
    const values = [...state[control.field]];
    values[place] = number;
    this.change({ [control.field]: values });
  }

  // Moves everything to where the state is; the control under the hand stays as the hand has it.
  sync(state) {
    for (const control of this.view.controls) {
      const place = typeof control.index === "string" ? state[control.index] : control.index;
      const value = place === null ? state[control.field] : state[control.field][place];
      if (typeof control.index === "number") {
        const row = document.getElementById(`${control.id}-row`);
        if (row) row.hidden = value === undefined;
      }
      if (value === undefined) continue;
      if (control.kind === "choice") { this.tell(control.id, { value }); continue; }
      if (this.source !== control.id) {
        const log = control.scale === "log";
        const range = value >= control.soft[0] && value <= control.soft[1] ? control.soft : control.bounds;
        const [min, max] = log ? range.map(Math.log10) : range;
        this.tell(control.id, { min, max, value: log ? Math.log10(value) : value });
      }
      if (this.source !== control.box) this.tell(control.box, { value });
    }
    this.chips(state);
  }

  tell(id, properties) {
    const news = Object.fromEntries(Object.entries(properties).filter(([name, value]) => this.shown[`${id}.${name}`] !== value));
    if (!Object.keys(news).length) return;
    for (const [name, value] of Object.entries(news)) this.shown[`${id}.${name}`] = value;
    dash_clientside.set_props(id, news);
  }

  // The list of starts: a chip chooses, × removes the chosen one, + adds one.
  chips(state) {
    const place = document.getElementById("chips");
    if (!place) return;
    const text = JSON.stringify([state.a, state.chosen, state.points]);
    if (place.dataset.shown === text) return;
    place.dataset.shown = text;
    const held = document.activeElement && place.contains(document.activeElement) ? document.activeElement.id : null;
    const most = this.view.parameters.find(({ name }) => name === "a").length[1];
    const change = (patch) => { this.source = null; this.change(patch); };
    const chips = state.a.map((value, index) => {
      const chip = this.chip(fl.shown(value), `ā = ${fl.shown(value)}`, `chip-${index}`, () => change({ chosen: index }));
      chip.setAttribute("aria-pressed", index === state.chosen);
      return chip;
    });
    const add = this.chip("+", "Add a start", "chip-add", () => {
      const last = state.a[state.chosen];
      const value = fl.canonical(last + (last < 19 ? 1 : -1));
      change({ a: [...state.a, value], chosen: state.a.length });
    });
    add.disabled = state.a.length >= most;
    const remove = this.chip("×", `Remove ā = ${fl.shown(state.a[state.chosen])}`, "chip-remove", () => {
      const a = state.a.filter((_, index) => index !== state.chosen);
      change({ a, chosen: Math.min(state.chosen, a.length - 1) });
    });
    remove.disabled = state.a.length === 1;
    chips.push(add, remove);
    if (state.points) chips.push(this.chip("clear points", "Remove the clicked points", "chip-points", () => change({ points: null })));
    place.replaceChildren(...chips);
    if (held) (document.getElementById(held) || chips[0]).focus();
  }

  chip(text, label, id, action) {
    const chip = Object.assign(document.createElement("button"), { type: "button", className: "chip", textContent: text, id, onclick: action });
    chip.setAttribute("aria-label", label);
    return chip;
  }

  // Mantine's sliders know arrows, Home and End; a page is ten steps.
  page(target, direction, state) {
    const row = target.closest(".control");
    const control = row && this.controls[row.id.replace(/-row$/, "")];
    if (!control) return false;
    const at = Number(target.getAttribute("aria-valuenow")) + direction * 10 * control.step;
    const number = this.number(control, control.id, control.scale === "log" ? at : fl.canonical(at));
    if (number === null) return false;
    this.source = null;
    this.write(control, number, state);
    return true;
  }
};
