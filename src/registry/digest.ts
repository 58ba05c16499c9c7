import { createHash, type Hash } from "node:crypto";
import type { Digest } from "./names.ts";

/** What Entrepot computes: the registered algorithms of OCI's image specification, 1.1. */
const algorithms = ["sha256", "sha512"] as const;
export type DigestAlgorithm = (typeof algorithms)[number];

/** Names what nobody named by another: pushes by tag, and all that is pushed through ECR's API. */
export const usualAlgorithm = "sha256" satisfies DigestAlgorithm;

export function isDigestAlgorithm(text: string): text is DigestAlgorithm {
  return (algorithms as readonly string[]).includes(text);
}

/** The digest's own, or the usual one where no digest was named. */
export function algorithmOf(digest: Digest | undefined): DigestAlgorithm {
  return digest?.startsWith("sha512:") ? "sha512" : usualAlgorithm;
}

/** The digest of these bytes. */
export function digestOf(content: Uint8Array, algorithm: DigestAlgorithm = usualAlgorithm): Digest {
  return `${algorithm}:${createHash(algorithm).update(content).digest("hex")}` as Digest;
}

/** Makes the digest of bytes that come piece by piece. */
export class Digester {
  readonly #algorithm: DigestAlgorithm;
  readonly #hash: Hash;

  constructor(algorithm: DigestAlgorithm) {
    this.#algorithm = algorithm;
    this.#hash = createHash(algorithm);
  }

  update(piece: Uint8Array): void {
    this.#hash.update(piece);
  }

  /** Of the bytes so far; more may follow. */
  digest(): Digest {
    return `${this.#algorithm}:${this.#hash.copy().digest("hex")}` as Digest;
  }
}
