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
    this.state = structuredClone(view.initial);
    this.token = 0; // of the latest request: chunks of any other are dropped
    this.abort = new AbortController();
    this.gate = new fl.Gate(() => this.follow());
    this.history = new fl.History(view);
    this.controls = new fl.Controls(view, (patch) => this.change(patch));
    this.drawing = new fl.Drawing(view);
    this.player = new fl.Player(document.getElementById("player"), (time, settled) => this.moveCursor(time, settled));
  }

  async start() {
    const query = location.search.slice(1);
    const kept = history.state;
    if (kept && kept.view === this.view.name && kept.state) this.state = kept.state;
    else if (query) await this.readLink(query);
    else this.autoplay = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.history.mark(this.state);
    this.controls.sync(this.state);
    this.request();
  }

  // The server reads links: the nearest valid state, and what had to be changed.
  async readLink(query) {
    const response = await fetch(`/state/${this.view.name}?${query}`);
    const body = response.ok ? await response.json() : { state: this.view.initial, sentences: ["The link is too long to be read."] };
    this.state = body.state;
    this.say(body.sentences.length ? [...body.sentences, "This is the nearest picture."] : []);
  }

  // A control has changed some fields of the state.
  change(patch) {
    const physics = this.part(patch, "physics");
    this.state = { ...this.state, ...patch };
    if (physics) {
      this.say([]);
      this.autoplay = false;
      if (this.player.playing) this.player.finish();
    }
    if (physics) { this.gate.pass(); return; }
    this.controls.sync(this.state);
    this.history.record(this.state);
    this.show();
  }

  // Controls, link and picture follow the state: as often as the gate lets a moving hand through.
  follow() {
    this.controls.sync(this.state);
    this.history.record(this.state);
    this.request();
  }

  part(patch, part) {
    return this.view.parameters.some((parameter) => parameter.part === part && parameter.name in patch);
  }

  // A whole state at once: Back, Forward.
  restore(state) {
    this.history.settle();
    this.state = state;
    this.say([]);
    this.player.playing = false;
    this.controls.source = null;
    this.controls.sync(state);
    this.request();
  }

  preset(name) {
    const preset = this.view.presets[name];
    if (!preset || this.presetOf() === name) return;
    const { axis, measure, clock } = this.state;
    this.history.settle();
    this.controls.source = null;
    this.change({ ...preset.state, axis, measure, clock });
  }

  // The preset whose physics the state has, if any.
  presetOf() {
    const physics = (state) => fl.query(this.view, state, "physics");
    const mine = physics(this.state);
    return Object.keys(this.view.presets).find((name) => physics(this.view.presets[name].state) === mine) || null;
  }

  degrees(K) {
    if (!Number.isInteger(K) || K < 1 || K === this.state.c.length) return;
    const resized = (values, filler) => Array.from({ length: K }, (_, k) => (k < values.length ? values[k] : filler));
    this.change({ c: resized(this.state.c, 1), c_star: resized(this.state.c_star, 0) });
  }

  async request() {
    this.abort.abort();
    this.abort = new AbortController();
    const { signal } = this.abort;
    const token = (this.token += 1);
    const asked = performance.now();
    const picture = new fl.Picture();
    const query = fl.query(this.view, this.state, "physics");
    const url = `/stream/${this.view.name}?${query}`;
    const place = document.querySelector(".below");
    if (place) place.classList.add("waiting");
    let drawn = false;
    const batch = () => {
      if (token !== this.token || !this.drawing.ready()) return;
      // A quick picture is drawn once, whole; a slow one as it comes.
      if (drawn === "whole" || (!picture.complete && performance.now() < asked + fl.Page.PATIENCE)) return;
      drawn = picture.complete ? "whole" : "partly";
      this.drawing.picture = picture;
      this.shownToken = token;
      this.show();
    };
    try {
      await fl.read(url, signal, (chunk) => { if (token === this.token) this.take(chunk, picture); }, batch);
      await this.whenReady(signal);
      if (token !== this.token) return;
      batch();
      await this.drawing.drawn;
      if (token !== this.token) return;
      this.gate.took(performance.now() - asked);
      if (place) place.classList.remove("waiting");
      document.body.dataset.drawn = query; // says which state's picture is complete
      if (this.autoplay) { this.autoplay = false; this.player.play(); }
    } catch (error) {
      if (token === this.token && error.name !== "AbortError") this.failed(error);
    }
  }

  static PATIENCE = 120; // ms before a picture is shown in pieces
  static RETRY = 2000; // ms until a server that does not answer is asked again

  failed(error) {
    if (error.sentences) { this.say(error.sentences); return; }
    this.say(["The server does not answer. What is shown is the last picture that arrived; it is asked again."]);
    setTimeout(() => { if (fl.page === this) this.request(); }, fl.Page.RETRY);
    this.lost = true;
  }

  // Plotly arrives a little after the page.
  whenReady(signal) {
    return new Promise((resolve) => {
      const look = () => {
        if (signal.aborted) return;
        if (this.drawing.ready()) { this.listen(); resolve(); } else requestAnimationFrame(look);
      };
      look();
    });
  }

  take(chunk, picture) {
    if (this.lost) { this.lost = false; this.say([]); }
    if (chunk.kind === "words") this.words(chunk, picture);
    else if (chunk.kind === "end") document.getElementById("status").textContent = chunk.status;
    else if (chunk.kind === "error") this.say([chunk.sentence]);
    else picture.take(chunk);
  }

  // Draws the present picture with the present display; the player follows.
  show() {
    const { picture } = this.drawing;
    if (!this.drawing.ready() || !Object.keys(picture.scenes).length) return;
    const clock = new fl.Clock(picture, this.state.clock);
    this.player.load(clock, this.state.cursor);
    this.drawing.draw(this.state, this.player.time, fl.dark());
    const caption = this.presetOf();
    this.controls.tell(`${this.view.name}-preset`, { value: caption });
    this.controls.tell(`${this.view.name}-degrees`, { value: this.state.c.length });
    const place = document.getElementById(`${this.view.name}-caption`);
    place.textContent = caption ? this.view.presets[caption].caption : "";
    place.title = caption ? this.view.presets[caption].citation : "";
    place.hidden = !caption;
    document.getElementById("reset-window").hidden = !this.state.window && !this.state.span;
    this.colourWords();
  }

  words(chunk, picture) {
    const list = (id, texts) => {
      const items = texts.map((text) => {
        const item = document.createElement("li");
        item.append(...fl.typeset(text));
        return item;
      });
      document.getElementById(id).replaceChildren(...items);
      return items;
    };
    list("sentences", chunk.runs).forEach((item, index) => {
      const trace = picture.runs[index].traces.plane[0];
      item.dataset.colour = trace.line.color;
      item.dataset.fate = picture.runs[index].fate.toLowerCase();
    });
    list("notes", chunk.notes);
    const figure = document.getElementById(this.view.figures.plane).parentElement;
    figure.setAttribute("aria-label", `R–a plane. ${chunk.runs.join(" ")} ${chunk.notes.join(" ")}`);
    this.colourWords();
  }

  colourWords() {
    for (const item of document.querySelectorAll("#sentences li")) {
      item.style.setProperty("--fate", this.drawing.dark ? this.view.toDark[item.dataset.colour] : item.dataset.colour);
    }
  }

  moveCursor(time, settled) {
    if (!this.drawing.picture.runs.length) return;
    this.drawing.cut(time);
    if (!settled) return;
    this.state = { ...this.state, cursor: time === null ? null : Number(time.toPrecision(6)) };
    this.history.record(this.state, "same");
  }

  // Plotly's own events: zoom becomes part of the state, hovering a panel shows that moment.
  listen() {
    for (const { gd } of Object.values(this.drawing.figures)) {
      if (gd.heard === this) continue;
      gd.heard = this;
      gd.removeAllListeners("plotly_relayout");
      gd.on("plotly_relayout", (event) => this.zoomed(gd, event));
      gd.on("plotly_doubleclick", () => this.resetWindow(gd));
      gd.on("plotly_afterplot", () => {
        this.drawing.hide();
        this.drawing.place(this.drawing.time);
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
  }

  timeOf(event) {
    const point = event.points && event.points[0];
    const meta = point && point.data.meta;
    return meta && meta.x === "tau" ? point.x : null;
  }

  peek(event) {
    const time = this.timeOf(event);
    if (time === null || this.player.playing) return;
    this.drawing.place(time);
    this.player.show(time);
  }

  zoomed(gd, event) {
    if (!event || !Object.keys(event).some((name) => /^[xy]axis\.range/.test(name))) return;
    const { xaxis, yaxis } = gd.layout;
    const round = (number) => Number(number.toPrecision(6));
    const edges = xaxis.type === "log" ? xaxis.range.map((decade) => 10 ** decade) : xaxis.range;
    const patch = gd === this.drawing.figures.plane.gd
      ? { window: [...xaxis.range, ...yaxis.range].map(round) }
      : { span: edges.map((edge) => round(Math.max(edge, 0))) };
    this.keep(patch);
  }

  resetWindow(gd) {
    this.keep(gd === this.drawing.figures.plane.gd ? { window: null } : { span: null });
    this.show();
  }

  keep(patch) {
    this.state = { ...this.state, ...patch };
    this.history.record(this.state, "same");
    document.getElementById("reset-window").hidden = !this.state.window && !this.state.span;
  }

  // Sentences about a link, a refusal or a lost connection.
  say(sentences) {
    const place = document.getElementById("alert");
    place.textContent = sentences.join(" ");
    place.hidden = !sentences.length;
  }

  leave() {
    this.abort.abort();
    this.gate.close();
    this.player.playing = false;
    this.token += 1;
  }
};

// What Dash calls: a view has come on the page, one of its controls has moved.
window.dash_clientside = window.dash_clientside || {};
window.dash_clientside.frame = {
  mount(view) {
    if (fl.page) fl.page.leave();
    fl.page = new fl.Page(view);
    fl.page.start();
    return view.name;
  },
  moved() {
    for (const { prop_id: property, value } of dash_clientside.callback_context.triggered) {
      fl.page.controls.moved(property.replace(/\.value$/, ""), value, fl.page.state);
    }
  },
  preset(name) {
    fl.page.controls.shown[`${fl.page.view.name}-preset.value`] = name;
    fl.page.preset(name);
  },
  degrees(K) {
    fl.page.controls.shown[`${fl.page.view.name}-degrees.value`] = K;
    fl.page.degrees(K);
  },
};

window.addEventListener("popstate", (event) => {
  const page = fl.page;
  if (!page || location.pathname !== page.view.path) return;
  if (event.state && event.state.view === page.view.name) page.restore(event.state.state);
  else page.readLink(location.search.slice(1)).then(() => page.restore(page.state));
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button || !fl.page) return;
  if (button.id === "theme-button") {
    fl.setTheme(!fl.dark(), true);
    fl.page.show();
  } else if (button.id === "copy-button") {
    const link = `${location.origin}${fl.page.view.path}?${fl.query(fl.page.view, fl.page.state)}`;
    const copied = await navigator.clipboard.writeText(link).then(() => true, () => false);
    document.getElementById("announcer").textContent = copied ? "Link copied." : link;
    button.dataset.done = copied ? "Copied" : "In the address bar";
    fl.page.history.record(fl.page.state, "same"); // the address bar has it too
    setTimeout(() => delete button.dataset.done, 1500);
  } else if (button.id === "drawer-button" || button.id === "drawer-close") {
    const open = document.getElementById("controls").classList.toggle("open");
    document.getElementById("drawer-button").setAttribute("aria-expanded", open);
  } else if (button.id === "reset-window") {
    fl.page.keep({ window: null, span: null });
    fl.page.show();
  }
});

document.addEventListener("keydown", (event) => {
  const page = fl.page;
  if (!page || event.ctrlKey || event.metaKey || event.altKey) return;
  const { target } = event;
  if (target.getAttribute("role") === "slider" && (event.key === "PageUp" || event.key === "PageDown")) {
    if (page.controls.page(target, event.key === "PageUp" ? 1 : -1, page.state)) event.preventDefault();
  } else if (event.key === " " && !target.closest("button, input:not([type=range]), textarea, select, a, summary, [role=radio]")) {
    event.preventDefault();
    page.player[page.player.playing ? "pause" : "play"]();
  }
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => {
  let kept = null;
  try { kept = localStorage.getItem("mantine-color-scheme-value"); } catch (error) { /* storage refused */ }
  if (kept === "light" || kept === "dark") return;
  fl.setTheme(event.matches, false);
  if (fl.page) fl.page.show();
});
