import { createHash } from "node:crypto";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import fc from "fast-check";
import { beforeAll, describe, expect, it, test } from "vitest";
import { FixedClock } from "../../adapters/clock/fixed.ts";
import { RootCredentials } from "../../adapters/credentials/root.ts";
import { isRegistryError } from "../../registry/errors.ts";
import { rootPrincipal } from "../../registry/identity/principal.ts";
import type { AccountId } from "../../registry/names.ts";
import { Sha256 } from "../../registry/sha256.ts";
import { decodeParameters, requestHead } from "./request-head.ts";
import { readSignature, verifySignature } from "./signature.ts";
import { expectedSignature } from "./string-to-sign.ts";

const secret = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};
const credentials = new RootCredentials(
  secret.accessKeyId,
  secret.secretAccessKey,
  rootPrincipal("111122223333" as AccountId, secret.accessKeyId),
);
const signedAt = Date.UTC(2015, 7, 30, 12, 36, 0);
const credential = "AKIDEXAMPLE/20150830/us-east-1/service/aws4_request";

interface Plain {
  method: string;
  url: string;
  headers: [string, string][];
  body?: string;
}

function verify(request: Plain, at: number, rules: { service: string; region: string }) {
  const head = requestHead(request.method, request.url, request.headers.flat());
  const bodySha256 = sha256(request.body ?? "");
  return verifySignature(
    { ...head, bodySha256 },
    {
      clock: new FixedClock(at),
      credentials,
      service: rules.service,
      regions: [rules.region],
    },
  );
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

const signer = new SignatureV4({
  ...{ service: "ecr", region: "eu-west-1", credentials: secret },
  sha256: Sha256,
});

const rules = { service: "ecr", region: "eu-west-1" };
const body = JSON.stringify({ repositoryNames: ["team/app"], note: "grüße" });

async function signed(): Promise<Plain> {
  const request = await signer.sign(
    new HttpRequest({
      method: "POST",
      path: "/",
      query: { one: "1", two: "b c" },
      headers: {
        host: "localhost:5050",
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "AmazonEC2ContainerRegistry_V20150921.DescribeRepositories",
      },
      body,
    }),
    { signingDate: new Date(signedAt) },
  );
  return {
    method: "POST",
    url: "/?one=1&two=b%20c",
    headers: Object.entries(request.headers),
    body,
  };
}

async function presigned(): Promise<Plain> {
  const request = await signer.presign(
    new HttpRequest({
      ...{ method: "GET", path: "/", headers: { host: "localhost:5050" } },
      query: { Action: "GetCallerIdentity", Version: "2011-06-15" },
    }),
    { signingDate: new Date(signedAt), expiresIn: 900 },
  );
  const query = Object.entries(request.query ?? {}).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
  );
  return { method: "GET", url: `/?${query.join("&")}`, headers: [["host", "localhost:5050"]] };
}

async function refusal(request: Plain, at = signedAt): Promise<string> {
  try {
    await verify(request, at, rules);
  } catch (error) {
    if (isRegistryError(error)) return error.kind;
    throw error;
  }
  return "accepted";
}

function withHeader(request: Plain, name: string, value: string | undefined): Plain {
  const headers = request.headers.filter(([other]) => other.toLowerCase() !== name);
  if (value !== undefined) headers.push([name, value]);
  return { ...request, headers };
}

/** Puts one letter or digit in the place of, or before, the character at `at`. */
function altered(text: string, at: number, character: string, insert: boolean): string {
  const index = at % (text.length + (insert ? 1 : 0));
  return text.slice(0, index) + character + text.slice(index + (insert ? 0 : 1));
}

const character = fc.constantFrom(..."abcdefxyzABCDEFXYZ0123456789");
const place = fc.nat({ max: 5_000 });

describe("any one-character change of a signed request is refused", () => {
  let base: Plain;
  let link: Plain;
  beforeAll(async () => {
    base = await signed();
    link = await presigned();
    expect(await refusal(base)).toBe("accepted");
    expect(await refusal(link)).toBe("accepted");
  });

  async function refusesEvery(change: (at: number, by: string, insert: boolean) => Plain) {
    await fc.assert(
      fc.asyncProperty(place, character, fc.boolean(), async (at, by, insert) => {
        const changed = change(at, by, insert);
        fc.pre(JSON.stringify(changed) !== JSON.stringify(base));
        fc.pre(JSON.stringify(changed) !== JSON.stringify(link));
        expect(await refusal(changed)).not.toBe("accepted");
      }),
      { numRuns: 300 },
    );
  }

  it("in the method", () =>
    refusesEvery((at, by, insert) => ({ ...base, method: altered("POST", at, by, insert) })));

  it("in the path", () =>
    refusesEvery((at, by) => ({ ...base, url: `/${altered("", at, by, true)}?one=1&two=b%20c` })));

  it("in the query", () =>
    refusesEvery((at, by, insert) => {
      const query = altered("one=1&two=b%20c", at, by, insert);
      return { ...base, url: `/?${query}` };
    }));

  it("in a signed header's name or value, the Authorization included", () =>
    refusesEvery((at, by, insert) => {
      const headers = base.headers.map(([name, value]): [string, string] => [name, value]);
      const header = headers[at % headers.length] as [string, string];
      const side = at % 7 === 0 ? 0 : 1;
      header[side] = altered(
        header[side],
        Math.floor(at / headers.length),
        by.toLowerCase(),
        insert,
      );
      return { ...base, headers };
    }));

  it("in the body", () =>
    refusesEvery((at, by, insert) => ({ ...base, body: altered(body, at, by, insert) })));

  it("in a presigned URL", () =>
    refusesEvery((at, by, insert) => {
      const query = altered(link.url.slice(2), at, by, insert);
      fc.pre(!sameParameters(query, link.url.slice(2)));
      return { ...link, url: `/?${query}` };
    }));
});

function sameParameters(left: string, right: string): boolean {
  try {
    return JSON.stringify(decodeParameters(left)) === JSON.stringify(decodeParameters(right));
  } catch {
    return false; // Malformed: certainly not the same.
  }
}

describe("what must be signed, is", () => {
  test("40: an unsigned x-amz-target, an altered body and 6 minutes of skew are refused", async () => {
    const base = await signed();
    expect(await refusal(withHeader(base, "x-amz-unsigned", "1"))).toBe("InvalidSignature");
    const unsignedTarget: Plain = {
      ...base,
      headers: base.headers.map(([name, value]) => [name, value.replace(";x-amz-target", "")]),
    };
    expect(await refusal(unsignedTarget)).toBe("InvalidSignature");
    expect(await refusal({ ...base, body: `${body} ` })).toBe("InvalidSignature");
    expect(await refusal(base, signedAt + 300_000)).toBe("accepted");
    await expect(verify(base, signedAt + 360_000, rules)).rejects.toThrow(
      "Signature expired: 20150830T123600Z is now earlier than 20150830T123700Z (20150830T124200Z - 5 min.)",
    );
    await expect(verify(base, signedAt - 360_000, rules)).rejects.toThrow(
      "Signature not yet current: 20150830T123600Z is still later than 20150830T123500Z (20150830T123000Z + 5 min.)",
    );
  });

  test("the stated body hash is the real one, and UNSIGNED-PAYLOAD is none", async () => {
    for (const stated of ["UNSIGNED-PAYLOAD", sha256("another body")]) {
      const request = new HttpRequest({
        ...{ method: "POST", path: "/", body },
        headers: { host: "localhost", "x-amz-content-sha256": stated },
      });
      const { headers } = await signer.sign(request, { signingDate: new Date(signedAt) });
      const plain: Plain = { method: "POST", url: "/", headers: Object.entries(headers), body };
      expect(await refusal(plain)).toBe("InvalidSignature");
    }
  });

  test("a stated body hash that is not the body's is refused though all else is signed", async () => {
    const base = withHeader(await signed(), "x-amz-content-sha256", sha256("another body"));
    const head = requestHead(base.method, base.url, base.headers.flat());
    const claim = readSignature(head);
    const signature = await expectedSignature(
      head,
      { ...claim, headers: claim.signedHeaders, bodySha256: sha256(body) },
      secret,
    );
    const authorization = base.headers.find(([name]) => name === "authorization")?.[1] ?? "";
    const resigned = authorization.replace(/[0-9a-f]{64}$/, signature.toString("hex"));
    expect(await refusal(withHeader(base, "authorization", resigned))).toBe("InvalidSignature");
  });

  test("the scope names this service, a served region, the day and the terminator", async () => {
    const base = await signed();
    await expect(verify(base, signedAt, { service: "sts", region: "eu-west-1" })).rejects.toThrow(
      "Credential should be scoped to correct service: 'sts'.",
    );
    await expect(verify(base, signedAt, { service: "ecr", region: "us-east-1" })).rejects.toThrow(
      "Credential should be scoped to a valid region, not 'eu-west-1'.",
    );
    const authorization = base.headers.find(([name]) => name === "authorization")?.[1] ?? "";
    const otherDay = withHeader(
      base,
      "authorization",
      authorization.replace("20150830", "20150831"),
    );
    await expect(verify(otherDay, signedAt, rules)).rejects.toThrow("does not match YYYYMMDD");
    const otherEnd = withHeader(
      base,
      "authorization",
      authorization.replace("aws4_request", "aws5"),
    );
    await expect(verify(otherEnd, signedAt, rules)).rejects.toThrow("valid terminator");
  });

  test("a query parameter that the language treats apart is refused, signed or not", async () => {
    const base = await signed();
    expect(await refusal({ ...base, url: `${base.url}&__proto__=1` })).toBe("IncompleteSignature");
    expect(await refusal({ ...base, url: `${base.url}&constructor=1` })).toBe("InvalidSignature");
  });
});

describe("where the signature stands", () => {
  test("nowhere: Missing Authentication Token", async () => {
    const base = withHeader(await signed(), "authorization", undefined);
    await expect(verify(base, signedAt, rules)).rejects.toMatchObject({
      kind: "MissingAuthenticationToken",
      message: "Missing Authentication Token",
    });
  });

  test("in header and query both, or twice in one of them: refused", async () => {
    const base = await signed();
    const link = await presigned();
    const authorization = base.headers.find(([name]) => name === "authorization")?.[1] ?? "";
    const refused: Plain[] = [
      { ...base, url: link.url },
      { ...base, url: `${base.url}&X-Amz-Expires=60` },
      { ...base, headers: [...base.headers, ["Authorization", authorization]] },
      { ...link, url: `${link.url}&X-Amz-Signature=${"0".repeat(64)}` },
      { ...link, url: `${link.url}&x-amz-signature=${"0".repeat(64)}` },
      { ...link, url: `${link.url}&X-Amz-Expires=900` },
    ];
    for (const request of refused) expect(await refusal(request)).toBe("IncompleteSignature");
    expect(await refusal({ ...base, headers: [...base.headers, ["Host", "localhost:5050"]] })).toBe(
      "InvalidSignature",
    );
  });

  test("41: a presigned URL that expired, or with another method or a further parameter, is refused", async () => {
    const link = await presigned();
    expect(await refusal(link, signedAt + 900_000)).toBe("accepted");
    expect(await refusal(link, signedAt + 901_000)).toBe("InvalidSignature");
    expect(await refusal(link, signedAt - 301_000)).toBe("InvalidSignature");
    expect(await refusal({ ...link, method: "POST" })).toBe("InvalidSignature");
    expect(await refusal({ ...link, url: `${link.url}&extra=1` })).toBe("InvalidSignature");
    expect(await refusal({ ...link, url: `${link.url}&` })).toBe("InvalidSignature");
    expect(await refusal({ ...link, body: "a body" })).toBe("InvalidSignature");
    for (const seconds of ["0", "604801", "-1", "1e3", "", " 60"]) {
      const url = link.url.replace("X-Amz-Expires=900", `X-Amz-Expires=${seconds}`);
      expect(await refusal({ ...link, url })).toBe("IncompleteSignature");
    }
  });

  test("42: an access key in the query without a signature is refused", async () => {
    const link = await presigned();
    const queries = [
      link.url.replace(/&X-Amz-Signature=[0-9a-f]+/, ""),
      `/?X-Amz-Credential=${encodeURIComponent(credential)}`,
      `/?AWSAccessKeyId=${secret.accessKeyId}`,
    ];
    for (const url of queries) {
      expect(await refusal({ ...link, url })).toBe("IncompleteSignature");
    }
  });

  test.each([
    "Bearer token",
    "AWS4-HMAC-SHA256",
    "AWS4-HMAC-SHA256 Credential=a",
    "AWS4-ECDSA-P256-SHA256 Credential=a/b/c/aws4_request, SignedHeaders=host, Signature=00",
    `AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host;x-amz-date, Signature=${"0".repeat(64)}`,
    `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=x-amz-date;host, Signature=${"0".repeat(64)}`,
    `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=00`,
    `AWS4-HMAC-SHA256 Credential=${credential}, Credential=${credential}, SignedHeaders=host, Signature=${"0".repeat(64)}`,
  ])("a broken header is an incomplete signature: %s", async (authorization) => {
    const request = withHeader(await signed(), "authorization", authorization);
    expect(await refusal(request)).toBe("IncompleteSignature");
  });

  test("an unknown access key is an unrecognized client", async () => {
    const base = await signed();
    const authorization = base.headers.find(([name]) => name === "authorization")?.[1] ?? "";
    const unknown = withHeader(
      base,
      "authorization",
      authorization.replace("AKIDEXAMPLE", "AKIDOTHER"),
    );
    await expect(verify(unknown, signedAt, rules)).rejects.toMatchObject({
      kind: "UnrecognizedClient",
      message: "The security token included in the request is invalid.",
    });
  });
});
