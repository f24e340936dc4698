// The lecture: a story told over the page of a view. A step puts its state into the page, marks what is spoken of, asks
// and plays; leaving it leaves nothing behind, for the next step brings its own whole state.
window.fl = window.fl || {};

fl.Lecture = class {
  // The lecture of the page that is shown, or null where it is none.
  static here(page) {
    const bar = document.getElementById("lecture");
    return bar ? new fl.Lecture(page, bar) : null;
  }

  static HELD = "What this plot shows is said when the question has been answered.";
  static SWIPE = 60; // pixels that a finger moves at least
  static LARGE = { type: 1.5, line: 1.8, names: 1.1 }; // on a wide screen, which may be a projector's
  static WIDE = 1100; // pixels

  constructor(page, bar) {
    this.page = page;
    this.bar = bar;
    const { name, title, steps } = JSON.parse(bar.dataset.story);
    for (const step of steps) Object.assign(step, { address: fl.base + step.address, stream: fl.base + step.stream });
    Object.assign(this, { name, title, steps, place: null, taken: false, ready: false, asking: false });
    this.layers = {};
    if (innerWidth > fl.Lecture.WIDE) page.drawing.large = fl.Lecture.LARGE;
    const { history: kept } = page, entry = kept.entry.bind(kept);
    kept.address = () => (this.taken ? `${this.step.address}?${kept.query()}` : this.step.address);
    kept.entry = () => ({ ...entry(), taken: this.taken });
    document.getElementById("step-back").onclick = () => this.go(this.place - 1);
    document.getElementById("step-next").onclick = () => this.next();
    document.getElementById("take-controls").onclick = () => (this.taken ? this.giveBack() : this.take());
  }

  get there() {
    return this.bar.isConnected;
  }

  get step() {
    return this.steps[this.place];
  }

  // The place of the step of a path: the first one's where the path names only the story.
  placeOf(path) {
    const bare = path.replace(/\/$/, "");
    if (bare === `${fl.base}/lecture/${this.name}`) return 0;
    const place = this.steps.findIndex(({ address }) => address === bare);
    return place < 0 ? null : place;
  }

  async begin() {
    const place = this.placeOf(location.pathname) ?? 0;
    const query = location.search.slice(1);
    const entry = history.state;
    const kept = entry && entry.taken ? this.page.history.stateOf(entry) : null;
    this.place = place;
    if (!kept && query) await this.page.readLink(query);
    if (fl.page !== this.page) return;
    this.enter(place, kept || (query ? this.page.state : null), kept ? entry.only : this.page.history.only);
    this.page.history.mark(this.page.state);
  }

  // Shows a step; with a state of its own, where the audience has had the controls, and a link's choice of these.
  enter(place, state = null, only = null) {
    this.place = place;
    this.close();
    const { page, step } = this;
    Object.assign(page.history, { depth: 0, top: 0, only: state && only });
    document.title = [step.title, this.title, document.querySelector(".brand").textContent].join(" · ");
    document.getElementById("step").replaceChildren(fl.make("h2", { textContent: step.title }), fl.make("div", { innerHTML: step.text }));
    document.getElementById("step-place").textContent = `${place + 1} / ${this.steps.length}`;
    this.bar.querySelector(".story-text").scrollTop = 0;
    this.ready = state !== null;
    this.setAsking(state === null && step.question !== null);
    this.hold(state !== null);
    for (const { id, name } of Object.values(page.drawing.figures)) {
      document.getElementById(id).closest("section").hidden = !step.figures.includes(name);
    }
    document.getElementById("step-back").disabled = place === 0;
    document.getElementById("step-next").disabled = place === this.steps.length - 1 && !this.asking;
    page.restore(structuredClone(state || step.state));
  }

  // While a question is open, colors, dashes and words that tell a fate are taken away; where a curve is to be drawn,
  // lines that lead the hand too.
  setAsking(asking) {
    this.asking = asking;
    this.bar.toggleAttribute("data-asking", asking);
    this.bar.toggleAttribute("data-drawing", asking && this.step.question.draw !== undefined);
    this.page.describe();
  }

  // What a step has done is undone.
  close() {
    this.page.player.playing = false;
    this.page.player.until = 1;
    this.page.player.speed.value = 1;
    this.pad = null;
    this.guess = null;
    document.getElementById("question").replaceChildren();
    for (const layer of Object.values(this.layers).flat()) layer.replaceChildren();
    for (const row of document.querySelectorAll(".control.lit")) row.classList.remove("lit");
  }

  // The picture of the step is complete.
  drawn() {
    if (this.ready || !this.there) return;
    this.ready = true;
    const { page, step } = this;
    const next = this.steps[this.place + 1];
    if (next) fl.ahead.fetch(next.stream);
    if (step.question) this.ask(step.question); else this.play();
    for (const { control } of step.mark) {
      if (!control) continue;
      for (const { id, key } of page.view.controls) {
        const row = key === control && document.getElementById(`${id}-row`);
        if (row) row.classList.add("lit");
      }
    }
    this.draw();
  }

  play() {
    const { player } = this.page, { play } = this.step;
    if (!play || !player.there || !player.clock) return;
    const place = (time, otherwise) => (time === undefined ? otherwise : player.clock.position(time));
    player.until = place(play.to, 1);
    player.speed.value = play.speed || 1;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) { player.go(player.until, true); return; }
    player.go(place(play.from, 0), true);
    player.play();
  }

  next() {
    if (this.asking && this.ready && !this.taken) this.reveal(null);
    else this.go(this.place + 1);
  }

  go(place) {
    if (place < 0 || place >= this.steps.length) return;
    const { page } = this, to = this.steps[place];
    if (to.view !== page.view.name) { page.history.settle(); page.open(to.address); return; }
    page.history.settle();
    this.taken = false;
    this.place = place;
    page.history.state = to.state;
    page.history.put("pushState");
    this.enter(place);
    document.getElementById("step").focus({ preventScroll: true });
    if (innerWidth <= fl.Lecture.WIDE) scrollTo(0, 0);
  }

  // The browser has gone to another entry of this story and view. Whether it was one.
  arrived(entry) {
    const place = this.there ? this.placeOf(location.pathname) : null;
    if (place === null || this.steps[place].view !== this.page.view.name) return false;
    const { page } = this;
    const same = place === this.place;
    page.history.arrived(entry);
    const state = entry && entry.taken ? page.history.stateOf(entry) : null;
    if (same && state) { page.history.only = entry.only; this.hold(true); page.restore(state); } else this.enter(place, state, state && entry.only);
    return true;
  }

  // --- the audience's hands ---

  // Whether the audience has the controls, and which of them.
  hold(taken) {
    this.taken = taken;
    this.bar.toggleAttribute("data-taken", taken);
    const button = document.getElementById("take-controls");
    button.textContent = taken ? "Back to the story" : "Take the controls";
    button.setAttribute("aria-pressed", taken);
    this.page.showOnly(taken ? this.page.history.only : null);
  }

  take() {
    const { page } = this;
    if (this.asking) this.reveal(null);
    page.history.settle();
    this.hold(true);
    page.sync();
    page.history.record(page.state);
    page.history.settle();
    page.sync();
    page.announce("The controls are yours. Escape goes back to the story.");
  }

  giveBack() {
    const { page } = this;
    page.history.settle();
    this.taken = false;
    page.history.state = this.step.state;
    page.history.put("pushState");
    this.enter(this.place);
    document.getElementById("take-controls").focus({ preventScroll: true });
  }

  // --- predict, then reveal ---

  ask(question) {
    const place = document.getElementById("question");
    const { player } = this.page;
    const { from } = this.step.play || {};
    if (player.clock) player.go(from === undefined ? 0 : player.clock.position(from), true);
    place.replaceChildren(fl.make("p", { className: "ask", innerHTML: question.ask }));
    if (question.draw) {
      place.append(
        fl.make("p", { className: "hint", textContent: "Draw it in the panel; by keyboard: Tab to the panel, ↑ ↓ change the value, ← → go on." }),
        fl.make("button", { type: "button", className: "tool reveal", textContent: "Reveal", onclick: () => this.reveal(null) }),
      );
      this.pad = new fl.Pad(this.page, question);
      return;
    }
    question.choices.forEach((choice, k) => {
      const button = fl.make("button", { type: "button", className: "choice", innerHTML: choice, data: { choice: k } });
      button.onclick = () => this.reveal(k);
      place.append(button);
    });
  }

  // The answer, and the picture that shows it.
  reveal(chosen) {
    if (!this.asking || !this.ready) return;
    this.setAsking(false);
    const { question } = this.step, place = document.getElementById("question");
    for (const button of place.querySelectorAll(".choice")) {
      const k = Number(button.dataset.choice);
      button.disabled = true;
      if (k === question.answer) button.dataset.right = true;
      else if (k === chosen) button.dataset.wrong = true;
    }
    const verdict = chosen === null ? "" : chosen === question.answer ? "Right. " : "Not so. ";
    const told = fl.make("div", { className: "then", innerHTML: question.then, tabIndex: -1, role: "status" });
    if (verdict) told.prepend(fl.make("strong", { textContent: verdict }));
    if (this.pad) told.append(fl.make("p", { textContent: this.pad.verdict() }));
    for (const old of place.querySelectorAll(".hint, .reveal")) old.remove();
    place.append(told);
    told.focus({ preventScroll: true });
    told.scrollIntoView({ block: "nearest" });
    if (this.pad) this.pad.close();
    document.getElementById("step-next").disabled = this.place === this.steps.length - 1;
    const { player } = this.page;
    if (this.step.play) this.play();
    else if (player.there) player.finish();
    this.draw();
  }

  // --- what is marked ---

  draw() {
    if (!this.there || !this.step) return;
    for (const figure of Object.values(this.page.drawing.figures)) {
      const { gd, name } = figure;
      if (!gd || !gd._fullLayout || !gd._fullLayout.xaxis) continue;
      if (!this.layers[name] || !this.layers[name].every(({ isConnected }) => isConnected)) {
        this.layers[name] = [0, 1].map(() => fl.svg("svg", { class: "layer spot story-spot", "aria-hidden": "true" }));
        gd.before(this.layers[name][0]);
        gd.after(this.layers[name][1]);
      }
      const first = figure === Object.values(this.page.drawing.figures)[0];
      const marks = this.ready && !this.taken && !this.asking ? this.step.mark : [];
      const [under, over] = this.layers[name], lines = (mark) => ["trace", "run", "level"].some((kind) => kind in mark);
      under.replaceChildren(...marks.filter(lines).flatMap((mark) => this.shapes(mark, figure, first)));
      over.replaceChildren(...marks.filter((mark) => !lines(mark)).flatMap((mark) => this.shapes(mark, figure, first)));
    }
    if (this.pad) this.pad.draw();
  }

  // Points and levels are places in the first figure, rows those of the last one that is seen.
  shapes(mark, { gd, lines, name }, first) {
    const full = gd._fullLayout, { xaxis, yaxis } = full;
    const within = (...shapes) => fl.svg("svg", { x: xaxis._offset, y: yaxis._offset, width: xaxis._length, height: yaxis._length }, ...shapes);
    const path = (x, y) => {
      let pen = "M", d = "";
      for (let k = 0; k < Math.min(x.length, y.length); k += 1) {
        const px = x[k] === null ? NaN : xaxis.d2p(x[k]), py = y[k] === null ? NaN : yaxis.d2p(y[k]);
        if (!Number.isFinite(px) || !Number.isFinite(py)) { pen = "M"; continue; }
        d += `${pen}${px.toFixed(1)} ${py.toFixed(1)}`;
        pen = "L";
      }
      return fl.svg("path", { d });
    };
    if (mark.trace && first) return [within(...gd._fullData.filter(({ name, visible }) => visible && name.startsWith(mark.trace)).map(({ x, y }) => path(x, y)))];
    if (mark.run !== undefined && first) return [within(...(lines || []).filter(({ run }) => run === this.page.drawing.picture.runs[mark.run]).map(({ run, x, y }) => path(run.columns[x] || [], run.columns[y] || [])))];
    if (mark.point && first) return [fl.svg("circle", { cx: xaxis._offset + xaxis.d2p(mark.point[0]), cy: yaxis._offset + yaxis.d2p(mark.point[1]), r: 13 })];
    if (mark.level !== undefined && first) return [within(fl.svg("line", { x1: 0, x2: xaxis._length, y1: yaxis.d2p(mark.level), y2: yaxis.d2p(mark.level) }))];
    const row = mark.row !== undefined && name === this.step.figures.at(-1) && full[mark.row ? `yaxis${mark.row + 1}` : "yaxis"];
    return row ? [fl.svg("rect", { x: 4, y: row._offset - 6, width: gd.clientWidth - 8, height: row._length + 12, rx: 8 })] : [];
  }
};

// A pad over a row of the panels, on which a guess of a column is drawn before the run is seen.
fl.Pad = class {
  static PLACES = 25;

  constructor(page, { draw, run }) {
    this.page = page;
    this.column = draw;
    this.run = page.drawing.picture.runs[run];
    this.figure = Object.values(page.drawing.figures).find(({ lines }) => this.lineIn(lines) && this.lineIn(lines).x === this.run.clock);
    this.guess = Array(fl.Pad.PLACES).fill(null);
    this.pen = 0;
    if (!this.figure) return;
    this.layer = fl.svg("svg", { class: "layer pad", tabindex: 0, role: "application", "aria-label": `Draw ${draw}: up and down change the value, right and left go on and back` });
    this.figure.gd.after(this.layer);
    this.layer.addEventListener("pointerdown", (event) => { this.layer.setPointerCapture(event.pointerId); this.down = true; this.last = null; this.point(event); });
    this.layer.addEventListener("pointermove", (event) => { if (this.down) this.point(event); });
    for (const end of ["pointerup", "pointercancel"]) this.layer.addEventListener(end, () => { this.down = false; });
    this.layer.addEventListener("keydown", (event) => this.key(event));
    this.draw();
  }

  lineIn(lines) {
    return (lines || []).find(({ run, y, from }) => run === this.run && y === this.column && !from);
  }

  get axes() {
    const full = this.figure.gd._fullLayout;
    return { xaxis: full.xaxis, yaxis: full[this.lineIn(this.figure.lines).yaxis] };
  }

  // Values between the places that a fast pointer has met are filled in.
  point(event) {
    const { xaxis, yaxis } = this.axes, frame = this.figure.gd.getBoundingClientRect();
    const share = (event.clientX - frame.left - xaxis._offset) / xaxis._length;
    const height = Math.min(Math.max(event.clientY - frame.top - yaxis._offset, 0), yaxis._length);
    const k = Math.min(Math.max(Math.round(share * (fl.Pad.PLACES - 1)), 0), fl.Pad.PLACES - 1);
    const value = yaxis.p2d(height), from = this.last ?? k;
    for (let i = Math.min(from, k); i <= Math.max(from, k); i += 1) {
      const part = from === k ? 1 : (i - from) / (k - from);
      this.guess[i] = from === k ? value : this.guess[from] + part * (value - this.guess[from]);
    }
    this.last = this.pen = k;
    this.draw();
  }

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const { xaxis, yaxis } = this.axes, [low, high] = yaxis.range.map((edge) => yaxis.r2c(edge));
    const up = { ArrowUp: 1, ArrowDown: -1 }[event.key], along = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!up && !along) return;
    event.preventDefault();
    event.stopPropagation();
    const here = this.guess[this.pen] ?? this.guess[this.pen - 1] ?? Math.max(low, Math.min(0, high));
    if (along) {
      this.guess[this.pen] = here;
      this.pen = Math.min(Math.max(this.pen + along, 0), fl.Pad.PLACES - 1);
      this.guess[this.pen] ??= here;
    } else this.guess[this.pen] = Math.min(Math.max(here + up * (high - low) / 20, low), high);
    const time = xaxis.p2d(this.pen / (fl.Pad.PLACES - 1) * xaxis._length);
    this.page.announce(`${this.page.view.time.symbol} = ${fl.shown(time)}: ${this.column} = ${fl.shown(this.guess[this.pen])}`);
    this.draw();
  }

  draw() {
    if (!this.layer) return;
    const { xaxis, yaxis } = this.axes;
    const at = (k) => [xaxis._offset + k / (fl.Pad.PLACES - 1) * xaxis._length, yaxis._offset + yaxis.d2p(this.guess[k])];
    const drawn = this.guess.map((value, k) => (value === null ? null : at(k))).filter(Boolean);
    const pen = this.guess[this.pen] === null ? [] : [fl.svg("circle", { cx: at(this.pen)[0], cy: at(this.pen)[1], r: 7 })];
    const ground = fl.svg("rect", { x: xaxis._offset, y: yaxis._offset, width: xaxis._length, height: yaxis._length });
    this.layer.replaceChildren(ground, fl.svg("path", { d: drawn.map(([x, y], k) => `${k ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("") }), ...(this.closed ? [] : pen));
  }

  // What is drawn stays, to be compared; nothing more is drawn.
  close() {
    this.closed = true;
    if (!this.layer) return;
    this.layer.setAttribute("tabindex", -1);
    this.layer.classList.add("closed");
    this.draw();
  }

  // The guess beside the truth, in numbers.
  verdict() {
    const drawn = this.guess.filter((value) => value !== null);
    if (!drawn.length) return "";
    const values = this.run.columns[this.column];
    const most = (list) => list.reduce((best, value) => Math.max(best, value), -Infinity);
    return `You drew ${this.column} up to ${fl.shown(most(drawn))}, ending at ${fl.shown(drawn[drawn.length - 1])}. It goes up to ${fl.shown(most(values))} and ends at ${fl.shown(values[values.length - 1])}.`;
  }
};

// Steps go before everything else that knows these keys.
document.addEventListener("keydown", (event) => {
  const { lecture } = fl;
  if (!lecture || !lecture.there || event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
  const { target, key } = event;
  if (target.closest("input[type=text], input[type=number], textarea, select, [role=application]")) return;
  const own = target.closest("input"), pressed = target.closest("button, a, summary");
  const { taken } = lecture;
  let done = true;
  if (key === "PageDown" && !(own && taken)) lecture.next();
  else if (key === "PageUp" && !(own && taken)) lecture.go(lecture.place - 1);
  else if (key === "t" || key === "T") { if (taken) lecture.giveBack(); else lecture.take(); }
  else if (taken && key === "Escape" && !fl.openMenus().length) lecture.giveBack();
  else if (taken) done = false;
  else if (key === "ArrowRight" && !own) lecture.next();
  else if (key === "ArrowLeft" && !own) lecture.go(lecture.place - 1);
  else if (key === " " && !own && !pressed) lecture.next();
  else if (/^[1-5]$/.test(key) && lecture.asking && lecture.step.question.choices && lecture.step.question.choices[key - 1]) lecture.reveal(Number(key) - 1);
  else done = false;
  if (done) { event.preventDefault(); event.stopImmediatePropagation(); }
}, true);

// A finger that goes across; not one on the player or the pad.
fl.swipe = null;
document.addEventListener("touchstart", ({ touches, target }) => {
  fl.swipe = touches.length === 1 && !target.closest(".player, .pad, input, .controls") ? [touches[0].clientX, touches[0].clientY] : null;
}, { passive: true });
document.addEventListener("touchend", ({ changedTouches }) => {
  const { lecture, swipe } = fl;
  if (!swipe || !lecture || !lecture.there || lecture.taken) return;
  const across = changedTouches[0].clientX - swipe[0], down = changedTouches[0].clientY - swipe[1];
  if (Math.abs(across) < fl.Lecture.SWIPE || Math.abs(across) < 2 * Math.abs(down)) return;
  if (across < 0) lecture.next(); else lecture.go(lecture.place - 1);
}, { passive: true });

// Before Dash, which would build the same page again.
window.addEventListener("popstate", (event) => {
  if (fl.lecture && fl.lecture.arrived(event.state)) event.stopImmediatePropagation();
}, true);
