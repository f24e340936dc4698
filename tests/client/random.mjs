// Seeded random numbers for tests.

/** The generator mulberry32. */
export class Random {
  constructor(seed) {
    this.state = seed;
  }

  /** A number in [low, high). */
  number(low = 0, high = 1) {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return low + ((bits ^ (bits >>> 14)) >>> 0) * 2 ** -32 * (high - low);
  }

  /** An integer from low to high, both included. */
  integer(low, high) {
    return Math.floor(this.number(low, high + 1));
  }

  pick(items) {
    return items[this.integer(0, items.length - 1)];
  }

  boolean() {
    return this.number() < 0.5;
  }

  numbers(count, low, high) {
    return Array.from({ length: count }, () => this.number(low, high));
  }

  column(count, low, high) {
    return Float32Array.from(this.numbers(count, low, high));
  }

  /** Times in strictly ascending order. */
  times(count, first = this.number(0, 1)) {
    let time = first;
    return Float32Array.from({ length: count }, () => (time += this.number(0.01, 1)));
  }
}

/** Call a function with `count` generators of different seeds; an error names the seed. */
export async function forSeeds(count, test) {
  for (let seed = 1; seed <= count; seed += 1) {
    try {
      await test(new Random(seed));
    } catch (error) {
      error.message = `seed ${seed}: ${error.message}`;
      throw error;
    }
  }
}

/** Two numbers, or lists of numbers, agree to a relative or absolute tolerance. */
export function isNear(value, expected, tolerance = 1e-9) {
  const pairs = Array.from([value].flat(), (item, k) => [item, [expected].flat()[k]]);
  return (
    [value].flat().length === [expected].flat().length &&
    pairs.every(([one, other]) => Math.abs(one - other) <= tolerance * Math.max(1, Math.abs(other)))
  );
}
