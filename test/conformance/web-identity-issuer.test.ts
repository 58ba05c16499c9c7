import { generateKeyPairSync } from "node:crypto";
import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { isRegistryError } from "../../src/registry/errors.ts";
import { limits } from "../../src/registry/limits.ts";
import { CertificateAuthority } from "../support/certificate-authority.ts";
import {
  configurationPath,
  type IssuerOptions,
  newSigningKey,
  sendJson,
} from "../support/oidc-issuer.ts";
import { refusalOf, startWebIdentity } from "../support/web-identity.ts";

const stopping: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stopping.splice(0)) await stop();
});

async function start(options: IssuerOptions = {}) {
  const started = await startWebIdentity({ algorithm: "ES256", ...options });
  stopping.push(started.stop);
  return started;
}

const both = [configurationPath, "/keys"];
const noKey =
  /^InvalidIdentityToken: Couldn't retrieve verification key from your identity provider/;
const unreachable =
  "IdpCommunication: The identity provider that should verify the token could not be reached";

describe("an issuer", () => {
  it("is asked once for ten minutes of tokens, however many come at the same time", async () => {
    const { issuer, verify, clock } = await start();
    await Promise.all(Array.from({ length: 20 }, () => verify(issuer.token())));
    clock.advance(limits.issuerKeysFreshMs - 1);
    await verify(issuer.token());
    expect(issuer.requests).toEqual(both);
    clock.advance(1);
    await verify(issuer.token());
    expect(issuer.requests).toEqual([...both, ...both]);
  });

  it("may begin to use a new key at any time", async () => {
    const { issuer, verify, clock } = await start();
    await verify(issuer.token());
    clock.advance(limits.issuerRefreshMs);
    const before = issuer.key;
    issuer.rotate();
    expect((await verify(issuer.token())).subject).toBe("subject");
    // What the old key signed is good as long as it is published.
    expect((await verify(issuer.token({}, { key: before }))).subject).toBe("subject");
    clock.advance(limits.issuerKeysFreshMs);
    issuer.rotate("EdDSA", { drop: true });
    expect((await verify(issuer.token())).subject).toBe("subject");
    expect(await refusalOf(verify(issuer.token({}, { key: before })))).toMatch(noKey);
  });

  it("takes a key back within ten minutes by no longer publishing it", async () => {
    const { issuer, verify, clock } = await start();
    const stolen = issuer.key;
    await verify(issuer.token());
    issuer.rotate("ES256", { drop: true });
    clock.advance(limits.issuerKeysFreshMs);
    expect(await refusalOf(verify(issuer.token({}, { key: stolen })))).toMatch(noKey);
  });

  it("is not asked more often because tokens name keys that nobody knows", async () => {
    const { issuer, verify, clock } = await start();
    await verify(issuer.token());
    const hammer = () =>
      Promise.all(
        Array.from({ length: 50 }, (_, count) =>
          refusalOf(verify(issuer.token({}, { key: newSigningKey("ES256", `key-${count}`) }))),
        ),
      );
    for (const refusal of await hammer()) expect(refusal).toMatch(noKey);
    expect(issuer.requests).toEqual(both);
    clock.advance(limits.issuerRefreshMs);
    await hammer();
    await hammer();
    expect(issuer.requests).toEqual([...both, ...both]);
    expect((await verify(issuer.token())).subject).toBe("subject");
  });

  it("that is down is done without for a day, and no longer", async () => {
    const { issuer, verify, clock } = await start();
    await verify(issuer.token());
    issuer.intercept = (_path, response) => {
      response.writeHead(503).end();
      return true;
    };
    const asked = () => issuer.requests.length;
    clock.advance(limits.issuerKeysFreshMs);
    expect(await refusalOf(verify(issuer.token()))).toBe("accepted");
    expect(asked()).toBe(3);
    // It is tried again every five seconds at most, which nobody has to wait for longer than once.
    expect(await refusalOf(verify(issuer.token()))).toBe("accepted");
    expect(asked()).toBe(3);
    clock.advance(limits.issuerRetryMs);
    expect(await refusalOf(verify(issuer.token()))).toBe("accepted");
    expect(asked()).toBe(4);
    // A key that is not known may be a new one: that is no fault of the token's.
    expect(await refusalOf(verify(issuer.token({}, { key: newSigningKey("ES256") })))).toBe(
      unreachable,
    );
    clock.set(
      clock.now() +
        limits.issuerKeysMaximumAgeMs -
        limits.issuerKeysFreshMs -
        limits.issuerRetryMs -
        1,
    );
    expect(await refusalOf(verify(issuer.token()))).toBe("accepted");
    clock.advance(1);
    expect(await refusalOf(verify(issuer.token()))).toBe(unreachable);
    issuer.intercept = () => false;
    clock.advance(limits.issuerRetryMs);
    expect(await refusalOf(verify(issuer.token()))).toBe("accepted");
  });

  it("is asked anew after a clock was set back, rather than believed for ever", async () => {
    const { issuer, verify, clock } = await start();
    await verify(issuer.token());
    clock.set(clock.now() - 86_400_000);
    await verify(issuer.token());
    expect(issuer.requests).toEqual([...both, ...both]);
  });

  it.each<[string, (response: ServerResponse) => unknown]>([
    ["has an error", (response) => response.writeHead(500).end()],
    ["is too busy", (response) => response.writeHead(429).end()],
    ["cuts the connection", (response) => response.destroy()],
    [
      "stops half-way",
      (response) => {
        response.writeHead(200, { "content-length": "9" });
        response.write("{", () => response.destroy());
      },
    ],
  ])("that %s is to be asked again", async (_what, answer) => {
    const { issuer, verify, clock } = await start();
    for (const failing of both) {
      issuer.intercept = (path, response) => {
        if (path !== failing) return false;
        answer(response);
        return true;
      };
      expect(await refusalOf(verify(issuer.token()))).toBe(unreachable);
      clock.advance(limits.issuerRetryMs);
    }
    issuer.intercept = () => false;
    expect(await refusalOf(verify(issuer.token()))).toBe("accepted");
  });

  it("that is not there is to be asked again", async () => {
    const { issuer, verify } = await start();
    const token = issuer.token();
    await issuer.stop();
    expect(await refusalOf(verify(token))).toBe(unreachable);
  });

  const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({
    format: "jwk",
  });
  it.each<[string, string, unknown]>([
    ["no configuration", configurationPath, { status: 404 }],
    ["a configuration that is no JSON", configurationPath, "<html>"],
    ["a configuration that is no object", configurationPath, null],
    ["the name of another issuer", configurationPath, { issuer: "https://other.example" }],
    ["no name", configurationPath, { issuer: undefined }],
    ["no keys' URL", configurationPath, { jwks_uri: undefined }],
    ["keys without TLS", configurationPath, { jwks_uri: "http://127.0.0.1:1/keys" }],
    ["keys in a file", configurationPath, { jwks_uri: "file:///etc/passwd" }],
    ["keys in the inner network", configurationPath, { jwks_uri: "https://10.0.0.1/keys" }],
    ["keys in its metadata service", configurationPath, { jwks_uri: "https://169.254.169.254/" }],
    ["no keys", "/keys", { status: 404 }],
    ["a redirect to keys", "/keys", { status: 302 }],
    ["an empty answer", "/keys", ""],
    ["keys that are no set", "/keys", { keys: "all" }],
    ["no key in its set", "/keys", { keys: [] }],
    ["a weak key", "/keys", { keys: [{ ...rsa, use: "sig" }] }],
    [
      "too many keys",
      "/keys",
      { keys: Array.from({ length: 101 }, () => newSigningKey("EdDSA").jwk) },
    ],
    ["too much to read", "/keys", { keys: ["x".repeat(limits.issuerDocumentBytes)] }],
  ])("with %s verifies nothing", async (_what, at, content) => {
    const { issuer, verify } = await start();
    issuer.intercept = (path, response) => {
      if (path === "/elsewhere") {
        sendJson(response, { keys: [issuer.key.jwk] });
        return true;
      }
      if (path !== at) return false;
      const usual = { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` };
      if (content === null || typeof content === "string") response.end(content ?? "null");
      else if ("status" in (content as object)) {
        response
          .writeHead((content as { status: number }).status, { location: "/elsewhere" })
          .end();
      } else sendJson(response, { ...(at === configurationPath && usual), ...(content as object) });
      return true;
    };
    expect(await refusalOf(verify(issuer.token()))).toMatch(noKey);
  });
});

describe("an issuer's certificate", () => {
  const mismatch =
    "InvalidIdentityToken: OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint";

  it("must match a thumbprint of the provider where no known authority vouches for it", async () => {
    const { issuer, verify } = await start();
    const others = ["0".repeat(40), CertificateAuthority.root().thumbprint];
    expect(await refusalOf(verify(issuer.token(), { thumbprints: others }))).toBe(mismatch);
    expect(await refusalOf(verify(issuer.token(), { thumbprints: [] }))).toMatch(noKey);
    expect(issuer.requests).toEqual([]);
    const named = [...others, issuer.thumbprint.toUpperCase()];
    expect(await refusalOf(verify(issuer.token(), { thumbprints: named }))).toBe("accepted");
  });

  it("that one account trusts is not trusted for another", async () => {
    const { issuer, verify } = await start();
    await verify(issuer.token());
    const thumbprints = ["f".repeat(40)];
    expect(await refusalOf(verify(issuer.token(), { thumbprints }))).toBe(mismatch);
    expect(await refusalOf(verify(issuer.token()))).toBe("accepted");
  });
});

describe("what is remembered of issuers", () => {
  it("tells apart what differs in case or comes from another path", async () => {
    const { issuer, verify, ports } = await start({ path: "/Team" });
    await verify(issuer.token());
    const url = issuer.url.replace("/Team", "/team");
    const forged = issuer.token({ iss: url });
    expect(await refusalOf(verify(forged, { url }))).toMatch(noKey);
    expect(ports.memory.issuers.known.weight).toBe(3);
  });

  it("is bounded, and so is how many are asked at once", async () => {
    const { verify, issuer, ports } = await start({ plain: true });
    const held: ServerResponse[] = [];
    issuer.intercept = (_path, response) => held.push(response) > 0; // Not answered for now.
    const asked = Array.from({ length: limits.issuersAskedAtOnce + 3 }, (_, count) => {
      const url = `${issuer.url}/${count}`;
      return refusalOf(verify(issuer.token({ iss: url }), { url }));
    });
    const busy = "ServiceUnavailable: Too many identity providers are being asked";
    expect(await Promise.all(asked.slice(-3))).toEqual([busy, busy, busy]);
    await expect.poll(() => held.length, { timeout: 4_000 }).toBe(limits.issuersAskedAtOnce);
    for (const response of held) response.writeHead(503).end();
    for (const refusal of await Promise.all(asked.slice(0, -3))) expect(refusal).toBe(unreachable);
    expect(ports.memory.issuers.underWay.size).toBe(0);
    expect(ports.memory.issuers.known.weight).toBe(limits.issuersAskedAtOnce);
  });

  it("has the reason for the operator, which the caller is not told", async () => {
    const { issuer, verify } = await start();
    await issuer.stop();
    const error = await verify(issuer.token()).catch((thrown: unknown) => thrown);
    expect(isRegistryError(error, "IdpCommunication")).toBe(true);
    const { message, cause } = error as Error;
    expect(message).not.toContain("127.0.0.1");
    expect(String((cause as Error).cause)).toContain("ECONNREFUSED");
  });
});
