import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import type { ClientKey } from "./client.ts";

export interface SignedCall {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A signed call of STS GetCallerIdentity, which every principal may make, for `POST /`. */
export function signedIdentityCall(
  endpointUrl: string,
  region: string,
  key: ClientKey,
  now: number,
): Promise<SignedCall> {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const body = "Action=GetCallerIdentity&Version=2011-06-15";
  return signed({ endpointUrl, service: "sts", region, headers, body }, key, now);
}

/** A signed call of an operation of Entrepot's own, for `POST /`. */
export function signedEntrepotCall(
  endpointUrl: string,
  region: string,
  operationName: string,
  input: object,
  key: ClientKey,
  now: number,
): Promise<SignedCall> {
  const headers = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": `Entrepot_V1.${operationName}`,
  };
  const body = JSON.stringify(input);
  return signed({ endpointUrl, service: "entrepot", region, headers, body }, key, now);
}

interface UnsignedCall {
  readonly endpointUrl: string;
  readonly service: string;
  readonly region: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

async function signed(call: UnsignedCall, key: ClientKey, now: number): Promise<SignedCall> {
  const { service, region, body } = call;
  const url = new URL(call.endpointUrl);
  const request = new HttpRequest({
    method: "POST",
    protocol: url.protocol,
    hostname: url.hostname,
    path: "/",
    headers: { host: url.host, ...call.headers },
    body,
  });
  const { accessKeyId, secretAccessKey } = key;
  const credentials = { accessKeyId, secretAccessKey };
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  const { headers } = await signer.sign(request, { signingDate: new Date(now) });
  return { method: "POST", headers, body };
}

type Data = string | ArrayBuffer | ArrayBufferView;

/** Node's own hash in the shape that the signer asks for. */
class Sha256 {
  readonly #secret: Uint8Array | undefined;
  #hash: Hash | Hmac;

  constructor(secret?: Data) {
    this.#secret = secret === undefined ? undefined : bytesOf(secret);
    this.#hash = this.#fresh();
  }

  update(data: Data): void {
    this.#hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = this.#fresh();
  }

  #fresh(): Hash | Hmac {
    return this.#secret === undefined ? createHash("sha256") : createHmac("sha256", this.#secret);
  }
}

function bytesOf(data: Data): Uint8Array {
  if (typeof data === "string") return Buffer.from(data);
  if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return new Uint8Array(data);
}
