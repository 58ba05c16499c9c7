/** What a registry wants to see. Source: distribution, "Token Authentication Specification"; RFC 9110, 11.6.1. */
export interface Challenge {
  /** In lower case; "" for none. */
  readonly scheme: string;
  readonly realm?: string;
  readonly service?: string;
  readonly scope?: string;
}

const known = ["realm", "service", "scope"] as const;

/** The first challenge of a header. */
export function challengeIn(header: string): Challenge {
  const scheme = (header.split(" ", 1)[0] ?? "").toLowerCase();
  const found: { realm?: string; service?: string; scope?: string } = {};
  for (let at = scheme.length; at < header.length; ) {
    const equals = header.indexOf("=", at);
    if (equals === -1) break;
    const name = header
      .slice(at, equals)
      .replace(/^[\s,]+/, "")
      .trim()
      .toLowerCase();
    const isQuoted = header[equals + 1] === '"';
    const start = equals + (isQuoted ? 2 : 1);
    const end = header.indexOf(isQuoted ? '"' : ",", start);
    const value = header.slice(start, end === -1 ? undefined : end);
    const member = known.find((each) => each === name);
    if (member !== undefined) found[member] ??= value;
    at = end === -1 ? header.length : end + 1;
  }
  return { scheme, ...found };
}
