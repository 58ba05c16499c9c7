import { createHmac } from "node:crypto";
import { HttpRequest } from "@smithy/protocol-http";
import {
  createScope,
  getCanonicalHeaders,
  getSigningKey,
  SignatureV4Base,
} from "@smithy/signature-v4";
import type { QueryParameterBag } from "@smithy/types";
import { Sha256 } from "../../registry/sha256.ts";
import type { RequestHead } from "./request-head.ts";

/** Date (`YYYYMMDD`), region and service that a signing key is good for. */
export interface Scope {
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/** What the holder of the secret must have put under the request: 32 bytes. */
export async function expectedSignature(
  head: RequestHead,
  signed: {
    readonly headers: readonly string[];
    readonly bodySha256: string;
    /** `YYYYMMDDTHHMMSSZ` */
    readonly time: string;
    readonly scope: Scope;
  },
  credentials: { readonly accessKeyId: string; readonly secretAccessKey: string },
): Promise<Buffer> {
  const { date, region, service } = signed.scope;
  const key = await getSigningKey(Sha256, credentials, date, region, service);
  const text = await canonical.stringToSign(
    head,
    signed.headers,
    signed.bodySha256,
    signed.time,
    createScope(date, region, service),
  );
  return createHmac("sha256", key).update(text).digest();
}

/** Opens up the part of AWS's signer that puts a request into its canonical form. */
class Canonical extends SignatureV4Base {
  constructor() {
    const nobody = { accessKeyId: "", secretAccessKey: "" };
    super({ service: "", region: "", credentials: nobody, sha256: Sha256 });
  }

  stringToSign(
    head: RequestHead,
    signedHeaders: readonly string[],
    bodySha256: string,
    time: string,
    scope: string,
  ): Promise<string> {
    const request = new HttpRequest({
      method: head.method,
      path: head.path,
      query: queryBag(head),
      // `fromEntries` defines each name, `__proto__` too, where an assignment would not.
      headers: Object.fromEntries(
        signedHeaders.map((name) => [name, head.headers.get(name)?.join(",") ?? ""]),
      ),
    });
    // Everything that was signed counts, also what AWS's own clients would leave out.
    const headers = getCanonicalHeaders(request, undefined, new Set(signedHeaders));
    const text = this.createCanonicalRequest(request, headers, bodySha256);
    return this.createStringToSign(time, scope, text, "AWS4-HMAC-SHA256");
  }
}

function queryBag(head: RequestHead): QueryParameterBag {
  const values = new Map<string, string[]>();
  for (const [name, value] of head.query) {
    const sameName = values.get(name);
    if (sameName === undefined) values.set(name, [value]);
    else sameName.push(value);
  }
  return Object.fromEntries(values);
}

const canonical = new Canonical();
