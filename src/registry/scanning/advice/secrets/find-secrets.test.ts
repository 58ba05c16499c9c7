import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { growth, inProportion } from "../../../../../test/support/growth.ts";
import { findSecrets, hideSecrets } from "./find-secrets.ts";

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** As GitHub makes them; written out, they would be found in this file. */
function summed(prefix: string, random: string): string {
  let sum = crc32(random);
  let written = "";
  for (let digit = 0; digit < 6; digit++) {
    written = alphabet[sum % 62]! + written;
    sum = Math.floor(sum / 62);
  }
  return prefix + random + written;
}

const random = "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ";
const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const webToken = (payload: object, header: object = { alg: "HS256" }) =>
  `${base64url(header)}.${base64url(payload)}.${"dBjftJeZ4CVPmB92K27uhbUJU1p1r_wW1gFWFOEjXk"}`;
const pem = (
  kind: string,
  text = `${"MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQC7".repeat(2)}`,
) => `-----BEGIN ${kind}-----\n${text}\n-----END ${kind}-----\n`;

describe("findSecrets", () => {
  it.each([
    ["AWS access key id", `AKIA${"Z3MSJV7WQLX5TP2K"}`],
    ["GitHub token", summed("ghp_", random)],
    [
      "GitHub token",
      `github_pat_${"1".repeat(4)}ABCDEFGHIJKLMNOPQR_${"aB3dE5gH7j".repeat(5)}abcdefghi`,
    ],
    ["npm token", summed("npm_", random)],
    ["GitLab token", `glpat-${"Zq3-x8TyV5_bNm2KpL9w"}`],
    ["Slack token", `xoxb-${"123456789012-123456789012-aBcDeFgHiJkLmNoPqRsTuVwX"}`],
    [
      "Slack webhook",
      `https://hooks.slack.com/services/${"T0AB1CD2E/B0AB1CD2E/aBcDeFgHiJkLmNoPqRsTuVwX"}`,
    ],
    ["Google API key", `AIza${"SyD4bX9fQ2mZ7kL1pR8tW3vY6nC0jH5gE_a"}`],
    ["Stripe key", `sk_live_${"4eC39HqLyjWDarjtT1zdp7dc"}`],
    ["JSON Web Token", webToken({ sub: "42", iat: 1 })],
    ["private key", pem("RSA PRIVATE KEY").trim()],
    ["private key", pem("OPENSSH PRIVATE KEY").replaceAll("\n", "\\n")],
    ["encrypted private key", pem("ENCRYPTED PRIVATE KEY").trim()],
    ["database password", "postgres://app:tr0ub4dor@db.internal:5432/app"],
    ["database password", "mongodb+srv://app:p%40ss4word@cluster0.mongodb.net"],
    ["password in a URL", "https://deploy:s3cr3tw0rd@git.internal/app.git"],
  ])("knows a %s by its form", (kind, secret) => {
    expect(findSecrets(`RUN x '${secret}' y`)).toMatchObject([{ kind, isCertain: true }]);
    const shown = hideSecrets(`RUN x '${secret}' y`);
    expect(shown).toContain("[hidden]");
    for (const { start, end } of findSecrets(secret)) {
      expect(shown).not.toContain(secret.slice(start, end).slice(4));
    }
  });

  it.each([
    ["a checksum that is wrong", summed("ghp_", random).replace(/.$/, "!").replace("!", "z")],
    ["a token with more behind it", `${summed("ghp_", random)}abc`],
    ["the key id of AWS's documentation", `AKIA${"IOSFODNN7EXAMPLE"}`],
    ["a longer word in capitals", `XAKIA${"Z3MSJV7WQLX5TP2K"}`],
    ["the token that jwt.io shows", webToken({ name: "John Doe" })],
    ["base64 of some object in two dots", `eyJhIjoxfQ.eyJhIjoxfQ.${"a".repeat(30)}`],
    ["a search for a header", "grep -q '-----BEGIN PRIVATE KEY-----' file && echo yes"],
    ["a certificate", pem("CERTIFICATE")],
    ["a public key", pem("PUBLIC KEY")],
    ["a URL without a password", "postgres://app@db/app"],
    ["a password that is put in later", "postgres://app:$DB_PASSWORD@db/app"],
    ["a password that everybody knows", "postgres://postgres:postgres@localhost/app"],
    ["a port and an at sign in the path", "https://example.com:8080/@scope/name"],
    ["a token of x", `ghp_${"x".repeat(36)}`],
  ])("takes %s for none", (_, text) => {
    expect(findSecrets(text)).toEqual([]);
  });

  it.each([
    ["DB_PASSWORD=kT9#mwQ2x", "password", "DB_PASSWORD"],
    ['"apiKey": "8f3b2c9d7e1a4056b8c7d9e0f1a2b3c4"', "secret value", "apiKey"],
    ["login --password Tr0ub4dor&3x", "password", "password"],
    [
      "//registry.npmjs.org/:_authToken=0f8c4a52-9b1d-4e3f-a6c7-d8e9f0a1b2c3",
      "secret value",
      "_authToken",
    ],
    [
      `AWS_SECRET_ACCESS_KEY=${"wJalrXUtnFEMIK7MDENGbPxRfiCYzzzzQQQQ1234"}`,
      "AWS secret access key",
      "AWS_SECRET_ACCESS_KEY",
    ],
    ["client_secret = Zx81QplM-44aa-9921", "secret value", "client_secret"],
  ])("takes the value of a telling name that looks secret: %s", (text, kind, name) => {
    expect(findSecrets(text)).toMatchObject([{ kind, name, isCertain: false }]);
  });

  it.each([
    "GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305",
    "PYTHON_SHA256=7f8c4a52a9b1d4e3fa6c7d8e9f0a1b2c37f8c4a52a9b1d4e3fa6c7d8e9f0a1b2",
    "PWD=/usr/src/App1",
    "DB_PASSWORD=changeme",
    "DB_PASSWORD=change-me-in-Production1",
    `DB_PASSWORD=$${"{DB_PASSWORD}"}`,
    "DB_PASSWORD=$POSTGRES_PASSWORD",
    "DB_PASSWORD=",
    "DB_PASSWORD=example-Passw0rd",
    "POSTGRES_PASSWORD=postgres",
    "DB_PASSWORD_FILE=/run/secrets/Db_Password1",
    "API_TOKEN=$(cat /run/secrets/token)",
    "API_TOKEN=/run/secrets/api_token_2",
    "TOKEN_URL=https://auth.internal/oauth2/token",
    "TOKENIZERS_PARALLELISM=false1234567890abcdef",
    "TOKEN_ENDPOINT_AUTH_METHOD=client_secret_basic",
    "OAUTH_TOKEN_METHOD=client_secret_basic",
    "docker login --password-stdin registry.gitlab.com1",
    "SECRET_KEY_BASE=dummy-value-1234567890",
    "--mount=type=secret,id=Npm1Token2Value3",
  ])("leaves alone %s", (text) => {
    expect(findSecrets(text)).toEqual([]);
  });

  it("tells the first characters of long ones, and none of a short one", () => {
    expect(findSecrets("DB_PASSWORD=kT9#mw").map(({ preview }) => preview)).toEqual([]);
    expect(findSecrets("DB_PASSWORD=kT9#mwQ2x")[0]!.preview).toBe("k");
    expect(findSecrets(summed("ghp_", random))[0]!.preview).toBe("ghp_");
  });

  it("tells a value that is a token once, as that, with its name", () => {
    const token = summed("ghp_", random);
    expect(findSecrets(`GITHUB_TOKEN=${token}`)).toEqual([
      {
        kind: "GitHub token",
        start: 13,
        end: 53,
        preview: "ghp_",
        isCertain: true,
        name: "GITHUB_TOKEN",
      },
    ]);
  });

  it("leaves nothing of a random password in what is shown", () => {
    const password = fc
      .string({ minLength: 12, maxLength: 40, unit: fc.constantFrom(...`${alphabet}#!%+`) })
      .filter((text) => new Set(text).size > 7 && /[0-9]/.test(text) && /[a-z]/.test(text));
    fc.assert(
      fc.property(password, (text) => {
        const [line] = [`RUN a && DB_PASSWORD='${text}' ./setup --flag`];
        fc.pre(findSecrets(line).length > 0);
        expect(hideSecrets(line)).not.toContain(text.slice(2));
      }),
    );
  });

  it.each([
    ["-----BEGIN PRIVATE KEY-----"],
    ["token="],
    ["token:"],
    ["--password "],
    ["eyJ"],
    ["ghp_"],
    ["://a:b@"],
    ["-----BEGIN PRIVATE KEY-----\na"],
    ["secret='"],
    ["xoxb-1-"],
  ])("ends soon on a text of nothing but %j", (piece) => {
    const work = (size: number) => findSecrets(piece.repeat(Math.ceil(size / piece.length)));
    expect(growth(work, 2 ** 15)).toBeLessThan(inProportion);
  });
});
