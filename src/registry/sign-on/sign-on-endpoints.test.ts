import { afterEach, describe, expect, it } from "vitest";
import {
  configurationPath,
  type IssuerOptions,
  sendJson,
} from "../../../test/support/oidc-issuer.ts";
import { refusalOf, startWebIdentity } from "../../../test/support/web-identity.ts";
import { HttpEgress } from "../../adapters/egress/http-egress.ts";
import { limits } from "../limits.ts";
import { endpointsOf } from "./sign-on-endpoints.ts";

const stopping: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stopping.splice(0)) await stop();
});

async function start(configuration: object = {}, options: IssuerOptions = {}) {
  const started = await startWebIdentity({ algorithm: "ES256", ...options });
  stopping.push(started.stop);
  const { issuer, ports } = started;
  const { url } = issuer;
  issuer.configuration = {
    ...{ authorization_endpoint: `${url}/authorize`, token_endpoint: `${url}/token` },
    ...configuration,
  };
  const ask = () => endpointsOf(ports, { url, thumbprints: [issuer.thumbprint] });
  return { ...started, ask };
}

describe("an identity provider's endpoints", () => {
  it("are asked for once in ten minutes, however many sign in, and again soon after a failure", async () => {
    const { issuer, ask, clock } = await start();
    await Promise.all(Array.from({ length: 20 }, ask));
    expect(await ask()).toMatchObject({ token: `${issuer.url}/token`, secretIn: "header" });
    expect(issuer.requests).toEqual([configurationPath]);
    clock.advance(limits.issuerKeysFreshMs);
    issuer.intercept = (_path, response) => {
      response.writeHead(503).end();
      return true;
    };
    const silent =
      "IdpCommunication: The identity provider does not answer. Try again in a moment.";
    for (let tried = 0; tried < 5; tried += 1) expect(await refusalOf(ask())).toBe(silent);
    expect(issuer.requests).toHaveLength(2);
    issuer.intercept = () => false;
    clock.advance(limits.issuerRetryMs);
    expect(await ask()).toMatchObject({ token: `${issuer.url}/token`, endSession: undefined });
  });

  it("say how the secret is wanted", async () => {
    const methods = (list: string[]) => ({ token_endpoint_auth_methods_supported: list });
    expect(await (await start(methods(["client_secret_post"]))).ask()).toMatchObject({
      secretIn: "body",
    });
    const both = methods(["client_secret_post", "client_secret_basic"]);
    expect(await (await start(both)).ask()).toMatchObject({ secretIn: "header" });
  });

  it.each<[string, object, string]>([
    ["no PKCE", { code_challenge_methods_supported: ["plain"] }, "it does not know PKCE with S256"],
    ["no page", { authorization_endpoint: undefined }, "it names no authorization_endpoint"],
    [
      "a page that is a script",
      { authorization_endpoint: "javascript:alert(1)" },
      "its authorization_endpoint is no URL to send people or secrets to",
    ],
    [
      "a token endpoint without TLS",
      { token_endpoint: "http://127.0.0.1/token" },
      "its token_endpoint is no URL to send people or secrets to",
    ],
    [
      "a password in its URL",
      { token_endpoint: "https://user@127.0.0.1/token" },
      "its token_endpoint is no URL to send people or secrets to",
    ],
    [
      "a place to sign out that is a script",
      { end_session_endpoint: "javascript:alert(1)" },
      "its end_session_endpoint is no URL to send people or secrets to",
    ],
    [
      "another's name",
      { issuer: "https://other.example" },
      "at its URL is no configuration of OpenID Connect that names it",
    ],
  ])("are not used with %s", async (_what, configuration, why) => {
    const { ask } = await start(configuration);
    expect(await refusalOf(ask())).toBe(
      `ServiceUnavailable: The identity provider cannot be used: ${why}.`,
    );
  });

  it("are not asked for at an address inside that the operator has not listed (D11)", async () => {
    const { issuer, ports } = await start();
    const egress = new HttpEgress({ isListed: () => false });
    stopping.push(() => egress.close());
    const asked = endpointsOf({ ...ports, egress }, { url: issuer.url, thumbprints: [] });
    expect(await refusalOf(asked)).toContain("ENTREPOT_EGRESS_ALLOW");
    expect(issuer.requests).toEqual([]);
  });

  it("are not asked for of a server that nobody vouches for", async () => {
    const { issuer, ports } = await start();
    const asked = endpointsOf(ports, { url: issuer.url, thumbprints: ["0".repeat(40)] });
    expect(await refusalOf(asked)).toContain("nobody vouches for its certificate");
  });

  it("are not taken from where it redirects to", async () => {
    const { issuer, ask } = await start();
    issuer.intercept = (path, response) => {
      if (path === "/elsewhere") sendJson(response, { issuer: issuer.url });
      else response.writeHead(302, { location: `${issuer.url}/elsewhere` }).end();
      return true;
    };
    expect(await refusalOf(ask())).toContain("no configuration of OpenID Connect");
    expect(issuer.requests).toEqual([configurationPath]);
  });
});
