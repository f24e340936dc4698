// One entry of the browser's history for each gesture; undo and redo step through them.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { StateHistory } from "../../assets/client/core/history.mjs";
import { session } from "../../assets/client/core/session.mjs";
import { FakeTime } from "./fake_time.mjs";
import { forSeeds } from "./random.mjs";

const VIEW = {
  name: "unlearning",
  path: "/",
  version: 1,
  release: "r1",
  initial: { eps: 0 },
  parameters: [{ name: "eps", key: "eps", group: "physics" }],
};

/** A browser's history, which arrives at an entry some time after `go`. */
class FakeBrowser {
  constructor() {
    this.entries = [{ state: null, url: "/" }];
    this.index = 0;
    this.writes = [];
    this.refuses = false;
    this.onArrival = () => {};
  }

  get state() {
    return structuredClone(this.entries[this.index].state);
  }

  get url() {
    return this.entries[this.index].url;
  }

  pushState(state, title, url) {
    this.write("push", url);
    this.entries.splice(this.index + 1);
    this.entries.push({ state: structuredClone(state), url });
    this.index += 1;
  }

  replaceState(state, title, url = this.url) {
    this.write("replace", url);
    this.entries[this.index] = { state: structuredClone(state), url };
  }

  write(kind, url) {
    if (this.refuses) throw new DOMException("too many calls", "SecurityError");
    this.writes.push({ kind, url, at: performance.now() });
  }

  go(steps) {
    setTimeout(() => {
      if (!this.entries[this.index + steps]) return;
      this.index += steps;
      this.onArrival(this.state);
    }, 20);
  }
}

let time, browser;
beforeEach(() => begin());
afterEach(() => end());

function begin() {
  time = new FakeTime();
  browser = new FakeBrowser();
  globalThis.history = browser;
  Object.defineProperty(globalThis, "location", {
    get: () => ({ pathname: browser.url.split("?")[0] }),
    configurable: true,
  });
}

function end() {
  time.restore();
  session.embed = null;
  delete globalThis.history;
  delete globalThis.location;
}

/** A page: its history, and the state that it shows. */
function makePage(view = VIEW) {
  const page = { history: new StateHistory(view), state: view.initial };
  page.history.mark(page.state);
  browser.onArrival = (entry) => {
    page.history.onTravel(entry);
    page.state = page.history.stateOf(entry);
  };
  page.change = (eps, kind) => {
    page.state = { eps };
    page.history.record(page.state, kind);
  };
  return page;
}

const addresses = () => browser.entries.map(({ url }) => url);

test("a gesture of many moves is one entry with the last value", () =>
  forSeeds(50, (random) => {
    begin();
    const page = makePage();
    const moves = random.integer(1, 100);
    for (let move = 1; move <= moves; move += 1) {
      page.change(move);
      time.advance(random.number(1, StateHistory.SETTLED - 1));
    }
    time.advance(StateHistory.SETTLED);
    assert.deepEqual(addresses(), ["/", `/?v=1&eps=${moves}`]);
    assert.deepEqual(browser.state.state, page.state);
    end();
  }));

test("an entry is rewritten no more often than browsers allow", () =>
  forSeeds(20, (random) => {
    begin();
    const page = makePage();
    for (let move = 1; move <= 300; move += 1) {
      page.change(move, random.pick([undefined, "same"]));
      time.advance(random.number(1, 60));
    }
    const rewrites = browser.writes.filter(({ kind }) => kind === "replace").map(({ at }) => at);
    for (let k = 1; k < rewrites.length; k += 1)
      assert.ok(rewrites[k] - rewrites[k - 1] >= StateHistory.WRITE_INTERVAL - 1e-6);
    end();
  }));

test("undo and redo go through gestures as through a list", () =>
  forSeeds(60, (random) => {
    begin();
    const page = makePage();
    let states = [page.state],
      at = 0;
    for (let step = 0; step < 40; step += 1) {
      const action = random.pick(["gesture", "gesture", "same", "undo", "redo", "withdraw"]);
      if (action === "gesture") {
        const moves = random.integer(1, 5);
        for (let move = 0; move < moves; move += 1) page.change(random.number());
        states = [...states.slice(0, at + 1), page.state];
        at += 1;
        if (random.boolean()) page.history.settle();
        else time.advance(StateHistory.SETTLED);
      } else if (action === "same") {
        page.change(random.number(), "same");
        states[at] = page.state;
      } else if (action === "undo") {
        page.history.undo();
        at = Math.max(at - 1, 0);
      } else if (action === "redo") {
        page.history.redo();
        at = Math.min(at + 1, states.length - 1);
      } else if (at > 0) {
        // A gesture that the user breaks off.
        const depth = random.integer(0, at - 1);
        page.history.withdraw(depth);
        at = depth;
        states = states.slice(0, depth + 1);
      }
      time.advance(StateHistory.TRAVEL_TIMEOUT);
      assert.deepEqual(page.state, states[at], action);
      assert.deepEqual([page.history.depth, page.history.top], [at, states.length - 1], action);
      if (page.state.eps) assert.equal(browser.url, `/?v=1&eps=${Number(page.state.eps.toPrecision(12))}`);
    }
    end();
  }));

test("a gesture that ends is written at once", () => {
  const page = makePage();
  page.change(1);
  page.change(2);
  page.history.settle();
  assert.equal(browser.url, "/?v=1&eps=2");
  assert.deepEqual(browser.state.state, { eps: 2 });
});

test("a second step back before the first has arrived is ignored", () => {
  const page = makePage();
  for (const eps of [1, 2, 3]) {
    page.change(eps);
    page.history.settle();
  }
  page.history.undo();
  page.history.undo();
  time.advance(100);
  assert.equal(page.state.eps, 2);
  page.history.undo();
  time.advance(100);
  assert.equal(page.state.eps, 1);
});

test("undo does not leave the page", () => {
  const page = makePage();
  page.history.undo();
  time.advance(2000);
  assert.equal(browser.index, 0);
  page.history.redo();
  time.advance(2000);
  assert.equal(browser.index, 0);
});

test("a page that is reloaded knows its depth", () => {
  makePage().change(1);
  time.advance(1000);
  const page = makePage();
  assert.equal(page.history.depth, 1);
  page.history.undo();
  time.advance(100);
  assert.deepEqual(page.state, VIEW.initial);
});

test("the entry of another page is not rewritten", () => {
  const page = makePage();
  page.change(1);
  page.change(2);
  browser.pushState({}, "", "/lab?v=1");
  time.advance(1000);
  assert.equal(browser.url, "/lab?v=1");
  assert.deepEqual(browser.state, {});
});

test("what the browser refuses to write is part of the next write", () => {
  const page = makePage();
  page.change(1);
  browser.refuses = true;
  page.change(2);
  time.advance(StateHistory.WRITE_INTERVAL);
  browser.refuses = false;
  page.change(3);
  time.advance(StateHistory.WRITE_INTERVAL);
  assert.equal(browser.url, "/?v=1&eps=3");
});

test("an embed adds no entries, and names its size", () => {
  const links = [];
  session.embed = { size: "plot", updateLink: (history) => links.push(history.canonicalUrl()) };
  const page = makePage();
  for (const eps of [1, 2]) {
    page.change(eps);
    time.advance(1000);
  }
  assert.deepEqual(addresses(), ["/?v=1&eps=2&embed=plot"]);
  assert.deepEqual(links, ["/?v=1&eps=0", "/?v=1&eps=1", "/?v=1&eps=2"]);
});

test("an address names the controls that are shown, a canonical one does not", () => {
  const { history } = makePage();
  history.only = ["eps", "a"];
  assert.equal(history.address(), "/?v=1&eps=0&only=eps,a");
  assert.equal(history.canonicalUrl(), "/?v=1&eps=0");
});

test("an entry of another view or release has no state for the page", () => {
  const { history } = makePage();
  const entry = history.entry();
  assert.deepEqual(history.stateOf(entry), VIEW.initial);
  for (const other of [null, { ...entry, view: "lab" }, { ...entry, release: "r2" }])
    assert.equal(history.stateOf(other), null);
});
