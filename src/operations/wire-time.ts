/**
 * A time in the answer of a service that speaks several protocols: epoch seconds in JSON, ISO 8601 in
 * XML.
 */
export class WireTime {
  readonly #milliseconds: number;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  toJSON(): number {
    return this.#milliseconds / 1000;
  }

  toString(): string {
    return new Date(this.#milliseconds).toISOString();
  }
}

/** A response type of the SDK with such times. */
export type TimedWire<T> = T extends Date
  ? WireTime
  : T extends readonly (infer Item)[]
    ? readonly TimedWire<Item>[]
    : T extends object
      ? { readonly [Member in keyof T]: TimedWire<T[Member]> }
      : T;
