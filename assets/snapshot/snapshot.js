// A recorded page: the app's own page over the recorded stream of one picture. It asks for nothing but that the app wakes up.
window.fl = window.fl || {};

fl.recorded = JSON.parse(document.getElementById("snapshot").textContent);

// The stream is the recording.
fl.read = async function (url, signal, { onChunk, onBatch }) {
  fl.recorded.chunks.forEach(onChunk);
  onBatch();
};

// Why a cell of a map has its fate only the server could say.
fl.Cause = class extends fl.Cause {
  ask() {}
};

// The address of the page is not the picture's: nothing is written there.
fl.NoHistory = class extends fl.History {
  record(state) { this.state = state; }

  mark(state) { this.state = state; }

  put() {}
};

fl.Recorded = class extends fl.Page {
  constructor({ view, state, host }) {
    super(view);
    this.history = new fl.NoHistory(view);
    this.begun = state;
    this.host = host;
    this.fixed = view.parameters.filter(({ group }) => group !== "display").map(({ name }) => name);
  }

  static CANNOT = "This page holds one picture; for another one the app has to compute.";

  start() {
    this.restore(structuredClone(this.begun));
  }

  reset() {
    this.start();
  }

  // What does not change what is computed is changed as ever; the rest stays as it was recorded.
  change(patch) {
    if (fl.asked(this.view, { ...this.state, ...patch }) === fl.asked(this.view, this.state)) { super.change(patch); return; }
    this.sync();
    this.say([fl.Recorded.CANNOT, this.host ? "The link above opens it there." : ""]);
  }

  // A window is a matter of drawing, even of a map, whose cells are then larger.
  keep(patch) {
    this.state = { ...this.state, ...patch };
    this.sync();
    this.show();
  }

  sync() {
    super.sync();
    const rest = this.view.controls.filter(({ id, parameter }) => this.fixed.includes(parameter) && this.controls.parts[id]);
    const inputs = rest.flatMap(({ id }) => [...this.controls.parts[id].place.querySelectorAll("input, select, textarea")]);
    for (const input of [...inputs, ...document.querySelectorAll("#controls :is(input, select, textarea)")]) input.disabled = true;
  }

  // There are no steps to undo.
  enable() {}

  open(address) {
    if (this.host && address) window.open(address.startsWith("/") ? this.host + address : address, "_blank", "noopener");
  }
};

fl.page = new fl.Recorded(fl.recorded);
fl.page.start();
if (fl.recorded.wake) fetch(`${fl.recorded.host}/health`, { mode: "no-cors", cache: "no-store" }).catch(() => {});
