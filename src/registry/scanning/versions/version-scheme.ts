/** Longer versions are not compared: real ones have up to some hundred characters. */
export const maxVersionLength = 512;

/**
 * One way in which versions are ordered. Parsing and comparing take time proportional to the lengths.
 * What is parsed once can be compared often, but only by the scheme that parsed it.
 */
export interface VersionScheme<Parsed = unknown> {
  readonly name: string;
  /** Undefined if the scheme gives this text no place in its order: then nothing can be said about it. */
  parse(version: string): Parsed | undefined;
  /** Negative if `a` comes first, positive if `b` does, 0 if they are the same version. */
  compare(a: Parsed, b: Parsed): number;
}

/** A scheme that gives no place to what is too long, whatever `parse` says. */
export function versionSchemeOf<Parsed>(
  name: string,
  parse: (version: string) => Parsed | undefined,
  compare: (a: Parsed, b: Parsed) => number,
): VersionScheme<Parsed> {
  return {
    name,
    parse: (version) => (version.length > maxVersionLength ? undefined : parse(version)),
    compare,
  };
}
