// Controls: sliders, number boxes, choices and chips write the state; the state moves them back.
// All are the browser's own elements, so a moving hand is heard within the event itself.
window.fl = window.fl || {};

// An element with properties; those under aria and data become attributes.
fl.make = function (tag, { aria = {}, data = {}, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  for (const [name, value] of Object.entries(aria)) element.setAttribute(`aria-${name}`, value);
  Object.assign(element.dataset, data);
  element.append(...children);
  return element;
};

// The keyboard of a box on a telephone: iOS gives the decimal one neither a minus nor an e.
fl.inputMode = ({ bounds, scale, log }) => (bounds[0] < 0 || scale === "log" || log ? "text" : "decimal");

// A slider that a finger can scroll past. `slide` is called while the slider moves: of a finger only once it has moved more
// across than down, or is lifted. `begin` is called when a finger touches it, `cancel` when the browser takes the touch
// for a scroll.
fl.onSlide = function (range, { slide, begin = () => {}, cancel }) {
  let touch = null; // where the finger is put down, while it has not moved across
  let down = false; // whether a finger is
  const FINGER = 6; // pixels that a resting finger may move
  range.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" || range.disabled) return; // browsers send a finger on what is switched off, too
    touch = { x: event.clientX, y: event.clientY, moved: false };
    down = true;
    begin();
  });
  range.addEventListener("pointermove", (event) => {
    if (!touch) return;
    const across = Math.abs(event.clientX - touch.x), along = Math.abs(event.clientY - touch.y);
    if (across <= FINGER || across <= along) return;
    const { moved } = touch;
    touch = null;
    if (moved) slide();
  });
  range.addEventListener("pointerup", () => {
    const moved = touch && touch.moved;
    touch = null;
    down = false;
    if (moved) slide();
  });
  range.addEventListener("pointercancel", () => {
    if (down) cancel();
    touch = null;
    down = false;
  });
  range.oninput = () => { if (touch) touch.moved = true; else slide(); };
};

fl.Controls = class {
  // change(patch): the state's fields that a control has changed. say(sentences): about what was typed.
  constructor(view, history, change, say) {
    this.view = view;
    this.history = history;
    this.change = change;
    this.say = say;
    this.only = null; // the keys of those that are given, null for all
    this.main = fl.embed && fl.embed.size === "main" ? view.embed.main : null; // the ids of those that an embed gives without a choice, null for all
    this.held = null; // the control under the hand: it is left as the hand has it
    this.parts = {}; // of each control: its row and inputs
    for (const control of view.controls) this.build(control);
  }

  static ROOM = 7; // letters that a box has room for
  static LINE = 28; // and the box of a list in one line

  build(control) {
    const place = document.getElementById(["choice", "many"].includes(control.kind) ? control.id : `${control.id}-row`);
    if (!place) return;
    const build = { choice: this.buildChoice, many: this.buildMany, slider: this.buildSlider, count: this.buildCount, axis: this.buildAxis, list: this.buildList }[control.kind];
    const parts = build.call(this, control, place);
    this.parts[control.id] = { place, ...parts };
  }

  buildChoice(control, place) {
    const radios = control.choices.map((value, index) => {
      const radio = fl.make("input", { type: "radio", name: control.id, value });
      radio.onchange = () => this.change({ [control.parameter]: value, ...Object.fromEntries(control.clears.map((name) => [name, null])) });
      place.append(fl.make("label", { className: "segment" }, radio, fl.make("span", { textContent: control.labels[index] })));
      return radio;
    });
    return { radios };
  }

  // Any of a few words, in their order: a checkbox for each.
  buildMany(control, place) {
    const checks = control.choices.map((value, index) => {
      const check = fl.make("input", { type: "checkbox", name: control.id, value });
      check.onchange = () => this.change({
        [control.parameter]: checks.filter(({ checked }) => checked).map((other) => other.value),
      });
      place.append(fl.make("label", { className: "check" }, check, fl.make("span", {}, ...fl.typeset(control.labels[index]))));
      return check;
    });
    return { checks };
  }

  buildSlider(control, place) {
    const named = { label: `${control.symbol}, ${control.title}` };
    const range = fl.make("input", { type: "range", id: control.id, step: control.step, aria: named });
    const box = fl.make("input", {
      type: "text", inputMode: fl.inputMode(control), id: `${control.id}-box`, className: "box", autocomplete: "off", spellcheck: false, aria: named,
    });
    const label = fl.make("label", { htmlFor: control.id, className: "control-symbol", title: control.title }, ...fl.typeset(control.symbol));
    const on = control.begin === null ? null : this.buildSwitch(control, label);
    let before = null; // the entry of the history and the value at which a finger was put down
    fl.onSlide(range, {
      slide: () => {
        this.held = control.id;
        this.write(control, this.fromSlider(control, range.valueAsNumber));
      },
      begin: () => { before = { depth: this.history.depth, value: this.parts[control.id].value }; },
      cancel: () => {
        this.held = null;
        const { value } = this.parts[control.id];
        if (this.history.depth > before.depth) this.history.withdraw(before.depth);
        else if (value !== before.value) this.write(control, before.value);
        else this.move(control, this.parts[control.id], value);
      },
    });
    for (const end of ["change", "pointerup", "blur"]) {
      range.addEventListener(end, () => { if (this.held === control.id) this.held = null; });
    }
    range.onkeydown = (event) => {
      const pages = { PageUp: 1, PageDown: -1 }[event.key];
      if (!pages) return;
      event.preventDefault();
      this.write(control, this.fromSlider(control, range.valueAsNumber + 10 * pages * control.step));
    };
    box.onchange = () => this.typed(control, box);
    box.onkeydown = (event) => {
      const steps = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (event.key === "Enter") this.typed(control, box);
      if (!steps) return;
      event.preventDefault();
      this.write(control, this.stepped(control, steps));
    };
    place.append(label, range, box);
    return { range, box, on, value: null };
  }

  // The value some steps away; of whole numbers at least the next one.
  stepped(control, steps) {
    const { value } = this.parts[control.id];
    const moved = this.fromSlider(control, this.toSlider(control, value) + steps * control.step);
    return control.whole && moved === value ? Math.min(Math.max(value + steps, control.bounds[0]), control.bounds[1]) : moved;
  }

  // What may be absent is switched on and off; off, its slider and box rest.
  buildSwitch(control, label) {
    const on = fl.make("input", { type: "checkbox", id: `${control.id}-on`, aria: { label: `Show ${control.symbol}, ${control.title}` } });
    const last = { value: control.begin };
    on.onchange = () => {
      if (!on.checked) last.value = this.state[control.parameter];
      this.change({ [control.parameter]: on.checked ? last.value : null });
    };
    label.prepend(on);
    label.htmlFor = on.id;
    return on;
  }

  // What is on an axis of a map, and from where to where it goes.
  buildAxis(control, place) {
    const select = fl.make("select", { id: control.id, className: "preset", aria: { label: control.title } });
    control.choices.forEach((value, k) => select.append(fl.make("option", { value, textContent: control.labels[k] })));
    select.onchange = () => this.chooseAxis(control, select.value);
    const ends = ["from", "to"].map((word, k) => {
      const box = fl.make("input", {
        type: "text", id: `${control.id}-${word}`, className: "box", autocomplete: "off", spellcheck: false,
        aria: { label: `${control.title}: ${word}` },
      });
      box.onchange = () => this.typedEnd(control, k, box);
      box.onkeydown = (event) => { if (event.key === "Enter") this.typedEnd(control, k, box); };
      return box;
    });
    const label = fl.make("label", { htmlFor: select.id, className: "control-symbol", title: control.title, textContent: control.symbol });
    place.append(label, select, ends[0], ends[1]);
    return { select, ends };
  }

  // Another parameter on an axis: the one that is on the other axis changes places with it.
  chooseAxis(control, value) {
    const { state } = this;
    const other = ["x", "y"].find((name) => name !== control.parameter);
    const patch = { [control.parameter]: value };
    if (value === state[other]) patch[other] = state[control.parameter];
    if (state[control.window]) {
      const window = [...state[control.window]];
      const fresh = value === state[other] ? [...window.slice(2), ...window.slice(0, 2)] : window;
      if (value !== state[other]) fresh.splice(control.index, 2, ...this.view.axes[value].usual);
      patch[control.window] = fresh;
    }
    this.change(patch);
  }

  // From where to where the axes of a map go.
  windowOf({ window }) {
    const { state } = this;
    return state[window] || [...this.view.axes[state.x].usual, ...this.view.axes[state.y].usual];
  }

  typedEnd(control, k, box) {
    const window = [...this.windowOf(control)], place = control.index + k;
    const { symbol, bounds } = this.view.axes[this.state[control.parameter]];
    const edges = [...bounds];
    edges[1 - k] = window[control.index + 1 - k];
    const number = this.parsed(symbol, box, edges, window[place]);
    if (number === null || number === window[place]) return;
    if (number === edges[1 - k]) {
      box.setAttribute("aria-invalid", true);
      this.say([`${symbol} from ${fl.numberText(number)} to ${fl.numberText(number)} is no window. The map keeps its own.`]);
      return;
    }
    const text = box.value;
    window[place] = number;
    this.change({ [control.window]: window });
    this.doubt(symbol, text, number, edges[1]);
  }

  syncAxis(control, { select, ends }, state) {
    select.value = state[control.parameter];
    for (const option of select.options) {
      const { field, index } = this.view.axes[option.value];
      option.hidden = option.disabled = index !== null && index >= state[field].length;
    }
    const window = this.windowOf(control);
    ends.forEach((box, k) => {
      box.inputMode = fl.inputMode(this.view.axes[state[control.parameter]]);
      box.value = box.dataset.shown = fl.numberText(window[control.index + k]).replace("-", "−").replace("e−", "e-");
      box.setAttribute("aria-invalid", false);
    });
  }

  // How many places the axes of a map need.
  get needed() {
    const places = ["x", "y"].map((name) => this.view.axes[this.state[name]]);
    return Math.max(...places.map((axis) => ((axis && axis.index !== null ? axis.index : 0) + 1)));
  }

  // How many places some lists have: new ones hold their filler.
  buildCount(control, place) {
    const [min, max] = control.bounds;
    const box = fl.make("input", { type: "number", id: `${control.id}-box`, className: "box", min, max, step: 1 });
    box.onchange = () => {
      const count = Math.min(Math.max(Math.round(box.valueAsNumber) || this.parts[control.id].value, min, this.needed), max);
      box.value = count;
      if (count === this.parts[control.id].value) return;
      this.change(Object.fromEntries(Object.entries(control.fillers).map(([name, filler]) => [
        name, Array.from({ length: count }, (_, k) => this.state[name][k] ?? filler),
      ])));
    };
    place.append(fl.make("label", { htmlFor: box.id, title: control.title, textContent: `${control.symbol} =` }), box);
    return { count: box, value: null };
  }

  // Some numbers in one box, parted by commas or spaces.
  buildList(control, place) {
    const box = fl.make("textarea", {
      id: `${control.id}-box`, className: "box", autocomplete: "off", spellcheck: false, aria: { label: `${control.symbol}, ${control.title}` },
    });
    box.onchange = () => this.typedList(control, box);
    box.onkeydown = (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.typedList(control, box);
    };
    place.append(fl.make("label", { htmlFor: box.id, className: "control-symbol", title: control.title }, ...fl.typeset(control.symbol)), box);
    return { list: box };
  }

  typedList(control, box) {
    if (box.value === box.dataset.shown) { box.setAttribute("aria-invalid", false); return; }
    const { symbol, length: [fewest, most], bounds: [low, high], whole } = control;
    const words = (fl.listedNumbers(box.value) || box.value.split(",")).map((word) => word.trim()).filter(Boolean);
    const numbers = words.map(fl.readNumber);
    const wrong = numbers.findIndex((number) => !(number >= low && number <= high) || (whole && number % 1));
    const range = `${whole ? "whole numbers" : "numbers"} in [${fl.numberText(low)}, ${fl.numberText(high)}]`;
    const counted = words.length >= fewest && words.length <= most;
    box.setAttribute("aria-invalid", wrong >= 0 || !counted);
    if (wrong >= 0) this.say([`${symbol} = ${words[wrong].slice(0, 24)} is not one of the ${range}. The picture keeps its own.`]);
    else if (!counted) this.say([`${symbol} has ${words.length} numbers, not ${fewest} to ${most}. The picture keeps its own.`]);
    else {
      this.say([]);
      this.change({ [control.parameter]: numbers.map(fl.canonical) });
    }
  }

  fromSlider(control, position) {
    const value = control.scale === "log" ? Number((10 ** position).toPrecision(3)) : fl.canonical(position);
    return Math.min(Math.max(control.whole ? Math.round(value) : value, control.bounds[0]), control.bounds[1]);
  }

  toSlider(control, value) {
    return control.scale === "log" ? Math.log10(value) : value;
  }

  // What was typed: a number within the bounds, or null and a sentence that says which are.
  parsed(symbol, box, [low, high], kept) {
    const number = fl.readNumber(box.value);
    const wrong = !(number >= low && number <= high);
    box.setAttribute("aria-invalid", wrong);
    if (!wrong) { this.say([]); return fl.canonical(number); }
    const range = `[${fl.numberText(low)}, ${fl.numberText(high)}]`;
    const fault = Number.isNaN(number) ? `not a number in ${range}` : `outside ${range}`;
    const text = fl.plainNumber(box.value).slice(0, 24) || "(empty)";
    this.say([`${symbol} = ${text} is ${fault}. The picture keeps ${fl.numberText(kept)}.`]);
    return null;
  }

  // A list in a box of one of several numbers, such as one pasted into c_1: it fills them all, from the first.
  // Places that it leaves empty become 0, and a longer list makes places. Whether the text was such a list.
  parsedRow(control, box) {
    const words = fl.listedNumbers(box.value);
    const row = this.state[control.parameter];
    if (!words || !Array.isArray(row)) return false;
    const { symbol, bounds, length } = this.view.parameters.find(({ name }) => name === control.parameter);
    const [low, high] = bounds[0];
    const numbers = words.map(fl.readNumber);
    const wrong = numbers.findIndex((number) => !(number >= low && number <= high));
    box.setAttribute("aria-invalid", wrong >= 0 || words.length > length[1]);
    if (wrong >= 0) {
      const range = `[${fl.numberText(low)}, ${fl.numberText(high)}]`;
      this.say([`${symbol}: ${words[wrong].slice(0, 24) || "(empty)"} is not a number in ${range}. The picture keeps its own.`]);
    } else if (words.length > length[1]) {
      this.say([`${symbol} has ${words.length} numbers, at most ${length[1]} are possible. The picture keeps its own.`]);
    } else {
      this.say([]);
      this.fillRow(control, numbers.map(fl.canonical));
    }
    return true;
  }

  fillRow(control, numbers) {
    if (typeof control.index === "string") { this.change({ [control.parameter]: numbers, [control.index]: 0 }); return; }
    const places = this.state[control.parameter].length;
    const patch = { [control.parameter]: [...numbers, ...Array(Math.max(places - numbers.length, 0)).fill(0)] };
    const count = this.view.controls.find(({ kind, fillers }) => kind === "count" && control.parameter in fillers);
    for (const [name, filler] of numbers.length > places && count ? Object.entries(count.fillers) : []) {
      patch[name] ??= Array.from({ length: numbers.length }, (_, k) => this.state[name][k] ?? filler);
    }
    this.change(patch);
  }

  typed(control, box) {
    const text = box.value;
    if (text === box.dataset.shown) { // which may be shorter than the value
      if (box.getAttribute("aria-invalid") === "true") this.say([]);
      box.setAttribute("aria-invalid", false);
      return;
    }
    if (this.parsedRow(control, box)) return;
    const kept = this.parts[control.id].value;
    const typed = this.parsed(control.symbol, box, control.bounds, kept);
    if (typed === null) return;
    const number = control.whole ? Math.round(typed) : typed;
    if (number !== kept) this.write(control, number);
    else this.move(control, this.parts[control.id], number);
    this.doubt(control.symbol, text, number, control.bounds[1]);
  }

  // Says how a number was read that may have been meant a thousandfold.
  doubt(symbol, text, number, high) {
    const sentence = fl.doubtfulNumber(text, number, high);
    if (sentence) this.say([`${symbol} = ${sentence}`]);
  }

  write(control, number) {
    const { state } = this;
    const place = typeof control.index === "string" ? state[control.index] : control.index;
    if (place === null) { this.change({ [control.parameter]: number }); return; }
    const values = [...state[control.parameter]];
    values[place] = number;
    this.change({ [control.parameter]: values });
  }

  // Forgets what was typed and refused.
  release() {
    this.held = null;
    for (const parts of Object.values(this.parts)) parts.value = null;
  }

  // Moves everything to where the state is; the control under the hand stays as the hand has it.
  sync(state) {
    this.state = state;
    for (const control of this.view.controls) {
      const parts = this.parts[control.id];
      if (!parts) continue;
      const given = this.only ? this.only.includes(control.key) : !this.main || this.main.includes(control.id);
      const meant = given && (!control.only || Object.entries(control.only).some(([field, words]) => [state[field]].flat().some((word) => words.includes(word))));
      parts.place.hidden = !meant;
      const place = typeof control.index === "string" ? state[control.index] : control.index;
      const value = place === null ? state[control.parameter] : state[control.parameter][place];
      if (parts.select) { this.syncAxis(control, parts, state); continue; }
      if (parts.count) { parts.count.value = parts.count.dataset.shown = parts.value = value.length; continue; }
      if (parts.list) {
        parts.list.value = parts.list.dataset.shown = value.map(fl.numberText).join(", ").replaceAll("-", "−").replaceAll("e−", "e-");
        parts.list.rows = Math.ceil(parts.list.value.length / fl.Controls.LINE);
        parts.list.setAttribute("aria-invalid", false);
        continue;
      }
      if (parts.radios) { for (const radio of parts.radios) radio.checked = radio.value === value; continue; }
      if (parts.checks) { for (const check of parts.checks) check.checked = value.includes(check.value); continue; }
      parts.place.hidden = !meant || value === undefined;
      if (parts.on) parts.on.checked = !(parts.range.disabled = parts.box.disabled = value === null);
      if (value === null && parts.value === null) this.move(control, parts, control.begin);
      if (value === null) parts.value = null;
      if (value === null || value === undefined || value === parts.value) continue;
      this.move(control, parts, value);
    }
    this.chips(state);
    document.getElementById("controls").hidden = Boolean(this.only) && !this.only.length;
    const all = !this.only && !this.main;
    const others = { chips: all || Boolean(this.only && this.only.includes("a")), presets: all, comparison: all };
    for (const [id, given] of Object.entries(others)) {
      const place = document.getElementById(id);
      if (place) place.hidden = !given;
    }
  }

  move(control, parts, value) {
    parts.value = value;
    const { range, box } = parts;
    if (this.held !== control.id) {
      const soft = value >= control.soft[0] && value <= control.soft[1] ? control.soft : control.bounds;
      [range.min, range.max] = soft.map((bound) => this.toSlider(control, bound));
      range.value = this.toSlider(control, value);
    }
    range.setAttribute("aria-valuetext", fl.shown(value));
    const whole = fl.numberText(value), short = fl.numberText(Number(value.toPrecision(4)));
    box.value = box.dataset.shown = (whole.length > fl.Controls.ROOM ? short : whole).replace("-", "−").replace("e−", "e-");
    box.setAttribute("aria-invalid", false);
  }

  // The list of starts: a chip chooses, × removes the chosen one, + adds one.
  chips(state) {
    const place = document.getElementById("chips");
    if (!place) return;
    const text = JSON.stringify([state.a, state.chosen, state.points]);
    if (place.dataset.shown === text) return;
    place.dataset.shown = text;
    const most = this.view.parameters.find(({ name }) => name === "a").length[1];
    const chosen = state.a[state.chosen];
    const chips = state.a.map((value, index) => this.chip(fl.shown(value), `ā = ${fl.shown(value)}`, `chip-${index}`, {
      pressed: index === state.chosen, action: () => this.change({ chosen: index }),
    }));
    const add = () => {
      const step = chosen < 19 ? 1 : -1;
      let value = fl.canonical(chosen + step);
      while (state.a.includes(value)) value = fl.canonical(value + step);
      const [low, high] = this.view.parameters.find(({ name }) => name === "a").bounds[0];
      if (value >= low && value <= high) this.change({ a: [...state.a, value], chosen: state.a.length });
    };
    const remove = () => {
      const a = state.a.filter((_, index) => index !== state.chosen);
      this.change({ a, chosen: Math.min(state.chosen, a.length - 1) });
    };
    chips.push(this.chip("+", "Add a start", "chip-add", { disabled: state.a.length >= most, action: add }));
    chips.push(this.chip("×", `Remove ā = ${fl.shown(chosen)}`, "chip-remove", { disabled: state.a.length === 1, action: remove }));
    const points = state.points || [];
    for (let k = 0; k < points.length; k += 2) {
      const [R, a] = points.slice(k, k + 2);
      const rest = [...points.slice(0, k), ...points.slice(k + 2)];
      chips.push(this.chip(`(${fl.shown(R)}, ${fl.shown(a)}) ×`, `Remove the added point ${fl.place([R, a])}`, `chip-point-${k / 2}`, {
        action: () => this.change({ points: rest.length ? rest : null }),
      }));
    }
    if (points.length > 2) chips.push(this.chip("clear points", "Remove the added points", "chip-points", { action: () => this.change({ points: null }) }));
    const focused = place.contains(document.activeElement);
    for (const old of [...place.children]) if (!chips.includes(old)) old.remove();
    chips.forEach((chip, k) => { if (place.children[k] !== chip) place.insertBefore(chip, place.children[k] || null); });
    const lost = focused && (!place.contains(document.activeElement) || document.activeElement.disabled);
    if (lost) document.getElementById(`chip-${state.chosen}`).focus();
  }

  // The button of that id, new or as it was: one under a pressed mouse must not be exchanged.
  chip(text, label, id, { pressed, disabled = false, action }) {
    const chip = document.getElementById(id) || fl.make("button", { type: "button", className: "chip", id });
    if (chip.textContent !== text) chip.textContent = text;
    Object.assign(chip, { disabled, onclick: action });
    chip.setAttribute("aria-label", label);
    if (pressed !== undefined) chip.setAttribute("aria-pressed", pressed);
    return chip;
  }
};
