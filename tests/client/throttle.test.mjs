// A throttle runs one request at a time, and always the latest.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { LatestWinsThrottle } from "../../assets/client/core/throttle.mjs";
import { FakeTime } from "./fake_time.mjs";
import { forSeeds } from "./random.mjs";

const { MIN_TIME_LIMIT_MS, MAX_TIME_LIMIT_MS } = LatestWinsThrottle;

let time;
beforeEach(() => {
  time = new FakeTime();
});
afterEach(() => time.restore());

test("the first request starts at once, all that follow are merged into one", () => {
  let started = 0;
  const throttle = new LatestWinsThrottle(() => (started += 1));
  for (let call = 0; call < 10; call += 1) throttle.schedule();
  assert.equal(started, 1);
  time.advance(100);
  throttle.complete(throttle.lastId);
  assert.equal(started, 2);
  assert.equal(throttle.lastDuration, 100);
  time.advance(50);
  throttle.complete(throttle.lastId);
  const { timeLimit } = throttle;
  time.advance(1e6);
  assert.equal(started, 2);
  assert.equal(throttle.timeLimit, timeLimit, "a request that is complete does not time out");
  assert.equal(throttle.busy, false);
});

test("a request that exceeds its time limit is given up only for a newer one, and the limit doubles", () => {
  let started = 0;
  const throttle = new LatestWinsThrottle(() => (started += 1));
  throttle.schedule();
  throttle.schedule();
  let limit = MIN_TIME_LIMIT_MS;
  while (limit < 2 * MAX_TIME_LIMIT_MS) {
    const before = started;
    time.advance(Math.min(limit, MAX_TIME_LIMIT_MS) - 1);
    assert.equal(started, before);
    time.advance(1);
    assert.equal(started, before + 1);
    throttle.schedule();
    limit *= 2;
  }
  throttle.complete(throttle.lastId);
  time.advance(1e6);
  const before = started;
  time.advance(1e6);
  assert.equal(started, before, "nothing starts by itself");
});

test("a cancelled throttle starts nothing more", () => {
  let started = 0;
  const throttle = new LatestWinsThrottle(() => (started += 1));
  throttle.schedule();
  throttle.schedule();
  throttle.cancel();
  time.advance(1e6);
  assert.equal(started, 1);
  throttle.schedule();
  assert.equal(started, 2);
});

test("whatever the durations, the last value is requested, and requests overlap only after their time limit", () =>
  forSeeds(200, (random) => {
    let value = 0;
    const starts = [];
    let throttle = null;
    const action = () => {
      starts.push({ value, at: time.now, limit: throttle.timeLimit });
      const index = starts.length;
      const duration = random.pick([random.number(5, 60), random.number(100, 900), random.number(2000, 6000)]);
      setTimeout(() => {
        if (starts.length === index) throttle.complete(throttle.lastId);
      }, duration);
    };
    throttle = new LatestWinsThrottle(action);
    const completed = [];
    const complete = throttle.complete.bind(throttle);
    throttle.complete = (id) => {
      completed.push(starts.length);
      complete(id);
    };
    for (let move = 0; move < 60; move += 1) {
      value += 1;
      throttle.schedule();
      time.advance(random.number(1, 50));
      assert.ok(throttle.timeLimit >= MIN_TIME_LIMIT_MS && throttle.timeLimit <= MAX_TIME_LIMIT_MS);
    }
    time.advance(1e5);
    assert.equal(starts.at(-1).value, value);
    for (let k = 1; k < starts.length; k += 1) {
      const givenUp = !completed.includes(k);
      if (givenUp) assert.ok(starts[k].at - starts[k - 1].at >= starts[k - 1].limit - 1e-6);
    }
    time.timers.clear();
  }));

/** Moves a hand for some seconds; each picture takes some time on the way, and elsewhere. */
function sweep(way, elsewhere, seconds) {
  const drawn = [];
  let most = 0;
  const throttle = new LatestWinsThrottle((id) => {
    setTimeout(() => {
      drawn.push(id);
      throttle.complete(id, way);
    }, way + elsewhere);
  });
  for (let move = 0; move < (1000 * seconds) / 16; move += 1) {
    throttle.schedule();
    most = Math.max(most, throttle.startedAt.size);
    time.advance(16);
  }
  time.advance(2000);
  return { drawn, most, throttle };
}

test("where pictures are long on the way, several are, and at least ten a second are seen", () => {
  for (const way of [100, 150, 200]) {
    const { drawn, most } = sweep(way, 40, 10);
    assert.ok(drawn.length >= 100, `${way} ms: ${drawn.length} in 10 s`);
    assert.ok(most <= LatestWinsThrottle.MAX_DEPTH);
    assert.deepEqual(
      drawn,
      [...drawn].sort((one, other) => one - other),
    );
  }
});

test("where the server is busy, one is under way", () => {
  const { drawn, most } = sweep(5, 400, 10);
  assert.equal(most, 1);
  assert.ok(drawn.length <= 26);
});
