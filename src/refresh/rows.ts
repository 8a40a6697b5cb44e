/** Rows of so many whole numbers each, in little memory: 4 bytes a number. */
export class Rows {
  readonly #width: number;
  #values: Uint32Array;
  #length = 0;

  constructor(width: number, rows: readonly (readonly number[])[] = []) {
    this.#width = width;
    this.#values = packed(rows, width);
    this.#length = rows.length;
  }

  get length(): number {
    return this.#length;
  }

  push(row: readonly number[]): void {
    const at = this.#length * this.#width;
    if (at === this.#values.length) {
      // By a quarter: there are hundreds of these, and what they hold in advance adds up.
      const grown = new Uint32Array((Math.ceil(this.#length * 1.25) + 2) * this.#width);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values.set(row, at);
    this.#length += 1;
  }

  /** A row; numbers written into it stay. Undefined where there is none. */
  at(index: number): Uint32Array | undefined {
    const start = (index < 0 ? this.#length + index : index) * this.#width;
    if (start < 0 || start >= this.#length * this.#width) return undefined;
    return this.#values.subarray(start, start + this.#width);
  }

  toArray(): number[][] {
    return Array.from({ length: this.#length }, (_, index) => [...(this.at(index) ?? [])]);
  }

  /**
   * Joins neighbours, each at most once.
   * @param join the row that stands for both, or undefined where they stay two.
   * @returns how many rows fewer there are.
   */
  joinNeighbours(
    join: (one: number[], next: number[], index: number) => number[] | undefined,
  ): number {
    const before = this.toArray();
    const after: number[][] = [];
    for (let index = 0; index < before.length; index += 1) {
      const [one = [], next] = before.slice(index, index + 2);
      const joined = next === undefined ? undefined : join(one, next, index);
      after.push(joined ?? one);
      if (joined !== undefined) index += 1;
    }
    if (after.length === before.length) return 0;
    this.#values = packed(after, this.#width);
    this.#length = after.length;
    return before.length - after.length;
  }
}

function packed(rows: readonly (readonly number[])[], width: number): Uint32Array {
  const values = new Uint32Array(rows.length * width);
  for (const [index, row] of rows.entries()) values.set(row, index * width);
  return values;
}
