import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** Of an empty tar archive in gzip: what Docker has as the layer of a step that changed nothing. */
export const emptyLayer = Buffer.from("H4sIAAAJbogA/2IYBaNgFIxYAAgAAP//Lq+17wAEAAA=", "base64");

/** @param layers digests, the newest first */
export function schema1Payload(layers: readonly string[], more: object = {}): string {
  const document = {
    ...{ schemaVersion: 1, name: "library/app", tag: "v1", architecture: "amd64" },
    fsLayers: layers.map((blobSum) => ({ blobSum })),
    history: layers.map((_, at) => ({ v1Compatibility: JSON.stringify({ id: `${at}` }) })),
    ...more,
  };
  return JSON.stringify(document, null, 3);
}

/** What is otherwise than in an honest signature. */
export interface Forgery {
  readonly key?: KeyObject;
  readonly formatLength?: number;
  readonly formatTail?: string;
  /** What it is really over. */
  readonly over?: string;
  readonly header?: object;
}

/** Signs as libtrust does, once for each of them: around the payload, before its last brace. */
export function signSchema1(payload: string, signatures: readonly Forgery[] = [{}]): Buffer {
  const cut = payload.lastIndexOf("\n");
  const blocks = signatures.map((each) => signature(payload, cut, each));
  const text = JSON.stringify(blocks, null, 3).replaceAll("\n", "\n   ");
  const before = payload.slice(0, cut);
  return Buffer.from(`${before},\n   "signatures": ${text}${payload.slice(cut)}`);
}

function signature(payload: string, cut: number, forgery: Forgery) {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const {
    key = pair.privateKey,
    formatLength = Buffer.byteLength(payload.slice(0, cut)),
    formatTail = payload.slice(cut),
    over = payload,
    header = { jwk: pair.publicKey.export({ format: "jwk" }), alg: "ES256" },
  } = forgery;
  const tail = encoded(formatTail);
  const protectedText = encoded(
    JSON.stringify({ formatLength, formatTail: tail, time: "2015-09-01T00:00:00Z" }),
  );
  const signed = Buffer.from(`${protectedText}.${encoded(over)}`);
  const made = sign("sha256", signed, { key, dsaEncoding: "ieee-p1363" });
  return { header, signature: made.toString("base64url"), protected: protectedText };
}

function encoded(text: string): string {
  return Buffer.from(text).toString("base64url");
}
