// Clicks, taps and presses on a figure, and the points that they are at.
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";

import { PointerGestures, roundToPixel } from "../../assets/client/ui/pointer_gestures.mjs";

const { CLICK_PIXELS, DOUBLE_CLICK_MS, LONG_PRESS_MS } = PointerGestures;

// Axes of 400 × 200 pixels from 0 to 4 and from 0 to 2, 10 pixels from the left and 20 from the top of the figure.
const AXES = {
  xaxis: { type: "linear", range: [0, 4], _length: 400, _offset: 10, p2d: (pixel) => pixel / 100 },
  yaxis: { type: "linear", range: [0, 2], _length: 200, _offset: 20, p2d: (pixel) => 2 - pixel / 100 },
};

class RecordedGestures extends PointerGestures {
  made = [];

  get bounds() {
    return [
      [0, 3],
      [0, 2],
    ];
  }

  onClick(point) {
    this.made.push(["click", ...point]);
  }

  onAlternateClick(point) {
    this.made.push(["alternate", ...point]);
  }
}

// Time that passes when a test says so; node 18 forgets some of its own mocked timers.
class FakeClock {
  now = 0;
  timers = new Map();

  constructor() {
    mock.method(performance, "now", () => this.now);
    mock.method(globalThis, "clearTimeout", (id) => this.timers.delete(id));
    mock.method(globalThis, "setTimeout", (action, delay) => {
      const id = Symbol();
      this.timers.set(id, { action, at: this.now + delay });
      return id;
    });
  }

  wait(ms) {
    this.now += ms;
    for (const [id, { action, at }] of this.timers) {
      if (at > this.now) continue;
      this.timers.delete(id);
      action();
    }
  }
}

let gestures, clock, page, openMenus;

beforeEach(() => {
  clock = new FakeClock();
  openMenus = [];
  page = Object.assign(new EventTarget(), { querySelectorAll: () => openMenus });
  globalThis.document = page;
  const gd = Object.assign(new EventTarget(), {
    _fullLayout: AXES,
    getBoundingClientRect: () => ({ left: 0, top: 0 }),
    closest: () => null,
  });
  gestures = new RecordedGestures({ state: { window: null } }, { gd, window: "window" });
});

afterEach(() => {
  gestures.close();
  delete globalThis.document;
  mock.restoreAll();
});

const wait = (ms) => clock.wait(ms);

function dispatch(target, type, more) {
  const event = Object.assign(new Event(type, { cancelable: true }), {
    isPrimary: true,
    button: 0,
    pointerType: "mouse",
    clientX: 110,
    clientY: 120,
    ...more,
  });
  target.dispatchEvent(event);
  return event;
}

const press = (more) => dispatch(gestures.gd, "pointerdown", more);
const release = (more) => dispatch(page, "pointerup", more);

function click(more) {
  press(more);
  release(more);
}

const TOUCH = { pointerType: "touch" };
const CLICK = ["click", 1, 1];
const ALTERNATE = ["alternate", 1, 1];

describe("a click", () => {
  it("is at the point under the pointer", () => {
    click({ clientX: 260, clientY: 70 });
    assert.deepEqual(gestures.made, [["click", 2.5, 1.5]]);
  });

  it("is one in spite of a few pixels, with a finger in spite of twice as many", () => {
    press();
    release({ clientX: 110 + CLICK_PIXELS });
    wait(DOUBLE_CLICK_MS);
    press(TOUCH);
    release({ clientX: 110 + 2 * CLICK_PIXELS });
    assert.deepEqual(gestures.made, [CLICK, CLICK]);
  });

  it("with Shift is an alternate one", () => {
    click({ shiftKey: true });
    assert.deepEqual(gestures.made, [ALTERNATE]);
  });

  it("is none outside the axes, by another button, by a second finger, or over plotly's buttons", () => {
    click({ clientX: 9 });
    click({ clientX: 411 });
    click({ clientY: 221 });
    click({ button: 2 });
    click({ isPrimary: false });
    gestures.gd.closest = (selector) => (selector === ".modebar" ? gestures.gd : null);
    click();
    assert.deepEqual(gestures.made, []);
  });

  it("is none while a menu is open, which it closes", () => {
    openMenus = [{}];
    click();
    assert.deepEqual(gestures.made, []);
  });

  it("is none if the browser takes the pointer", () => {
    press();
    dispatch(page, "pointercancel");
    release();
    assert.deepEqual(gestures.made, []);
  });

  it("is none when the gestures are closed", () => {
    press();
    gestures.close();
    release();
    click();
    assert.deepEqual(gestures.made, []);
  });
});

describe("a press that moves", () => {
  it("is no click", () => {
    press();
    release({ clientX: 111 + CLICK_PIXELS });
    assert.deepEqual(gestures.made, []);
  });
});

describe("a double click", () => {
  it("counts once", () => {
    click();
    wait(DOUBLE_CLICK_MS - 1);
    click();
    assert.deepEqual(gestures.made, [CLICK]);
  });

  it("is two clicks if it is slow", () => {
    click();
    wait(DOUBLE_CLICK_MS);
    click();
    assert.deepEqual(gestures.made, [CLICK, CLICK]);
  });

  it("does nothing where the figure is zoomed, for it shows the whole", () => {
    gestures.page.state.window = [0, 1, 0, 1];
    click();
    wait(DOUBLE_CLICK_MS - 1);
    click();
    wait(10 * DOUBLE_CLICK_MS);
    assert.deepEqual(gestures.made, []);
  });
});

describe("where the figure is zoomed", () => {
  beforeEach(() => {
    gestures.page.state.window = [0, 1, 0, 1];
  });

  it("a click waits until it cannot become a double click", () => {
    click();
    wait(DOUBLE_CLICK_MS - 1);
    assert.deepEqual(gestures.made, []);
    wait(1);
    assert.deepEqual(gestures.made, [CLICK]);
  });

  it("a tap and a click with Shift do not wait", () => {
    click(TOUCH);
    assert.deepEqual(gestures.made, [CLICK]);
    wait(DOUBLE_CLICK_MS);
    click({ shiftKey: true });
    assert.deepEqual(gestures.made, [CLICK, ALTERNATE]);
  });

  it("a click that waits is forgotten when the gestures are closed", () => {
    click();
    gestures.close();
    wait(DOUBLE_CLICK_MS);
    assert.deepEqual(gestures.made, []);
  });
});

describe("a long press of a finger", () => {
  it("is an alternate click, and no click when it ends", () => {
    press(TOUCH);
    wait(LONG_PRESS_MS - 1);
    assert.deepEqual(gestures.made, []);
    wait(1);
    assert.deepEqual(gestures.made, [ALTERNATE]);
    release(TOUCH);
    assert.deepEqual(gestures.made, [ALTERNATE]);
  });

  it("counts once if the browser notices it, too, before or after", () => {
    press(TOUCH);
    wait(LONG_PRESS_MS);
    assert.ok(dispatch(gestures.gd, "contextmenu", TOUCH).defaultPrevented);
    release(TOUCH);
    press(TOUCH);
    dispatch(gestures.gd, "contextmenu", TOUCH);
    wait(LONG_PRESS_MS);
    assert.deepEqual(gestures.made, [ALTERNATE, ALTERNATE]);
  });

  it("is none if it ends early, and none of a mouse, whose menu opens", () => {
    press(TOUCH);
    wait(LONG_PRESS_MS - 1);
    release(TOUCH);
    wait(LONG_PRESS_MS);
    press();
    wait(LONG_PRESS_MS);
    assert.ok(!dispatch(gestures.gd, "contextmenu").defaultPrevented);
    assert.deepEqual(gestures.made, [CLICK]);
  });
});

describe("a point", () => {
  const axis = (low, high, pixels, type = "linear") => ({ type, range: [low, high], _length: pixels });

  it("has no more digits than pixels tell apart", () => {
    assert.equal(roundToPixel(0.123456, [0, 1], axis(0, 1, 400)), 0.123);
    assert.equal(roundToPixel(1234.56, [0, 1e4], axis(0, 1e4, 400)), 1230);
    assert.equal(roundToPixel(0.1 + 0.2, [0, 1], axis(0, 1, 100)), 0.3);
    assert.equal(roundToPixel(0.123456, [0, 1], axis(1, 0, 400)), 0.123, "of an axis that is reversed");
  });

  it("differs from where it was by less than a pixel", () => {
    for (const pixels of [1, 3, 7, 400, 1999]) {
      for (const width of [1e-9, 0.02, 1, 5, 3e6]) {
        for (const share of [0, 0.123456789, 0.5, 0.987654321]) {
          const value = share * width;
          const rounded = roundToPixel(value, [-1e9, 1e9], axis(0, width, pixels));
          assert.ok(Math.abs(rounded - value) <= width / pixels, `${value} of ${width} over ${pixels}: ${rounded}`);
        }
      }
    }
  });

  it("is within the bounds", () => {
    assert.equal(roundToPixel(-0.4, [0, 1], axis(-1, 2, 300)), 0);
    assert.equal(roundToPixel(1.4, [0, 1], axis(-1, 2, 300)), 1);
    assert.equal(roundToPixel(1e9, [1, 1e6], axis(0, 9, 300, "log")), 1e6);
    assert.deepEqual(gestures.rounded([3.999, -0.5]), [3, 0]);
  });

  it("has three digits on a logarithmic axis, and no negative zero", () => {
    assert.equal(roundToPixel(123456, [1, 1e6], axis(0, 6, 300, "log")), 123000);
    assert.ok(Object.is(roundToPixel(-1e-9, [-1, 1], axis(-1, 1, 300)), 0));
  });
});
