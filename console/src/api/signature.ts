import { Sha256 } from "@aws-crypto/sha256-js";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";

/** Temporary credentials, or an access key that somebody typed in. */
export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whether the answer may set the cookie of the session. */
  readonly signsIn?: boolean;
}

/**
 * Signs as every client of AWS does, and sends it. The hash is computed in JavaScript: browsers have
 * one of their own only where a page came by TLS or from this machine.
 */
export async function sendSigned(
  keys: Keys,
  scope: { readonly region: string; readonly service: string },
  { method, path, query = {}, headers = {}, body = "", signsIn = false }: SignedRequest,
  signal?: AbortSignal,
): Promise<Response> {
  const { host, hostname, protocol, port } = location;
  const signer = new SignatureV4({ credentials: keys, ...scope, sha256: Sha256 });
  const signed = await signer.sign(
    new HttpRequest({
      ...{ method, protocol, hostname, path, query, body },
      ...(port === "" ? {} : { port: Number(port) }),
      headers: { host, ...headers },
    }),
  );
  // Browsers set the host themselves, to what was signed.
  const { host: _host, ...sent } = signed.headers;
  const search = new URLSearchParams(query).toString();
  return fetch(`${path}${search === "" ? "" : `?${search}`}`, {
    ...{ method, headers: sent, credentials: signsIn ? "same-origin" : "omit", cache: "no-store" },
    ...(body === "" ? {} : { body }),
    ...(signal === undefined ? {} : { signal }),
  });
}
