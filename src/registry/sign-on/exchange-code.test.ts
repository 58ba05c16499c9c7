import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { account } from "../../../test/support/ecr.ts";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { sendJson } from "../../../test/support/oidc-issuer.ts";
import { OidcProvider } from "../../../test/support/oidc-provider.ts";
import { refusalOf } from "../../../test/support/web-identity.ts";
import { HttpEgress } from "../../adapters/egress/http-egress.ts";
import { createOidcProvider } from "../identity/oidc-providers.ts";
import type { Region } from "../names.ts";
import { beginSignOn } from "./begin-sign-on.ts";
import { exchangeCode } from "./exchange-code.ts";
import { openFlow } from "./sign-on-flow.ts";
import { putSignOn, type SignOnProvider } from "./sign-on-settings.ts";

const redirectUri = "https://registry.example/console/sign-in/return";
const secret = "s: +%&";
const egress = new HttpEgress({ isListed: (address) => address === "127.0.0.1" });
let opened: TestIam;
let there: OidcProvider;
let provider: SignOnProvider;

beforeAll(async () => {
  opened = await openTestIam();
  there = await OidcProvider.start({ ann: { sub: "ann" } });
  there.clients.set("console", { id: "console", secret, redirectUris: [redirectUri] });
  const { provider: url, thumbprint } = there.issuer;
  const thumbprints = [thumbprint];
  const known = { account, url, clientIds: ["console"], thumbprints, tags: [] };
  await createOidcProvider(opened.ports, known);
  const wanted = {
    ...{ label: "Acme", clientId: "console", clientSecret: secret, scopes: [] },
    ...{ groupsClaim: "groups", roleClaim: undefined, nameClaim: undefined },
  };
  const registry = { account, region: "us-east-1" as Region };
  provider = await putSignOn(opened.ports, registry, url, wanted);
});
const intercept = () => there.issuer.intercept;
let usual: ReturnType<typeof intercept>;
beforeEach(() => {
  usual ??= there.issuer.intercept;
  there.issuer.intercept = usual;
});
afterAll(async () => {
  egress.close();
  await there?.stop();
  await opened?.registry.close();
});

/** Of somebody who has just come back. */
async function exchange(secretIn: "header" | "body" = "header"): Promise<string> {
  const ports = { ...opened.ports, egress };
  const wish = { account, provider: provider.url, redirectUri, isFresh: false };
  const { url, cookie } = await beginSignOn(ports, wish);
  const back = new URL(there.signIn(url, "ann")).searchParams;
  const flow = openFlow(ports, cookie, back.get("state") ?? "");
  const token = `${there.issuer.url}/token`;
  const known = { authorization: "", token, secretIn };
  const endpoints = { ...known, namesIssuer: false, endSession: undefined };
  return exchangeCode(ports, provider, endpoints, { code: back.get("code") ?? "", flow });
}

function answering(answer: (response: ServerResponse) => unknown): void {
  there.issuer.intercept = (path, response, request) => {
    if (path !== "/token") return usual(path, response, request);
    answer(response);
    return true;
  };
}

it("sends the secret where the provider wants it, and only there", async () => {
  expect(await exchange("header")).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  expect(there.exchanges[0]?.form.has("client_secret")).toBe(false);
  await exchange("body");
  const [{ authorization, form } = there.exchanges[1]!] = there.exchanges;
  expect([authorization, form.get("client_secret")]).toEqual([undefined, secret]);
  expect(form.get("client_id")).toBe("console");
});

it("is kept sealed: what is stored has the secret nowhere", async () => {
  const dump = await opened.registry.dump();
  expect(dump).toContain("Acme");
  expect(dump).not.toContain(secret);
  expect(dump).not.toContain(Buffer.from(secret).toString("base64"));
});

it.each<[string, (response: ServerResponse) => unknown, string]>([
  ["an error inside", (response) => response.writeHead(503).end(), "does not answer"],
  ["too many requests", (response) => response.writeHead(429).end(), "does not answer"],
  ["a broken connection", (response) => response.destroy(), "does not answer"],
  ["no token", (response) => sendJson(response, { access_token: "x" }), "gave no ID token (200)"],
  ["no JSON", (response) => response.end("<html>"), "gave no ID token (200)"],
  [
    "a redirect",
    (response) => response.writeHead(307, { location: "https://127.0.0.1/" }).end(),
    "gave no ID token (307)",
  ],
  [
    "an error of its own",
    (response) => sendJson(response, { error: "odd\u001b[31m one" }, 400),
    "gave no ID token (odd [31m one)",
  ],
  [
    "a client that may not",
    (response) => sendJson(response, { error: "unauthorized_client" }, 400),
    "not allowed to sign people in by code",
  ],
])("says what is wrong with %s", async (_what, answer, why) => {
  answering(answer);
  const refusal = await refusalOf(exchange());
  expect(refusal).toContain(why);
  expect(refusal).not.toContain(secret);
});
