import { createHmac, createPublicKey } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { claimedProvider } from "../../src/registry/identity/web-identity.ts";
import { limits } from "../../src/registry/limits.ts";
import {
  type Claims,
  encode,
  type IssuerOptions,
  newSigningKey,
  OidcIssuer,
  type SignatureAlgorithm,
  signedToken,
} from "../support/oidc-issuer.ts";
import { refusalOf, startWebIdentity } from "../support/web-identity.ts";

const stopping: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stopping.splice(0)) await stop();
});

async function start(options: IssuerOptions = {}) {
  const started = await startWebIdentity(options);
  stopping.push(started.stop);
  return started;
}

const noKey =
  /^InvalidIdentityToken: Couldn't retrieve verification key from your identity provider/;
const badSignature =
  "InvalidIdentityToken: The token's signature is not that of its identity provider";
const notAJwt = /^InvalidIdentityToken: The ID Token provided is not a valid JWT/;
const badAlgorithm =
  "InvalidIdentityToken: The token is not signed with an algorithm that is accepted";

describe("a token of a registered issuer", () => {
  it("says who its bearer is", async () => {
    const { issuer, verify, now } = await start({ path: "/realms/test" });
    const token = issuer.token({
      sub: "repo:octo/app:ref:refs/heads/main",
      amr: ["pwd", "otp"],
      repository_id: 42,
      protected: true,
      "kubernetes.io": { namespace: "default" },
      "https://aws.amazon.com/tags": {
        principal_tags: { Team: ["red"], Stage: ["prod"] },
        transitive_tag_keys: ["Team"],
      },
      "https://aws.amazon.com/source_identity": "ann",
    });
    const { conditionValues, session, ...identity } = await verify(token);
    expect(identity).toEqual({
      provider: issuer.provider,
      issuer: issuer.url,
      subject: "repo:octo/app:ref:refs/heads/main",
      audience: "sts.amazonaws.com",
      issuedAt: now() * 1000,
      expiresAt: (now() + 300) * 1000,
    });
    expect(claimedProvider(token)).toBe(issuer.provider);
    expect(Object.fromEntries(conditionValues)).toMatchObject({
      aud: ["sts.amazonaws.com"],
      oaud: ["sts.amazonaws.com"],
      sub: ["repo:octo/app:ref:refs/heads/main"],
      amr: ["pwd", "otp"],
      repository_id: ["42"],
      protected: ["true"],
    });
    expect(conditionValues.has("kubernetes.io")).toBe(false);
    expect(session.tags).toEqual(
      new Map([
        ["Team", "red"],
        ["Stage", "prod"],
      ]),
    );
    expect(session.transitiveKeys).toEqual(["Team"]);
    expect(session.sourceIdentity).toBe("ann");
  });

  it.each<SignatureAlgorithm>([
    ...(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] as const),
    ...(["ES256", "ES384", "ES512", "EdDSA"] as const),
  ])("may be signed with %s", async (algorithm) => {
    const { issuer, verify } = await start({ algorithm, plain: true });
    expect((await verify(issuer.token())).subject).toBe("subject");
    const [header, payload, signature] = issuer.token().split(".");
    const others = encode({
      ...JSON.parse(Buffer.from(payload!, "base64url").toString()),
      sub: "x",
    });
    expect(await refusalOf(verify(`${header}.${others}.${signature}`))).toBe(badSignature);
  });

  it("may come from an issuer whose name ends in a slash, or that is listed without TLS", async () => {
    const slash = await start({ path: "/" });
    expect((await slash.verify(slash.issuer.token())).provider).toMatch(/\/$/);
    expect(slash.issuer.requests).toEqual(["/.well-known/openid-configuration", "/keys"]);
    const plain = await start({ plain: true });
    expect((await plain.verify(plain.issuer.token())).provider).toBe(plain.issuer.provider);
    // Registered without scheme, an issuer is one with TLS.
    const { provider } = plain.issuer;
    expect(await refusalOf(plain.verify(plain.issuer.token(), { url: provider }))).toBe(
      "InvalidIdentityToken: The token was not issued by this identity provider",
    );
  });

  it("is for one of the provider's clients, by azp where there is one", async () => {
    const { issuer, verify } = await start({ algorithm: "ES256" });
    const audienceOf = async (claims: Claims) => (await verify(issuer.token(claims))).audience;
    expect(await audienceOf({ aud: ["unknown", "other-client", "sts.amazonaws.com"] })).toBe(
      "other-client",
    );
    expect(await audienceOf({ aud: "unknown", azp: "other-client" })).toBe("other-client");
    const { conditionValues } = await verify(issuer.token({ aud: "for-x", azp: "other-client" }));
    expect(conditionValues.get("aud")).toEqual(["other-client"]);
    expect(conditionValues.get("oaud")).toEqual(["for-x"]);
    for (const claims of [
      { aud: "unknown" },
      { aud: ["unknown"] },
      { aud: "STS.amazonaws.com" },
      { aud: "sts.amazonaws.com", azp: "unknown" },
    ]) {
      expect(await refusalOf(verify(issuer.token(claims)))).toBe(
        "InvalidIdentityToken: Incorrect token audience",
      );
    }
  });

  it.each<[string, Claims]>([
    ["iss", { iss: undefined }],
    ["iss", { iss: "" }],
    ["sub", { sub: undefined }],
    ["sub", { sub: "" }],
    ["sub", { sub: ["subject"] }],
    ["aud", { aud: undefined }],
    ["aud", { aud: [] }],
    ["aud", { aud: [1] }],
    ["azp", { azp: null }],
    ["exp", { exp: undefined }],
    ["exp", { exp: "9999999999" }],
    ["exp", { exp: 1e300 }],
    ["iat", { iat: undefined }],
    ["nbf", { nbf: "now" }],
  ])("needs a good %s: %o", async (name, claims) => {
    const { issuer, verify } = await start({ algorithm: "ES256" });
    expect(await refusalOf(verify(issuer.token(claims)))).toBe(
      `InvalidIdentityToken: Missing a required claim: ${name}`,
    );
  });

  it("is good until five minutes after its end, and not before it begins", async () => {
    const { issuer, verify, now, clock } = await start({ algorithm: "ES256" });
    const token = issuer.token();
    clock.advance(599_000);
    expect((await verify(token)).subject).toBe("subject");
    clock.advance(1_000);
    const end = now() - 300;
    expect(await refusalOf(verify(token))).toBe(
      `ExpiredIdentityToken: Token expired: current date/time ${now()} must be before the expiration date/time ${end}`,
    );
    const early = { exp: now() + 9_000 };
    expect(await refusalOf(verify(issuer.token({ ...early, nbf: now() + 300 })))).toBe("accepted");
    for (const claims of [{ nbf: now() + 301 }, { iat: now() + 301 }]) {
      expect(await refusalOf(verify(issuer.token({ ...early, ...claims })))).toBe(
        "IdpRejectedClaim: The token is not valid yet",
      );
    }
  });

  it("of another issuer is refused, without a request to either", async () => {
    const one = await start({ algorithm: "ES256" });
    const other = await OidcIssuer.start({ algorithm: "ES256", now: one.now });
    stopping.push(() => other.stop());
    const wrong = "InvalidIdentityToken: The token was not issued by this identity provider";
    for (const iss of [
      other.url,
      `${one.issuer.url}/`,
      one.issuer.provider,
      "https://idp.example",
    ]) {
      expect(await refusalOf(one.verify(one.issuer.token({ iss })))).toBe(wrong);
    }
    const stolen = other.token({ iss: one.issuer.url });
    expect(await refusalOf(one.verify(stolen))).toMatch(noKey);
    expect(other.requests).toEqual([]);
  });

  it("with bad tags or source identity is refused", async () => {
    const { issuer, verify } = await start({ algorithm: "ES256" });
    const base = "https://aws.amazon.com/tags";
    const flat = {
      [`${base}/principal_tags/Team`]: "red",
      [`${base}/transitive_tag_keys`]: ["Team"],
    };
    const { session } = await verify(issuer.token(flat));
    expect(session).toMatchObject({ tags: new Map([["Team", "red"]]), transitiveKeys: ["Team"] });
    for (const claims of [
      { [base]: "red" },
      { [base]: { principal_tags: { Team: ["red", "blue"] } } },
      { [base]: { principal_tags: { Team: 1 } } },
      { [base]: { principal_tags: ["Team"] } },
      { [base]: { principal_tags: {}, transitive_tag_keys: [1] } },
      { [base]: { principal_tags: { Team: ["red"] } }, ...flat },
      { "https://aws.amazon.com/source_identity": ["ann"] },
    ]) {
      expect(await refusalOf(verify(issuer.token(claims)))).toMatch(
        /^InvalidIdentityToken: The claim/,
      );
    }
  });
});

describe("a forged token is refused:", () => {
  it("one without a signature, or with the algorithm 'none'", async () => {
    const { issuer, verify } = await start();
    const [header, payload] = issuer.token().split(".");
    for (const alg of ["none", "None", "NONE", "", undefined, 256, ["RS256"]]) {
      const none = encode({ alg, kid: issuer.key.keyId });
      expect(await refusalOf(verify(`${none}.${payload}.`))).toBe(badAlgorithm);
    }
    for (const token of [`${header}.${payload}.`, `${header}.${payload}`]) {
      expect(await refusalOf(verify(token))).toMatch(notAJwt);
    }
    expect(issuer.requests).toEqual([]);
  });

  it("one whose HMAC has the issuer's public key for its secret", async () => {
    const { issuer, verify } = await start();
    const { key, keyId, jwk } = issuer.key;
    const [, payload] = issuer.token().split(".");
    const pem = (type: "spki" | "pkcs1") => createPublicKey(key).export({ type, format: "pem" });
    for (const alg of ["HS256", "HS384", "HS512"]) {
      const signed = `${encode({ alg, kid: keyId, typ: "JWT" })}.${payload}`;
      for (const secret of [pem("spki"), pem("pkcs1"), jwk.n, JSON.stringify(jwk)]) {
        const mac = createHmac(`sha${alg.slice(2)}`, String(secret)).update(signed);
        expect(await refusalOf(verify(`${signed}.${mac.digest("base64url")}`))).toBe(badAlgorithm);
      }
    }
  });

  it("one that brings a key of its own, or says where it is", async () => {
    const { issuer, verify } = await start({ algorithm: "ES256" });
    const thief = newSigningKey("ES256");
    const evil = "https://127.0.0.1:1/keys";
    for (const header of [
      { jwk: thief.jwk },
      { jku: evil, x5u: evil },
      { kid: issuer.key.keyId, jwk: thief.jwk },
      { kid: "../keys" },
      { kid: "__proto__" },
    ]) {
      const refusal = await refusalOf(verify(issuer.token({}, { key: thief, header })));
      expect(refusal === badSignature || noKey.test(refusal)).toBe(true);
    }
  });

  it("one that names another of the issuer's keys, or an algorithm of another type", async () => {
    const { issuer, verify } = await start({ algorithm: "ES256" });
    const first = issuer.key;
    const second = issuer.rotate("ES256");
    const third = issuer.rotate("RS256");
    const as = (key: typeof first, header: Claims) => verify(issuer.token({}, { key, header }));
    expect(await refusalOf(as(first, {}))).toBe("accepted");
    expect(await refusalOf(as(first, { kid: second.keyId }))).toBe(badSignature);
    expect(await refusalOf(as(third, { kid: first.keyId }))).toMatch(noKey);
    expect(await refusalOf(as(first, { kid: third.keyId }))).toMatch(noKey);
    expect(await refusalOf(as(third, { alg: "RS512" }))).toMatch(noKey); // The key is for RS256.
    // Without a name it can only be the one of its type, of which there must be no second.
    expect(await refusalOf(as(third, { kid: undefined }))).toBe("accepted");
    expect(await refusalOf(as(first, { kid: undefined }))).toMatch(noKey);
  });

  it("one that is not what a JWT is, before anything is asked", async () => {
    const { issuer, verify } = await start({ algorithm: "ES256" });
    const good = issuer.token();
    const [header, payload, signature] = good.split(".") as [string, string, string];
    const raw = (text: string | Buffer) => Buffer.from(text).toString("base64url");
    const alg = '"alg":"ES256"';
    const tokens = [
      ...[
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        good.replaceAll(".", ""),
        `${good}.`,
        ` ${good}`,
        `${good}\n`,
      ],
      ...[`${header}=.${payload}.${signature}`, `${header}.${payload}.${signature}==`],
      ...[`${header}.${payload}.${signature.slice(0, -1)}`, `${header}.${payload}.${signature}~`],
      ...[`${raw("[]")}.${payload}.${signature}`, `${raw("null")}.${payload}.${signature}`],
      `${raw(`{${alg},"alg":"none"}`)}.${payload}.${signature}`,
      `${raw(`{${alg},"crit":["exp"],"exp":1}`)}.${payload}.${signature}`,
      `${raw(`{${alg},"crit":["b64"],"b64":false}`)}.${payload}.${signature}`,
      `${raw(`{${alg},"kid":7}`)}.${payload}.${signature}`,
      `${header}.${raw('{"iss":"a","iss":"b"}')}.${signature}`,
      `${header}.${raw("[".repeat(40) + "]".repeat(40))}.${signature}`,
      `${header}.${raw(Buffer.from([0x7b, 0xff, 0x7d]))}.${signature}`,
      issuer.token({ padding: "x".repeat(limits.webIdentityTokenCharacters) }),
    ];
    for (const token of tokens) {
      expect([token, await refusalOf(verify(token))]).toEqual([
        token,
        expect.stringMatching(notAJwt),
      ]);
    }
    expect(issuer.requests).toEqual([]);
    const large = issuer.token({ padding: "x".repeat(12_000) });
    expect(large.length).toBeGreaterThan(16_000);
    expect(await refusalOf(verify(large))).toBe("accepted");
  });

  it("one with claims named after an object's own members is harmless", async () => {
    const { issuer, verify } = await start({ algorithm: "ES256" });
    const { key } = issuer;
    const claims = JSON.parse('{"__proto__":{"sub":"root"},"constructor":"x","toString":"y"}');
    const all = { ...claims, iss: issuer.url, aud: "sts.amazonaws.com", iat: 1, exp: 9e9 };
    expect(await refusalOf(verify(signedToken(all, { key })))).toContain("required claim: sub");
    const { conditionValues } = await verify(signedToken({ ...all, sub: "s" }, { key }));
    expect(conditionValues.get("toString")).toEqual(["y"]);
  });
});
