/** A response type of the SDK as AWS Query writes it: times are ISO 8601. */
export type QueryWire<T> = T extends Date
  ? string
  : T extends Uint8Array
    ? string
    : T extends readonly (infer Item)[]
      ? readonly QueryWire<Item>[]
      : T extends object
        ? { readonly [Member in keyof T]: QueryWire<T[Member]> }
        : T;

/** Milliseconds since the epoch as IAM and STS write times: `2026-11-28T00:45:15Z`. */
export function isoTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, -5)}Z`;
}
