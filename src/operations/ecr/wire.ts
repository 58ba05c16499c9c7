/**
 * A request or response type of the SDK as it travels: times are epoch seconds, blobs are base64.
 * Source: AWS JSON 1.1.
 */
export type Wire<T> = T extends Date
  ? number
  : T extends Uint8Array
    ? string
    : T extends readonly (infer Item)[]
      ? readonly Wire<Item>[]
      : T extends object
        ? { readonly [Member in keyof T]: Wire<T[Member]> }
        : T;

/** Milliseconds since the epoch as ECR writes times: seconds, with the milliseconds as fraction. */
export function epochSeconds(milliseconds: number): number {
  return milliseconds / 1000;
}
