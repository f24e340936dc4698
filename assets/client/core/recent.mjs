// The values that were used last.

/**
 * Keeps a few values by their keys, those that were used last.
 *
 * @template Value
 */
export class Recent {
  /** @param {number} count how many are kept */
  constructor(count) {
    this.count = count;
    /** @type {Map<string, Value>} */
    this.values = new Map(); // the latest last
  }

  /**
   * The value of a key, which counts as used now; undefined where there is none.
   *
   * @param {string} key
   */
  get(key) {
    const value = this.values.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  /**
   * @param {string} key
   * @param {Value} value
   */
  set(key, value) {
    this.values.delete(key);
    this.values.set(key, value);
    for (const oldest of [...this.values.keys()].slice(0, -this.count)) this.values.delete(oldest);
  }
}
