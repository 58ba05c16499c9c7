/** Distinguished encoding of ASN.1 (X.690), as far as certificates need it. */
import { SignatureError } from "./signature-error.ts";

export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
}

/** The elements that follow each other in these bytes. @throws SignatureError */
export function readDer(bytes: Uint8Array): DerElement[] {
  const elements: DerElement[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at]!;
    let length = bytes[at + 1] ?? Number.NaN;
    let head = 2;
    if (length > 0x80) {
      const octets = length & 0x7f;
      if (octets > 4) throw malformed();
      length = 0;
      for (let octet = 0; octet < octets; octet++) {
        length = length * 256 + (bytes[at + 2 + octet] ?? Number.NaN);
      }
      head += octets;
    } else if (length === 0x80) throw malformed(); // Of no known length: not distinguished.
    const end = at + head + length;
    // Tags of more than one byte are nowhere in what is read here.
    if (!(end <= bytes.length) || (tag & 0x1f) === 0x1f) throw malformed();
    elements.push({ tag, content: bytes.subarray(at + head, end) });
    at = end;
  }
  return elements;
}

/** An object identifier in dots. @throws SignatureError */
export function readObjectIdentifier({ tag, content }: DerElement): string {
  const [first, ...rest] = content;
  if (tag !== 6 || first === undefined || first > 119) throw malformed();
  const arcs = [Math.floor(first / 40), first % 40];
  let arc = 0;
  for (const octet of rest) {
    arc = arc * 128 + (octet & 0x7f);
    if (octet >= 0x80) continue;
    arcs.push(arc);
    arc = 0;
  }
  return arcs.join(".");
}

function malformed(): SignatureError {
  return new SignatureError("A certificate is malformed");
}
