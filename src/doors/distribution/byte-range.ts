/** Positions of the first and the last byte, both included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

const single = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/;

/**
 * What a Range header asks of `sizeBytes` bytes: `undefined` the whole (no header, another unit, or
 * several ranges, which a server may answer with the whole), "unsatisfiable" nothing that exists.
 * Source: RFC 9110, section 14. A range that ends before it starts is unsatisfiable here, as the OCI
 * conformance suite asks.
 */
export function parseByteRange(
  header: string | undefined,
  sizeBytes: number,
): ByteRange | "unsatisfiable" | undefined {
  if (header === undefined) return undefined;
  const match = single.exec(header);
  if (match === null) return undefined;
  const [, first = "", last = ""] = match;
  if (first === "" && last === "") return undefined;
  if (first === "") return suffix(Number(last), sizeBytes);
  const start = Number(first);
  const end = last === "" ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  return start < sizeBytes && start <= end ? { start, end } : "unsatisfiable";
}

function suffix(lengthBytes: number, sizeBytes: number): ByteRange | "unsatisfiable" {
  if (lengthBytes === 0 || sizeBytes === 0) return "unsatisfiable";
  return { start: Math.max(0, sizeBytes - lengthBytes), end: sizeBytes - 1 };
}

/** What the Content-Range of an upload says. Source: OCI Distribution 1.1, "Pushing a blob in chunks". */
export function parseChunkRange(header: string): ByteRange | undefined {
  const match = /^(\d{1,15})-(\d{1,15})$/.exec(header);
  if (match === null) return undefined;
  const range = { start: Number(match[1]), end: Number(match[2]) };
  return range.start <= range.end ? range : undefined;
}
