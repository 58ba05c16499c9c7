/** A secret in a text: what kind, and where. It is never told itself. */
export interface FoundSecret {
  /** For people: `GitHub token`. */
  readonly kind: string;
  /** From its first character to behind its last. */
  readonly start: number;
  readonly end: number;
  /** Enough to find it by, at most four characters, and none of a short one. */
  readonly preview: string;
  /** Its form is that of one issuer, or its checksum is right; else only its name says so. */
  readonly isCertain: boolean;
  /** Of the variable or option that it is the value of. */
  readonly name?: string;
}

/** The first characters of a secret: so few of a short one that it is not given away. */
export function previewOf(secret: string): string {
  return secret.slice(0, Math.min(4, Math.floor(secret.length / 8)));
}
