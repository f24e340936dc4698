// The player: one time cursor over all figures. Its clock runs in the logarithm of time, in time, or in arc length.
window.fl = window.fl || {};

// Times of a picture as positions in [0, 1] and back.
fl.Clock = class {
  // course: the two columns along which arcs are measured.
  constructor(picture, kind, course) {
    this.kind = kind;
    this.course = course;
    this.picture = picture;
    let first = Infinity, last = 0;
    for (const run of picture.runs) {
      const times = run.columns[run.clock] || [];
      for (const time of times) if (time > 0) { first = Math.min(first, time); break; }
      if (times.length) last = Math.max(last, times[times.length - 1]);
    }
    this.first = Math.min(first, last);
    this.last = last;
  }

  // The runs' arc lengths in the plane, each as a share of its own whole, averaged.
  measure() {
    if (this.times) return;
    const runs = this.picture.runs.filter((run) => (run.columns[run.clock] || []).length > 1);
    const lengths = runs.map(({ columns }) => {
      const [R, a] = this.course.map((name) => columns[name]);
      const height = a.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-300);
      const length = new Float64Array(R.length);
      for (let k = 1; k < R.length; k += 1) {
        length[k] = length[k - 1] + Math.hypot(R[k] - R[k - 1], (a[k] - a[k - 1]) / height);
      }
      const whole = length[length.length - 1] || 1;
      return Array.from(length, (value) => value / whole);
    });
    this.times = [...new Set(runs.flatMap((run) => [...run.columns[run.clock]]))].sort((one, other) => one - other);
    this.shares = this.times.map((time) => {
      let sum = 0;
      runs.forEach((run, r) => { sum += fl.valueAt({ clock: "time", columns: { time: run.columns[run.clock], share: lengths[r] } }, "share", time); });
      return sum / (runs.length || 1);
    });
  }

  time(position) {
    if (position >= 1) return this.last;
    if (this.kind === "linear") return position * this.last;
    if (this.kind === "log") return position <= 0 ? 0 : this.first * (this.last / this.first) ** position;
    this.measure();
    return this.between(this.shares, this.times, position);
  }

  position(time) {
    if (time >= this.last) return 1;
    if (this.kind === "linear") return time / this.last;
    if (this.kind === "log") return time <= this.first ? 0 : Math.log(time / this.first) / Math.log(this.last / this.first);
    this.measure();
    return this.between(this.times, this.shares, time);
  }

  between(from, to, value) {
    if (!from.length) return 0;
    const k = fl.countUntil(from, value);
    if (k === 0) return to[0];
    if (k === from.length) return to[k - 1];
    return to[k - 1] + (to[k] - to[k - 1]) * (value - from[k - 1]) / (from[k] - from[k - 1]);
  }
};

fl.Player = class {
  // symbol: of the time. onTime(time, settled): time is null at the end, where the picture is complete.
  constructor(place, symbol, onTime) {
    this.symbol = symbol;
    this.onTime = onTime;
    this.position = 1;
    this.until = 1; // where a play ends
    this.playing = false;
    this.build(place);
  }

  // Whether the page has a place for it.
  get there() {
    return this.bar.isConnected;
  }

  static WHOLE = 9000; // ms for the whole course at speed 1
  static STEPS = 1000; // of the scrub bar

  build(place) {
    this.button = fl.make("button", { className: "tool play", type: "button", id: "play", aria: { label: "Play" } });
    this.bar = fl.make("input", {
      type: "range", min: 0, max: fl.Player.STEPS, value: fl.Player.STEPS, step: 1, className: "scrub", id: "scrub",
      aria: { label: "Time cursor" },
    });
    this.clockText = fl.make("output", { className: "tau", id: "tau-now" });
    this.speed = fl.make("select", { className: "speed", id: "speed", aria: { label: "Speed" } });
    for (const factor of [0.25, 0.5, 1, 2, 4]) {
      this.speed.append(fl.make("option", { value: factor, textContent: `${factor}×`, selected: factor === 1 }));
    }
    this.button.onclick = () => this.toggle();
    let before = this.position;
    fl.onSlide(this.bar, {
      begin: () => { before = this.position; },
      slide: () => { this.pause(); this.go(this.bar.value / fl.Player.STEPS, true); },
      cancel: () => { if (this.playing) this.show(); else this.go(before, true); },
    });
    place.replaceChildren(this.button, this.bar, this.clockText, this.speed);
    this.show();
  }

  // A new picture or another clock: the cursor keeps its time, a running player its position.
  load(clock, time) {
    this.clock = clock;
    if (!this.playing) this.position = time === null ? 1 : clock.position(time);
    this.show();
  }

  get time() {
    return this.position >= 1 || !this.clock ? null : this.clock.time(this.position);
  }

  play() {
    if (!this.clock) return;
    if (this.position >= 1) { this.position = 0; this.until = 1; }
    if (this.position >= this.until) this.until = 1;
    this.playing = true;
    this.before = null;
    this.show();
    requestAnimationFrame((now) => this.frame(now));
  }

  pause() {
    if (!this.playing) return;
    this.playing = false;
    this.show();
    this.onTime(this.time, true);
  }

  toggle() {
    if (this.playing) this.pause(); else this.play();
  }

  // Moves the cursor by a share of the whole course.
  step(share) {
    this.pause();
    this.go(this.position + share, true);
  }

  // Ends the play with the complete picture.
  finish() {
    this.playing = false;
    this.go(1, true);
  }

  frame(now) {
    if (!this.playing || !this.there) return;
    const step = this.before === null ? 0 : (now - this.before) * Number(this.speed.value) / fl.Player.WHOLE;
    this.before = now;
    if (this.position + step >= this.until) {
      if (this.until >= 1) this.finish(); else { this.go(this.until, false); this.pause(); }
      return;
    }
    this.go(this.position + step, false);
    requestAnimationFrame((later) => this.frame(later));
  }

  go(position, settled) {
    this.position = Math.min(Math.max(position, 0), 1);
    this.show();
    this.onTime(this.time, settled);
  }

  show(peek) {
    const time = peek !== undefined ? peek : this.clock ? this.clock.time(this.position) : null;
    this.clockText.textContent = time === null ? "" : `${this.symbol} = ${fl.shown(time)}`;
    this.bar.value = Math.round(this.position * fl.Player.STEPS);
    this.bar.setAttribute("aria-valuetext", this.clockText.textContent);
    this.button.setAttribute("aria-label", this.playing ? "Pause" : "Play");
    this.button.dataset.playing = this.playing;
  }
};

// A number as one reads it: four digits, a real minus, powers of ten where large or small.
fl.shown = function (number) {
  if (number === 0) return "0";
  const size = Math.abs(number);
  if (size >= 1e-3 && size < 1e5) return String(Number(number.toPrecision(4))).replace("-", "−");
  const [mantissa, power] = number.toExponential(2).split("e");
  const raised = power.replace("+", "").replace(/[-\d]/g, (digit) => (digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]));
  return `${String(Number(mantissa)).replace("-", "−")}·10${raised}`;
};
