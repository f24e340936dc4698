// The player's clock converts times to positions and back.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Clock } from "../../assets/client/core/clock.mjs";
import { forSeeds, isNear } from "./random.mjs";

const KINDS = ["log", "linear", "arc"];

const randomResult = (random) => ({
  trajectories: Array.from({ length: random.integer(1, 4) }, () => {
    const count = random.integer(3, 40); // two positive times at least
    const times = random.times(count, 0);
    if (random.boolean()) times[0] = 0;
    return { clock: "tau", columns: { tau: times, R: random.column(count, -1, 1), a: random.column(count, -9, 9) } };
  }),
});

test("a position that is converted to a time and back is the same", () =>
  forSeeds(200, (random) => {
    const result = randomResult(random);
    for (const kind of KINDS) {
      const clock = new Clock(result, kind, ["R", "a"]);
      for (const position of [0, 1, ...random.numbers(20, 0, 1)])
        assert.ok(isNear(clock.position(clock.time(position)), position, 1e-6), `${kind} ${position}`);
    }
  }));

test("time increases with the position, from the first to the last time", () =>
  forSeeds(100, (random) => {
    const result = randomResult(random);
    const last = Math.max(...result.trajectories.map(({ columns }) => columns.tau.at(-1)));
    for (const kind of KINDS) {
      const clock = new Clock(result, kind, ["R", "a"]);
      const positions = [0, ...random.numbers(30, 0, 1).sort(), 1];
      const times = positions.map((position) => clock.time(position));
      for (let k = 1; k < times.length; k += 1) assert.ok(times[k] >= times[k - 1], kind);
      assert.equal(times.at(-1), last);
      assert.equal(clock.position(last), 1);
      assert.equal(clock.position(2 * last), 1);
    }
  }));

test("the linear and the logarithmic clock are what their names say", () =>
  forSeeds(50, (random) => {
    const result = randomResult(random);
    const columns = result.trajectories.map((trajectory) => [...trajectory.columns.tau]);
    const last = Math.max(...columns.flat()),
      first = Math.min(...columns.flat().filter((time) => time > 0));
    const [linear, log] = ["linear", "log"].map((kind) => new Clock(result, kind, ["R", "a"]));
    for (const share of random.numbers(20, 0.001, 1)) {
      assert.ok(isNear(linear.time(share), share * last));
      assert.ok(isNear(Math.log(log.time(share)), Math.log(first) + share * Math.log(last / first)));
    }
  }));

test("the clock of one trajectory along its arc moves at equal speed in the plane", () =>
  forSeeds(50, (random) => {
    const { columns } = randomResult(random).trajectories[0];
    const clock = new Clock({ trajectories: [{ clock: "tau", columns }] }, "arc", ["R", "a"]);
    const height = Math.max(...columns.a.map(Math.abs));
    const steps = Array.from(columns.R.subarray(1), (_, k) =>
      Math.hypot(columns.R[k + 1] - columns.R[k], (columns.a[k + 1] - columns.a[k]) / height),
    );
    const total = steps.reduce((sum, step) => sum + step, 0);
    let passed = 0;
    steps.forEach((step, k) => {
      passed += step;
      if (k < steps.length - 1) assert.ok(isNear(clock.position(columns.tau[k + 1]), passed / total, 1e-6));
    });
  }));

test("a result without samples has a clock", () => {
  for (const trajectories of [[], [{ clock: "tau", columns: {} }]])
    for (const kind of KINDS) {
      const clock = new Clock({ trajectories }, kind, ["R", "a"]);
      assert.equal(clock.time(1), 0);
      assert.equal(clock.time(0.5), 0);
      assert.equal(clock.position(0), 1);
    }
});
