import { RegistryError } from "../../registry/errors.ts";

/** A request without its body, as it came over the wire: nothing joined, dropped or rewritten. */
export interface RequestHead {
  readonly method: string;
  /** Still percent-encoded. */
  readonly path: string;
  /** Decoded, in order. `+` is a plus sign: signers write a space as `%20`. */
  readonly query: Parameters;
  /** By lower-case name; every value that was sent, in order. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
}

/** Names and values in order. A list, so that no name means anything to the language. */
export type Parameters = readonly (readonly [name: string, value: string])[];

/** @throws Serialization when the query is not well-formed percent-encoded UTF-8 */
export function requestHead(
  method: string,
  url: string,
  rawHeaders: readonly string[],
): RequestHead {
  const mark = url.indexOf("?");
  const headers = new Map<string, string[]>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? "").toLowerCase();
    const values = headers.get(name);
    if (values === undefined) headers.set(name, [rawHeaders[at + 1] ?? ""]);
    else values.push(rawHeaders[at + 1] ?? "");
  }
  return {
    method,
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? [] : decodeParameters(url.slice(mark + 1)),
    headers,
  };
}

/** The first value of a header, or `undefined`. */
export function headerOf(head: RequestHead, name: string): string | undefined {
  return head.headers.get(name)?.[0];
}

/** @throws Serialization when the text is not well-formed percent-encoded UTF-8 */
export function decodeParameters(text: string): [name: string, value: string][] {
  if (text === "") return [];
  try {
    return text.split("&").map((parameter) => {
      const equals = parameter.indexOf("=");
      if (equals < 0) return [decodeURIComponent(parameter), ""];
      return [
        decodeURIComponent(parameter.slice(0, equals)),
        decodeURIComponent(parameter.slice(equals + 1)),
      ];
    });
  } catch (error) {
    throw new RegistryError(
      "Serialization",
      "The query string contains a syntax error.",
      {},
      error,
    );
  }
}
