// The page at work: the state, the stream of its picture, and everything that changes either.
window.fl = window.fl || {};

// Nodes of a sentence: what follows _ is lowered, what follows ^ is raised.
fl.typeset = (text) => text.split(/([_^](?:\([^)]*\)|[A-Za-z0-9]+))/).map((piece) => {
  if (!/^[_^]./.test(piece)) return document.createTextNode(piece);
  const node = document.createElement(piece[0] === "_" ? "sub" : "sup");
  node.textContent = piece.slice(1).replace(/[()]/g, "");
  return node;
});

fl.Page = class {
  constructor(view) {
    this.view = view;
    this.pathname = location.pathname;
    this.state = structuredClone(view.initial);
    this.moved = -Infinity; // when a control was moved last
    this.worded = -Infinity; // when what is said was asked for last
    this.texts = {}; // what is said of each figure
    this.token = 0; // of the latest request: chunks of any other are dropped
    this.abort = new AbortController();
    this.ask = () => { if (fl.page === this) this.request(); };
    this.gate = new fl.Gate(() => fl.whenSeen(this.ask));
    this.history = new fl.History(view);
    this.controls = new fl.Controls(view, this.history, (patch) => this.change(patch), (sentences) => this.say(sentences));
    this.compare = new fl.Compare(document.getElementById("comparison"), view, (patch) => this.settled(patch));
    this.drawing = new fl.Drawing(view, (figure) => this.listen(figure));
    this.run = null; // the long run of the picture, in a view that has them
    this.progress = new fl.Progress(document.getElementById("progress"), {
      pause: () => this.run.set("paused"), on: () => this.run.set("live"), train: () => this.run.set("live"), cancel: () => this.cancel(),
    });
    this.player = new fl.Player(document.getElementById("player") || document.createElement("div"), view.time.symbol, (time, settled) => this.moveCursor(time, settled));
    this.buildPresets();
    this.take = new fl.Take(this);
    this.causes = new fl.Causes(this);
    this.upload = new fl.Upload(this);
  }

  static MOVING = 150; // ms after which a hand that has not moved rests
  static PATIENCE = 120; // ms before a picture is shown in pieces
  static MISSING = 15000; // ms after which plotly is missed
  static TOLD = 2200; // ms that a short notice stays
  static RETRY = [1000, 10000]; // ms until a server that does not answer is asked again: first, at most
  static READING = 140; // ms between two versions of the sentences: faster ones cannot be read
  // Between two pictures that a moving hand asks for with all that is said of them: ms, and times what a picture takes,
  // so that a server with many hands at once has most of its time for their pictures.
  static WORDS = [500, 20];
  static ANNOUNCED = 900; // ms of rest after which a screen reader is told

  async start() {
    const query = location.search.slice(1);
    const kept = this.history.stateOf(history.state);
    if (kept) this.state = kept;
    if (kept) this.showOnly(history.state.only);
    this.history.mark(this.state);
    this.sync();
    if (!kept && query) {
      await this.readLink(query);
      if (fl.page !== this) return;
      this.history.mark(this.state);
      this.sync();
    }
    this.autoplay = !kept && !query && this.lively;
    this.gate.go();
    this.pointTo(location.hash.slice(1));
  }

  // A link may name a control: its group is opened, and it gets the focus.
  pointTo(id) {
    const named = this.view.controls.find((control) => id.replace(/-(on|box)$/, "") === control.id);
    const place = named && document.getElementById(id);
    if (!place) return;
    for (let group = place.closest("details"); group; group = group.parentElement.closest("details")) group.open = true;
    if (getComputedStyle(document.getElementById("controls-button")).display !== "none") fl.drawer(true);
    const input = place.matches("input") ? place : place.querySelector("input:checked, input");
    input.focus({ focusVisible: true });
    input.scrollIntoView({ block: "nearest" });
  }

  // Whether what moves by itself is welcome.
  get lively() { return !matchMedia("(prefers-reduced-motion: reduce)").matches; }

  // The server reads links: the nearest valid state, and what had to be changed.
  async readLink(query) {
    const url = `${fl.base}/resolve/${this.view.name}?${query}`;
    for (let pause = fl.Page.RETRY[0]; ; pause = Math.min(2 * pause, fl.Page.RETRY[1])) {
      await new Promise(fl.whenSeen);
      const response = await fetch(url).catch(() => null);
      if (response && response.status < 500) {
        const tooLong = { state: this.view.initial, sentences: ["The link is too long to be read."], nearest: false };
        const body = response.ok ? await response.json() : tooLong;
        this.state = body.state;
        this.showOnly(body.only);
        this.say([...body.sentences, ...(body.nearest ? ["This is the nearest picture."] : [])]);
        return;
      }
      this.say(["The server does not answer. The link is read as soon as it does."]);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  // The link's choice of controls.
  showOnly(only) {
    this.history.only = only || null;
    this.controls.only = only || this.usual;
  }

  // Those that are shown where the link makes no choice, null for all: a lecture's step may give only some.
  get usual() {
    return fl.lecture && fl.lecture.there ? fl.lecture.step.controls : null;
  }

  // A control has changed some fields of the state.
  change(patch) {
    const before = fl.asked(this.view, this.state);
    this.state = { ...this.state, ...patch };
    this.history.record(this.state);
    this.sync();
    if (fl.asked(this.view, this.state) === before) { this.show(); return; }
    if (this.state.watched) this.state.watched = "auto"; // it is another run
    this.moved = performance.now();
    if (!this.lost) this.say([]);
    this.autoplay = false;
    if (this.player.playing) this.player.finish();
    clearTimeout(this.resting);
    this.gate.pass();
    if (this.sketching) this.resting = setTimeout(() => this.gate.pass(), 2 * fl.Page.MOVING);
  }

  // Whether a rougher picture is drawn while a hand is moving.
  get sketching() {
    return Object.keys(this.view.drag_overrides).length > 0;
  }

  // A change that is a step of its own in the history.
  settled(patch) {
    this.history.settle();
    this.change(patch);
    this.history.settle();
  }

  // Whether a hand is on a control: what is under it goes before everything else.
  get moving() {
    return performance.now() < this.moved + fl.Page.MOVING;
  }

  // A whole state at once: undo and redo, a preset, the beginning.
  restore(state) {
    this.state = state;
    this.say([]);
    this.player.playing = false;
    this.autoplay = false;
    this.controls.release();
    this.sync();
    this.gate.go();
  }

  // A whole state as a change of its own.
  leap(state) {
    this.history.settle();
    this.history.record(state);
    this.history.settle();
    this.restore(state);
  }

  reset() {
    this.leap(structuredClone(this.view.initial));
  }

  // Controls and buttons follow the state.
  sync() {
    this.controls.sync(this.state);
    this.compare.sync(this.state);
    this.upload.sync(this.state);
    this.presets.value = this.presetOf() || "";
    if (!fl.lecture) document.title = [this.heading(), this.view.title, document.querySelector(".brand").textContent].filter(Boolean).join(" · ");
    this.enable("undo-button", this.history.depth > 0);
    this.enable("redo-button", this.history.depth < this.history.top);
    for (const { id, window } of Object.values(this.view.figures)) document.getElementById(`${id}-whole`).hidden = !this.state[window];
  }

  // A button that has the focus and is of no more use gives it to the page.
  enable(id, useful) {
    const button = document.getElementById(id);
    if (!useful && document.activeElement === button) document.getElementById("page").focus();
    button.disabled = !useful;
  }

  buildPresets() {
    const place = document.getElementById("presets");
    this.presets = fl.make("select", { id: "preset", className: "preset", aria: { label: "Preset" } });
    const group = fl.make("optgroup", { label: "Presets" });
    for (const [name, { title }] of Object.entries(this.view.presets)) group.append(fl.make("option", { value: name, textContent: title }));
    this.presets.append(fl.make("option", { value: "", textContent: "Own parameters", hidden: true }), group);
    this.presets.onchange = () => this.preset(this.presets.value);
    place.replaceChildren(this.presets);
  }

  preset(name) {
    const preset = this.view.presets[name];
    if (!preset) return;
    const kept = this.view.parameters.filter(({ name, kept_by_presets }) => kept_by_presets && !preset.shows.includes(name));
    this.leap({ ...structuredClone(preset.state), ...Object.fromEntries(kept.map(({ name }) => [name, this.state[name]])) });
    this.autoplay = this.view.runs && this.lively; // a record is replayed at once
  }

  // The preset whose physics the state has, if any, and what else belongs to it: of several the most particular.
  presetOf() {
    const physics = (state) => fl.asked(this.view, state, ["physics"]);
    const mine = physics(this.state);
    const [found] = Object.entries(this.view.presets)
      .filter(([, { state, shows }]) => physics(state) === mine && shows.every((name) => String(state[name]) === String(this.state[name])))
      .sort(([, one], [, other]) => other.shows.length - one.shows.length);
    return found ? found[0] : null;
  }

  // What the state is, as the server says it in the page's title: a preset, or what is another than at first.
  heading() {
    const preset = this.presetOf();
    if (preset) return this.view.presets[preset].title;
    const changed = this.view.parameters.filter(({ name, group }) => group === "physics" && this.state[name] !== null && String(this.state[name]) !== String(this.view.initial[name]));
    const written = (value) => {
      if (typeof value !== "number") return value;
      const [mantissa, power] = value.toExponential(3).split("e").map(Number);
      const raised = String(power).replace(/[-\d]/g, (digit) => (digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]));
      const text = power >= -4 && power < 4 ? Number(value.toPrecision(4)) : `${mantissa === 1 ? "" : `${mantissa}·`}10${raised}`;
      return String(text).replace("-", "−");
    };
    const told = changed.slice(0, 3).map(({ name, symbol, length }) => {
      const value = this.state[name], text = [value].flat().slice(0, 9).map(written).join(", ");
      return `${symbol} = ${Array.isArray(value) && value.length > 1 && length[1] > 1 ? `(${text})` : text}`;
    });
    return told.join(", ") + (changed.length > 3 ? ", …" : "");
  }

  async request() {
    this.abort.abort();
    this.abort = new AbortController();
    clearTimeout(this.retry);
    const { signal } = this.abort;
    const token = (this.token += 1);
    const asked = performance.now();
    const picture = new fl.Picture(this.view.time.column);
    const rough = this.sketching && this.moving ? this.view.drag_overrides : {};
    const alone = !this.sketching && this.moving && asked < this.worded + Math.max(fl.Page.WORDS[0], fl.Page.WORDS[1] * this.gate.took);
    if (alone) {
      clearTimeout(this.resting);
      this.resting = setTimeout(() => this.gate.pass(), 2 * fl.Page.MOVING);
    } else this.worded = asked;
    const query = fl.asked(this.view, { ...this.state, ...rough });
    const place = document.querySelector(".below");
    if (place) place.classList.add("waiting");
    let shown = 0, seen = false, run = null;
    const batch = () => {
      if (token !== this.token || !this.drawing.ready() || shown === picture.version) return;
      // A quick picture is drawn once, whole; a slow one as it comes; one that is refined each time that it is finer.
      if (!picture.complete && performance.now() < asked + fl.Page.PATIENCE) return;
      shown = picture.version;
      this.drawing.picture = picture;
      this.shownToken = token;
      this.show();
      // What is refined may be given up for a newer value as soon as anything of it is seen.
      if ((picture.complete || this.sketching) && !seen) { seen = true; this.gate.seen(); }
    };
    if (this.view.runs) run = this.run = new fl.LongRun(this, query, picture, batch);
    try {
      await fl.read(`${fl.base}/stream/${this.view.name}?${alone ? "text=0&" : ""}${query}`, signal, {
        onRelease: (release) => this.checkRelease(release),
        onChunk: (chunk) => {
          const passed = token !== this.token ? null : run ? run.passed(chunk) : chunk;
          if (passed) this.receive(passed, picture);
        },
        onBatch: batch,
      });
      await this.whenReady(signal);
      if (token !== this.token) return;
      batch();
      await this.drawing.drawn;
      if (token !== this.token) return;
      if (place) place.classList.remove("waiting");
      this.progress.hide();
      if (alone) return;
      document.body.dataset.drawn = query; // says which state's picture is complete
      if (fl.lecture) fl.lecture.drawn();
      if (run && !picture.final) {
        const over = await run.watch(signal);
        if (token !== this.token || !over) return;
        this.finished(query);
      }
      if (this.autoplay && this.player.there) this.player.play();
      this.autoplay = false;
    } catch (error) {
      if (token === this.token && error.name !== "AbortError") this.failed(error);
    }
  }

  // The run of a picture has come to its end.
  finished(query) {
    document.body.dataset.finished = query; // says whose
  }

  // A refusal is said; a server that is away is asked again until it is back.
  failed(error) {
    const { waiting } = this.gate;
    this.gate.close();
    this.progress.hide();
    document.querySelector(".below").classList.remove("waiting");
    if (error.sentences) {
      this.say(error.sentences);
      if (waiting) this.gate.go();
      return;
    }
    if (error instanceof fl.Later) {
      this.lost = true; // what is said stays until there is a picture
      this.say([error.message, "It is asked for again by itself."]);
      this.retry = setTimeout(() => { if (fl.page === this) this.gate.go(); }, error.wait);
      return;
    }
    if (!(error instanceof fl.Lost)) {
      console.error(error);
      this.say(["This picture could not be drawn; that is a mistake of ours. Another one may do, and the link keeps this one."]);
      return;
    }
    const [first, most] = fl.Page.RETRY;
    this.pause = this.lost && this.pause ? Math.min(2 * this.pause, most) : first;
    this.lost = true;
    this.say(["The server does not answer. Nothing is lost: the picture is the last one that arrived, and the server is asked again."]);
    this.retry = setTimeout(() => { if (fl.page === this) this.gate.go(); }, this.pause);
  }

  // The server has been updated since this page was loaded: it still answers, a reload is offered.
  checkRelease(release) {
    if (!release || release === this.view.release || this.outdated) return;
    this.outdated = true;
    document.getElementById("outdated").hidden = false;
  }

  // Plotly arrives a little after the page.
  whenReady(signal) {
    return new Promise((resolve) => {
      const begun = performance.now();
      const look = () => {
        if (signal.aborted) return;
        if (this.drawing.ready()) { resolve(); return; }
        if (performance.now() > begun + fl.Page.MISSING) this.say(["A part of this page has not arrived. Reloading it may help; the link keeps the picture."]);
        requestAnimationFrame(look);
      };
      look();
    });
  }

  receive(chunk, picture) {
    if (this.lost && chunk.kind === "end") { this.lost = false; this.say([]); }
    if (chunk.kind === "text") this.pendingWords = chunk;
    else if (chunk.kind === "progress") this.progress.show(chunk);
    else if (chunk.kind === "waiting") document.getElementById("status").textContent = chunk.sentence;
    else if (chunk.kind === "end") { if (!chunk.alone) this.read(chunk); }
    else if (chunk.kind === "error") this.say([chunk.sentence]);
    else picture.take(chunk);
  }

  // The words of the latest picture, not more often than they can be read.
  read(end) {
    this.pendingEnd = end;
    if (this.reading) return;
    const write = () => {
      if (!this.pendingEnd) { this.reading = null; return; }
      document.getElementById("status").textContent = this.pendingEnd.status;
      this.words(this.pendingWords);
      this.pendingEnd = null;
      this.reading = setTimeout(write, fl.Page.READING);
    };
    write();
  }

  // Draws the present picture with the present display; the player follows.
  show() {
    const { picture } = this.drawing;
    if (!this.drawing.ready() || !Object.keys(picture.scenes).length) return;
    this.player.load(new fl.Clock(picture, this.state.clock, this.view.trajectory_axes), this.state.cursor);
    this.drawing.draw(this.state, this.player.time, fl.dark(), this.moving);
    for (const { hand } of Object.values(this.drawing.figures)) if (hand) hand.draw();
  }

  // Draws all figures at once, in the size that they have now.
  redraw() {
    this.drawing.forget();
    this.show();
    this.drawing.finish();
  }

  words(chunk) {
    const list = (id, texts) => {
      const items = texts.map((text) => fl.make("li", {}, ...fl.typeset(text)));
      document.getElementById(id).replaceChildren(...items);
      return items;
    };
    if (chunk.runs) {
      const items = list("sentences", chunk.runs);
      items.forEach((item, index) => {
        const { color, fate } = chunk.fates[index];
        item.style.setProperty("--light", color);
        item.style.setProperty("--dark", this.view.toDark[color]);
        item.dataset.fate = fate.toLowerCase();
      });
      this.causes.tell(items, chunk.causes);
    }
    list("notes", chunk.notes);
    for (const { text, href: address } of chunk.links || []) {
      const href = address.startsWith("/") ? fl.base + address : address;
      const link = fl.make("a", { href, textContent: text });
      link.onclick = (event) => { if (!event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); this.open(href); } };
      document.getElementById("notes").append(fl.make("li", {}, link));
    }
    this.texts = chunk.figures;
    this.describe();
    const preset = this.presetOf();
    const caption = document.getElementById("caption");
    caption.hidden = !preset;
    if (preset) {
      const { caption: text, paper } = this.view.presets[preset];
      const link = fl.make("a", { href: paper.url, title: paper.citation, target: "_blank", rel: "noopener", textContent: paper.short });
      caption.replaceChildren(text, " ", fl.make("cite", {}, link));
    }
    clearTimeout(this.announcing);
    if (chunk.runs && !(fl.lecture && fl.lecture.asking)) this.announcing = setTimeout(() => this.announce(chunk.runs.join(" ")), fl.Page.ANNOUNCED);
  }

  // What a screen reader says of each figure; not while a question about it is open.
  describe() {
    for (const [name, text] of Object.entries(this.texts)) {
      document.getElementById(`${this.view.figures[name].id}-text`).textContent = fl.lecture && fl.lecture.asking ? fl.Lecture.HELD : text;
    }
  }

  // Goes to another view: Dash looks at the address when the browser says that it has changed.
  open(address) {
    if (fl.embed) { window.open(address, "_blank", "noopener"); return; }
    this.history.settle();
    history.pushState({}, "", address);
    window.dispatchEvent(new PopStateEvent("popstate", { state: {} }));
  }

  // A short notice, for the eye and for a screen reader.
  tell(text) {
    const place = document.getElementById("notice");
    place.textContent = text;
    place.hidden = false;
    clearTimeout(this.telling);
    this.telling = setTimeout(() => { place.hidden = true; }, fl.Page.TOLD);
  }

  // What a screen reader is told without being asked: of an action before what waits to be said of a picture.
  announce(text) {
    clearTimeout(this.announcing);
    document.getElementById("announcer").textContent = text.replace(/[_^]/g, " ");
  }

  moveCursor(time, settled) {
    if (!this.drawing.picture.runs.length) return;
    this.drawing.cut(time);
    if (!settled) return;
    this.state = { ...this.state, cursor: time === null ? null : Number(time.toPrecision(6)) };
    this.history.record(this.state, "same");
  }

  // Plotly's own events: zoom becomes part of the state, hovering a panel shows that moment.
  listen(figure) {
    const { gd } = figure;
    if (figure.points) figure.hand = new fl.Launcher(this, figure);
    if (figure.opens || figure.sets) figure.hand = new fl.Explorer(this, figure);
    gd.on("plotly_relayout", (event) => this.zoomed(figure, event));
    gd.on("plotly_doubleclick", () => this.keep({ [figure.window]: null }));
    for (const event of ["plotly_afterplot", "plotly_relayouting"]) gd.on(event, () => {
      this.drawing.overlaid(figure);
      if (figure.hand) figure.hand.draw();
      this.causes.draw();
      if (fl.lecture) fl.lecture.draw();
    });
    gd.on("plotly_hover", (event) => this.peek(event));
    gd.on("plotly_unhover", () => { this.drawing.place(this.player.time); this.player.show(); });
    gd.on("plotly_click", (event) => {
      const time = this.timeOf(event);
      if (time === null) return;
      this.player.pause();
      this.player.go(this.player.clock.position(time), true);
    });
  }

  timeOf(event) {
    const point = event.points && event.points[0];
    const meta = point && point.data.meta;
    return meta && meta.x === this.view.time.column ? point.x : null;
  }

  peek(event) {
    const time = this.timeOf(event);
    if (time === null || this.player.playing) return;
    this.drawing.place(time);
    this.player.show(time);
  }

  // The user has moved a figure's axes.
  zoomed(figure, event) {
    if (!event || !Object.keys(event).some((name) => /^[xy]axis\.range/.test(name))) return;
    const { xaxis, yaxis } = figure.gd._fullLayout;
    this.keep({ [figure.window]: this.windowOf(figure, xaxis.range, yaxis.range) });
  }

  // The window of a figure with these ranges of its axes, as the state holds it: x from and to, and y where it has it.
  windowOf({ gd, window, opens }, x, y) {
    const { xaxis, yaxis } = gd._fullLayout;
    const plain = (edges, { type }) => (type === "log" ? edges.map((decade) => 10 ** decade) : edges);
    const bounds = opens
      ? ["x", "y"].flatMap((name) => Array(2).fill(this.view.axes[this.state[name]].bounds))
      : this.view.parameters.find(({ name }) => name === window).bounds;
    return (bounds.length > 2 ? [...plain(x, xaxis), ...plain(y, yaxis)] : plain(x, xaxis))
      .map((edge, k) => Number(Math.min(Math.max(edge, bounds[k][0]), bounds[k][1]).toPrecision(6)));
  }

  // Moves or zooms a figure by shares of its window: to the right, up, by a factor.
  shift(figure, right, up, factor) {
    const { xaxis, yaxis } = figure.gd._fullLayout;
    if (xaxis.fixedrange) return;
    const moved = ([low, high], share) => {
      const middle = (low + high) / 2 + share * (high - low), half = ((high - low) / 2) * factor;
      return [middle - half, middle + half];
    };
    const window = this.windowOf(figure, moved(xaxis.range, right), moved(yaxis.range, up));
    if (window[0] < window[1] && !(window[2] >= window[3])) this.keep({ [figure.window]: window });
  }

  // A change of what is shown that is not worth a step of undo; the window of a map is part of what is computed.
  keep(patch) {
    if (fl.asked(this.view, { ...this.state, ...patch }) !== fl.asked(this.view, this.state)) { this.change(patch); return; }
    this.state = { ...this.state, ...patch };
    this.history.record(this.state, "same");
    this.sync();
    this.show();
  }

  // Sentences about a link, a refusal, a typed value or a lost connection.
  say(sentences) {
    const place = document.getElementById("alert");
    const text = sentences.join(" ");
    if (place.textContent !== text) place.textContent = text;
    place.hidden = !text;
  }

  // The user wants no more of this picture: the request ends, and with it the server's work.
  cancel() {
    if (this.run && this.run.signal) { this.run.set("off"); return; }
    const { stopped } = this.progress;
    this.abort.abort();
    this.gate.close();
    this.token += 1;
    this.progress.hide();
    document.querySelector(".below").classList.remove("waiting");
    document.getElementById("status").textContent = stopped;
    this.announce(stopped);
  }

  // The address is another view's: nothing that is under way may write on its page.
  stop() {
    this.abort.abort();
    this.token += 1;
    this.gate.close();
    this.history.settle();
    for (const timer of [this.retry, this.resting, this.announcing, this.reading, this.telling]) clearTimeout(timer);
    this.reading = this.pendingEnd = null;
    this.player.playing = false;
  }

  leave() {
    this.stop();
    this.progress.hide();
    delete document.body.dataset.drawn;
    delete document.body.dataset.finished;
    for (const { hand } of Object.values(this.drawing.figures)) if (hand) hand.close();
    this.drawing.close();
  }
};

// A view with the path prefix before its own addresses.
fl.behindBase = function (view) {
  const figures = Object.entries(view.figures).map(([name, figure]) => [
    name, figure.opens ? { ...figure, opens: fl.base + figure.opens } : figure,
  ]);
  return { ...view, path: fl.base + view.path, nav_path: fl.base + view.nav_path, figures: Object.fromEntries(figures) };
};

// What Dash calls: a view has come on the page.
window.dash_clientside = window.dash_clientside || {};
window.dash_clientside.frame = {
  mount(view) {
    if (fl.page) fl.page.leave();
    view = fl.behindBase(view);
    fl.page = new fl.Page(view);
    if (fl.embed) fl.embed.begin(fl.page);
    fl.lecture = fl.Lecture.here(fl.page);
    if (fl.lecture) fl.lecture.begin(); else fl.page.start();
    fl.showPlace(fl.lecture ? `${fl.base}/lecture` : view.nav_path, view.path);
    return view.name;
  },

  // The address has changed: Dash replaces the page, and mounts a view on it some time later. A page that is no view's
  // has its entry in the header too.
  arrive(pathname) {
    if (fl.page && fl.page.pathname !== location.pathname) fl.page.stop();
    const bare = pathname.replace(/(.)\/$/, "$1");
    if ([...document.querySelectorAll(".view-link")].some((link) => link.pathname === bare)) fl.showPlace(bare, bare);
    return pathname;
  },
};

// Says in the header, and in a view's tabs, where one is.
fl.showPlace = function (entry, path) {
  for (const link of document.querySelectorAll(".view-link, .page-link")) {
    if (link.pathname === (link.matches(".page-link") ? path : entry)) {
      link.setAttribute("aria-current", "page");
      link.scrollIntoView({ block: "nearest", inline: "nearest" }); // a phone's row of views scrolls
    } else link.removeAttribute("aria-current");
  }
};

window.addEventListener("popstate", (event) => {
  const page = fl.page;
  if (!page || location.pathname !== page.view.path) return;
  page.history.arrived(event.state);
  const state = page.history.stateOf(event.state);
  if (state) { page.restore(state); return; }
  page.readLink(location.search.slice(1)).then(() => {
    page.history.mark(page.state);
    page.restore(page.state);
  });
});

window.addEventListener("online", () => { if (fl.page && fl.page.lost) fl.page.gate.go(); });
window.addEventListener("pagehide", () => { if (fl.page) fl.page.history.settle(); });

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => {
  if (fl.keptTheme()) return;
  fl.setTheme(event.matches, false);
  if (fl.page) fl.page.show();
});
