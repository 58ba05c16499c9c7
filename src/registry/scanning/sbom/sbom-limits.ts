/** Bounds of what is read of documents that others attach to images. */
export const sbomLimits = {
  /** Of a bill of materials; those of the largest images are some 30 MiB. */
  documentBytes: 64 * 2 ** 20,
  depth: 64,
  /** Values of any kind: `[[],[],…` takes twenty times its size in memory. */
  values: 4_000_000,
  packages: 200_000,
  licensesPerPackage: 100,
  /** Statements of a VEX document, and products of all of them together. */
  statements: 100_000,
  products: 500_000,
  /** Of any text that is kept. */
  textCharacters: 8192,
} as const;
