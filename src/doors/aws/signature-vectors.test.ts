import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { FixedClock } from "../../adapters/clock/fixed.ts";
import { RootCredentials } from "../../adapters/credentials/root.ts";
import { rootPrincipal } from "../../registry/identity/principal.ts";
import type { AccountId } from "../../registry/names.ts";
import { requestHead } from "./request-head.ts";
import { checkSignature, keyOf, readSignature, verifySignature } from "./signature.ts";

// Requests and signatures as AWS publishes them for the authors of signers.
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

function verify(request: Plain) {
  const head = requestHead(request.method, request.url, request.headers.flat());
  const rules = { service: "service", regions: ["us-east-1"], clock: new FixedClock(signedAt) };
  return verifySignature(
    { ...head, bodySha256: sha256(request.body ?? "") },
    { ...rules, credentials },
  );
}

/** What is sent beside host, x-amz-date and authorization; what is signed; and the signature. */
const vectors: { name: string; request: Plain; signedHeaders: string; signature: string }[] = [
  {
    name: "query parameters in another order",
    request: { method: "GET", url: "/?Param2=value2&Param1=value1", headers: [] },
    signedHeaders: "host;x-amz-date",
    signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
  },
  {
    name: "header values with spaces at their ends and within",
    request: {
      method: "GET",
      url: "/",
      headers: [
        ["My-Header1", " value1"],
        ["My-Header2", ' "a   b   c"'],
      ],
    },
    signedHeaders: "host;my-header1;my-header2;x-amz-date",
    signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
  },
  {
    name: "one header three times",
    request: {
      method: "GET",
      url: "/",
      headers: [
        ["My-Header1", "value2"],
        ["My-Header1", "value2"],
        ["My-Header1", "value1"],
      ],
    },
    signedHeaders: "host;my-header1;x-amz-date",
    signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
  },
  {
    name: "a query name outside ASCII",
    request: { method: "GET", url: "/?%E1%88%B4=bar", headers: [] },
    signedHeaders: "host;x-amz-date",
    signature: "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
  },
  {
    name: "a POST with a query",
    request: { method: "POST", url: "/?Param1=value1", headers: [] },
    signedHeaders: "host;x-amz-date",
    signature: "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11",
  },
  {
    name: "a path with empty segments",
    request: { method: "GET", url: "//example//", headers: [] },
    signedHeaders: "host;x-amz-date",
    signature: "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84",
  },
  {
    name: "a form with its hash stated",
    request: {
      method: "POST",
      url: "/",
      headers: [
        ["Content-Type", "application/x-www-form-urlencoded"],
        ["Content-Length", "13"],
        [
          "x-amz-content-sha256",
          "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e",
        ],
      ],
      body: "Param1=value1",
    },
    signedHeaders: "content-length;content-type;host;x-amz-content-sha256;x-amz-date",
    signature: "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b",
  },
];

function withAuthorization(vector: (typeof vectors)[number]): Plain {
  const { request, signedHeaders, signature } = vector;
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
  return {
    ...request,
    headers: [
      ["Host", "example.amazonaws.com"],
      ["X-Amz-Date", "20150830T123600Z"],
      ["Authorization", authorization],
      ...request.headers,
    ],
  };
}

test.each(vectors)("accepts $name", async (vector) => {
  const { key } = await verify(withAuthorization(vector));
  expect(key.principal.arn).toBe("arn:aws:iam::111122223333:root");
});

test.each([
  [
    "/?Param2=value2&Param1=value1",
    "86012e2c9ad4d77369f5d81c11f75158aae4f895a085212cc6d3f923d300bed5",
  ],
  ["/?Param1=value1", "49096700cbbaa5753443850f40df10f904fc2fdb544dc9512203cc77c471a9de"],
])("accepts %s presigned", async (url, signature) => {
  const presigned = `${url}&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(credential)}&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-Expires=3600&X-Amz-Signature=${signature}`;
  const headers: [string, string][] = [["Host", "example.amazonaws.com"]];
  const { claim } = await verify({ method: "GET", url: presigned, headers });
  expect(claim.lifeSeconds).toBe(3600);
});

test("matches the signature of a request with a session token, which a root's key refuses", async () => {
  const head = requestHead("GET", "/", [
    ...["Host", "example.amazonaws.com", "X-Amz-Date", "20150830T123600Z"],
    "X-Amz-Security-Token",
    "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267",
    "Authorization",
    `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8`,
  ]);
  const claim = readSignature(head);
  const key = await credentials.find(secret.accessKeyId);
  await checkSignature(head, sha256(""), claim, key as NonNullable<typeof key>);
  await expect(keyOf(claim, credentials, new FixedClock())).rejects.toMatchObject({
    kind: "UnrecognizedClient",
  });
});

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
