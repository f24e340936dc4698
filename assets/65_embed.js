// An embed: a view within another site's page, at the size that its link names. What nobody sees asks for nothing.
window.fl = window.fl || {};

fl.Embed = class {
  constructor(size) {
    this.size = size; // "full", "main" or "plot"
    this.there = false; // whether any of it is on the screen
    this.waiting = new Set(); // what is done as soon as it is seen
    this.resumes = false; // whether the player goes on then
    new IntersectionObserver((entries) => {
      this.there = entries.at(-1).isIntersecting;
      this.looked();
    }).observe(document.documentElement);
    document.addEventListener("visibilitychange", () => this.looked());
  }

  get seen() { return this.there && !document.hidden; }

  looked() {
    const player = fl.page && fl.page.player;
    document.body.dataset.seen = this.seen;
    if (!this.seen) {
      if (!player || !player.playing) return;
      player.pause();
      this.resumes = true;
      return;
    }
    const actions = [...this.waiting];
    this.waiting.clear();
    for (const action of actions) action();
    if (this.resumes) player.play();
    this.resumes = false;
  }

  // A page has come: where there is room for one figure only, one chooses which.
  begin({ view }) {
    const figures = Object.values(view.figures), old = document.getElementById("embed-figures");
    if (old) old.remove();
    if (this.size === "full" || figures.length < 2) return;
    const place = document.querySelector(".view");
    const choices = figures.map(({ id, title }, k) => {
      const radio = fl.make("input", { type: "radio", name: "embed-figure", value: k, checked: k === 0, onchange: () => { place.dataset.shown = k; } });
      return fl.make("label", { className: "segment" }, radio, fl.make("span", { textContent: title }));
    });
    place.dataset.shown = 0;
    document.getElementById("open-app").before(fl.make("div", {
      id: "embed-figures", className: "segments", role: "radiogroup", aria: { label: "Figure" },
    }, ...choices));
  }

  // The way to the app leads to what is shown.
  moved(history) {
    document.getElementById("open-app").href = history.plain();
  }
};

fl.embed = document.documentElement.dataset.embed ? new fl.Embed(document.documentElement.dataset.embed) : null;

// Does something at once, or, in an embed that is out of sight, as soon as it is seen; the same thing once.
fl.whenSeen = function (action) {
  if (!fl.embed || fl.embed.seen) action(); else fl.embed.waiting.add(action);
};
