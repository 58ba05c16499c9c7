/** Signing in to the console by an OpenID provider: what it gives, to whom, and what it refuses. */
import { DescribeRepositoriesCommand, ECRClient } from "@aws-sdk/client-ecr";
import { CreateRoleCommand, DeleteRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  account,
  clientId,
  clientSecret,
  region,
  type SignOnServer,
  startSignOn,
} from "../support/console-sign-on.ts";
import { newSigningKey } from "../support/oidc-issuer.ts";

const people = {
  ann: { sub: "u-1", email: "ann@example.com", email_verified: true, groups: ["devs", "all"] },
  ben: { sub: "u-2", email: "ben@example.com", email_verified: true, groups: ["devs", "review"] },
  eve: {
    sub: "u-3",
    email: "root@example.com",
    email_verified: false,
    groups: ["all", "visitors"],
  },
  moe: { sub: "auth0|u 4" },
};
const path = "/console/session";
let setup: SignOnServer;
let providerArn: string;

const signOn = (more: object = {}) =>
  setup.call("entrepot:PutConsoleSignOn", {
    ...{ providerArn, label: "Acme", clientId, clientSecret, ...more },
  });
const grantOf = (group: string, role: string, repositoryPrefix: string) => ({
  ...{ principalKind: "provider-group", principalName: group, providerArn, role, repositoryPrefix },
});

beforeAll(async () => {
  setup = await startSignOn(people);
  ({ providerArn } = setup);
  await setup.call("entrepot:GrantRole", grantOf("devs", "Developer", "team/"));
  await setup.call("entrepot:GrantRole", grantOf("review", "Reviewer", ""));
});
beforeEach(async () => {
  setup.provider.tokenClaims = {};
  await signOn();
});
afterAll(() => setup?.stop());

let pages = 0;

/** One browser at an address of its own: it keeps its cookies. */
class Page {
  readonly address: string;
  readonly cookies = new Map<string, string>();

  constructor() {
    pages += 1;
    this.address = `203.0.113.${pages}`;
  }

  async ask(at: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const { origin } = setup.server;
    const response = await fetch(`${origin}${path}${at}`, {
      ...{ method: "POST", body: JSON.stringify(body) },
      headers: {
        ...{ "content-type": "application/json", "x-forwarded-for": this.address, cookie, origin },
        ...headers,
      },
    });
    for (const text of response.headers.getSetCookie()) {
      const [name = "", value = ""] = (text.split(";")[0] ?? "").split("=");
      if (value === "") this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  /** Where the browser is sent. */
  async begin(more: object = {}): Promise<string> {
    const wish = { account, provider: setup.provider.issuer.provider, ...more };
    const response = await this.ask("/sign-on/begin", wish);
    const told = (await response.json()) as { url?: string; message?: string };
    if (told.url === undefined) throw new Error(told.message);
    return told.url;
  }

  /** As somebody, up to what the page sends once it is back. */
  async comeBack(name: string): Promise<Record<string, string>> {
    return this.back(await this.begin(), name);
  }

  back(url: string, name: string): Record<string, string> {
    const back = new URL(setup.provider.signIn(url, name));
    expect(back.pathname).toBe("/console/sign-in/return");
    return Object.fromEntries(back.searchParams);
  }

  complete(answer: object): Promise<Response> {
    return this.ask("/sign-on/complete", answer);
  }
}

interface SignedIn {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly arn: string;
}
interface Choice {
  readonly roles: readonly { readonly arn: string; readonly name: string }[];
  readonly ticket: string;
}

async function told<Answer>(answer: Promise<Response>): Promise<Answer> {
  const response = await answer;
  const body = (await response.json()) as Answer & { message?: string };
  expect(response.status, body.message).toBe(200);
  return body;
}

/** The sentence of the refusal, after which the browser holds nothing that is worth anything. */
async function refusal(page: Page, answer: Promise<Response>): Promise<string> {
  const response = await answer;
  const { message = "" } = (await response.json()) as { message?: string };
  expect(response.status, message).toBeGreaterThanOrEqual(400);
  expect([...page.cookies.keys()]).not.toContain("entrepot-console");
  return message;
}

async function signIn(name: string): Promise<SignedIn> {
  const page = new Page();
  return told(page.complete(await page.comeBack(name)));
}

function ecrOf({ accessKeyId, secretAccessKey, sessionToken }: SignedIn): ECRClient {
  const credentials = { accessKeyId, secretAccessKey, sessionToken };
  return new ECRClient({ region, endpoint: setup.server.origin, credentials, maxAttempts: 1 });
}

describe("somebody in a group that has a role", () => {
  it("is signed in as that role, named by the verified email, and may do what it says", async () => {
    const page = new Page();
    const url = await page.begin();
    expect(Object.fromEntries(new URL(url).searchParams)).toMatchObject({
      ...{ response_type: "code", client_id: clientId, scope: "openid email profile" },
      redirect_uri: `${setup.server.origin}/console/sign-in/return`,
    });
    const answer = await page.complete(page.back(url, "ann"));
    const cookies = answer.headers.getSetCookie();
    expect(cookies.every((text) => text.includes("SameSite=Strict"))).toBe(true);
    expect([...page.cookies.keys()]).toEqual(["entrepot-console", "entrepot-console-page"]);
    const ann = (await answer.json()) as SignedIn;
    expect(ann.arn).toMatch(
      /^arn:aws:sts::000000000000:assumed-role\/EntrepotGroup-devs-[0-9a-f]{16}\/ann@example\.com$/,
    );
    const list = (repositoryName: string) =>
      ecrOf(ann).send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] }));
    await expect(list("team/app")).rejects.toMatchObject({ name: "RepositoryNotFoundException" });
    await expect(list("other/app")).rejects.toMatchObject({ name: "AccessDeniedException" });
    const renewed = await page.ask("/renew", {}, pageHeader(page));
    expect(renewed.status).toBe(200);
    const again = (await renewed.json()) as SignedIn;
    await expect(
      ecrOf(again).send(new DescribeRepositoriesCommand({ repositoryNames: ["team/app"] })),
    ).rejects.toMatchObject({ name: "RepositoryNotFoundException" });
  });

  it("that sends the secret in the header, and the verifier of the challenge", async () => {
    await signIn("ann");
    const [exchange] = setup.provider.exchanges;
    expect(exchange?.authorization).toMatch(/^Basic /);
    expect(exchange?.form.get("client_secret")).toBeNull();
    expect(exchange?.form.get("code_verifier")).toMatch(/^[\w-]{43}$/);
  });

  it("may be signed in by a public client, which has no secret", async () => {
    const { clients } = setup.provider;
    const known = clients.get(clientId)!;
    clients.set(clientId, { id: clientId, redirectUris: known.redirectUris });
    try {
      await signOn({ clientSecret: "" });
      await signIn("ann");
      expect(setup.provider.exchanges[0]?.authorization).toBeUndefined();
    } finally {
      clients.set(clientId, known);
    }
  });

  it("chooses where there are several, once, and among those alone", async () => {
    const page = new Page();
    const { roles, ticket } = await told<Choice>(page.complete(await page.comeBack("ben")));
    expect(roles.map(({ name }) => name.replace(/-\w{16}$/, ""))).toEqual([
      ...["EntrepotGroup-devs", "EntrepotGroup-review"],
    ]);
    const roleArn = roles[1]?.arn ?? "";
    const other = new Page();
    await other.begin();
    expect(await refusal(other, other.ask("/sign-on/role", { ticket, roleArn }))).toContain(
      "not begun in this browser",
    );
    const root = `arn:aws:iam::${account}:role/OrganizationAccountAccessRole`;
    const asked = page.ask("/sign-on/role", { ticket, roleArn: root });
    expect(await refusal(page, asked)).toContain("none of yours");
    const ben = await told<SignedIn>(page.ask("/sign-on/role", { ticket, roleArn }));
    expect(ben.arn).toMatch(/assumed-role\/EntrepotGroup-review-\w+\/ben@example\.com$/);
    const again = await page.ask("/sign-on/role", { ticket, roleArn });
    expect(again.status).not.toBe(200);
  });

  it("is named by the subject where the provider does not vouch for the email", async () => {
    await setup.call("entrepot:GrantRole", grantOf("visitors", "Viewer", "public/"));
    const { arn } = await signIn("eve");
    expect(arn.split("/").at(-1)).toBe("u-3");
    await setup.call("entrepot:RevokeRole", grantOf("visitors", "Viewer", "public/"));
  });

  it("is signed out as anybody, and all that the sign-in gave ends", async () => {
    const page = new Page();
    const ann = await told<SignedIn>(page.complete(await page.comeBack("ann")));
    const { origin } = setup.server;
    const cookie = [...page.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { cookie, origin, ...pageHeader(page) };
    const out = await fetch(`${origin}${path}`, { method: "DELETE", headers });
    expect(out.status).toBe(200);
    await expect(ecrOf(ann).send(new DescribeRepositoriesCommand({}))).rejects.toMatchObject({
      name: "UnrecognizedClientException",
    });
    // There they are signed in still, with all that they opened by it.
    const place = `${setup.provider.issuer.url}/logout?ui=1&client_id=${clientId}`;
    expect(await out.json()).toEqual({ provider: { label: "Acme", url: place } });
    // Who signed out on purpose can ask to be asked.
    const url = new URL(await new Page().begin({ isFresh: true }));
    expect(url.searchParams.get("prompt")).toBe("login");
  });
});

function pageHeader(page: Page) {
  return { "x-entrepot-console-page": page.cookies.get("entrepot-console-page") ?? "" };
}

describe("by a claim that lists roles", () => {
  it("offers those of them that trust the provider, and no others", async () => {
    const { origin, accessKeyId, secretAccessKey } = setup.server;
    const credentials = { accessKeyId, secretAccessKey };
    const iam = new IAMClient({ region, endpoint: origin, credentials, maxAttempts: 1 });
    const trust = (Principal: object, Action: string) =>
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal, Action }],
      });
    const make = async (RoleName: string, AssumeRolePolicyDocument: string) => {
      const { Role } = await iam.send(
        new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }),
      );
      return Role?.Arn ?? "";
    };
    const byToken = trust({ Federated: providerArn }, "sts:AssumeRoleWithWebIdentity");
    const wanted = await make("claimed", byToken);
    await make("unclaimed", byToken);
    const closed = await make("closed", trust({ Service: "x.amazonaws.com" }, "sts:AssumeRole"));
    setup.provider.people = { ...people, cat: { sub: "cat", roles: [closed, wanted] } };
    await signOn({ roleClaim: "roles", nameClaim: "sub" });
    expect((await signIn("cat")).arn).toBe(`arn:aws:sts::${account}:assumed-role/claimed/cat`);
    const page = new Page();
    const refused = page.complete(await page.comeBack("ann"));
    expect(await refusal(page, refused)).toContain(`claim "roles" names no role`);
    for (const RoleName of ["claimed", "unclaimed"]) {
      await iam.send(new DeleteRoleCommand({ RoleName }));
    }
  });
});

describe("is refused, saying why,", () => {
  const complete = async (name: string, change: object = {}) => {
    const page = new Page();
    const answer = await page.comeBack(name);
    return refusal(page, page.complete({ ...answer, ...change }));
  };

  it("somebody whose groups have no role", async () => {
    expect(await complete("eve")).toBe(
      `You have no role here: none of your groups has a role in account ${account}: all, visitors. Ask an administrator.`,
    );
  });

  it("somebody without groups", async () => {
    expect(await complete("moe")).toContain('names no groups (it has no claim "groups")');
  });

  it.each([
    {
      _claim_names: { groups: "src1" },
      _claim_sources: { src1: { endpoint: "https://x.example" } },
    },
    { hasgroups: true },
  ])("somebody who is in more groups than fit into a token: %o", async (claims) => {
    setup.provider.tokenClaims = claims;
    expect(await complete("moe")).toContain("more groups than the identity provider puts into");
    // Groups that are there count.
    expect(await complete("eve")).toContain("none of your groups has a role");
  });

  it("somebody whom the provider does not let in", async () => {
    expect(await complete("nobody")).toBe("The identity provider refused: access_denied.");
  });

  it("an answer to nothing, and to what another browser began", async () => {
    const stranger = new Page();
    const mine = new Page();
    const answer = await mine.comeBack("ann");
    expect(await refusal(stranger, stranger.complete(answer))).toContain(
      "not begun in this browser",
    );
    const other = new Page();
    await other.begin();
    expect(await refusal(other, other.complete(answer))).toContain("This sign-in is unknown");
    const change = { state: "x" };
    expect(await refusal(mine, mine.complete({ ...answer, ...change }))).toContain("unknown");
  });

  it("an answer that is used twice", async () => {
    const page = new Page();
    const answer = await page.comeBack("ann");
    const [, flow = ""] = [...page.cookies].find(([name]) => name.endsWith("sign-on")) ?? [];
    await told(page.complete(answer));
    const thief = new Page();
    thief.cookies.set("entrepot-console-sign-on", flow);
    expect(await refusal(thief, thief.complete(answer))).toContain("does not take its code");
  });

  it("a token with another nonce", async () => {
    setup.provider.tokenClaims = { nonce: "another" };
    expect(await complete("ann")).toContain("nonce is another one");
    setup.provider.tokenClaims = { nonce: undefined };
    expect(await complete("ann")).toContain("nonce is another one");
  });

  it("a token for another client, although the account knows that one", async () => {
    setup.provider.tokenClaims = { aud: "sts.amazonaws.com" };
    expect(await complete("ann")).toBe(
      "The identity provider's token is not accepted for client console: Incorrect token audience.",
    );
  });

  it("a token of a clock that is off, either way", async () => {
    const now = Math.floor(Date.now() / 1000);
    setup.provider.tokenClaims = { exp: now - 400, iat: now - 700, nbf: now - 700 };
    expect(await complete("ann")).toMatch(/^Token expired: .* The clocks .* here it is 2\d\d\d-/);
    setup.provider.tokenClaims = { iat: now + 400, nbf: now + 400, exp: now + 900 };
    expect(await complete("ann")).toMatch(/not valid yet\. The clocks/);
  });

  it("a token that somebody else signed", async () => {
    const { issuer } = setup.provider;
    const kept = issuer.keys;
    issuer.keys = [newSigningKey("ES256", issuer.key.keyId)];
    expect(await complete("ann")).toContain("signature is not that of its identity provider");
    issuer.keys = kept;
  });

  it("an answer of another provider (RFC 9207)", async () => {
    expect(await complete("ann", { iss: "https://evil.example" })).toContain(
      "does not come from the identity provider",
    );
  });

  it("a secret that the provider does not know", async () => {
    await signOn({ clientSecret: "wrong" });
    expect(await complete("ann")).toContain("does not accept the client id and secret");
  });

  it("a page of another origin", async () => {
    const page = new Page();
    const origin = "https://evil.example";
    const wish = { account, provider: setup.provider.issuer.provider };
    for (const [at, body] of [
      ["/sign-on/begin", wish],
      ["/sign-on/complete", await page.comeBack("ann")],
      ["/sign-on/role", {}],
    ] as const) {
      const message = await refusal(page, page.ask(at, body, { origin }));
      expect(message).toBe("The request comes from a page of another origin.");
    }
  });

  it("a provider that nobody signs in by, and an account that is not there", async () => {
    await expect(new Page().begin({ provider: "login.example.com" })).rejects.toThrow(
      `Account ${account} does not let people sign in by login.example.com.`,
    );
    await expect(new Page().begin({ account: "999999999999" })).rejects.toThrow("does not let");
  });
});

it("that fails too often has to wait, and others at other addresses need not", async () => {
  const page = new Page();
  const messages = new Set<string>();
  for (let tried = 0; tried < 22; tried += 1) {
    messages.add(await refusal(page, page.complete({ state: "x", code: "x" })));
  }
  expect([...messages].at(-1)).toBe("Too many sign-ins failed. Wait a minute.");
  await expect(page.begin()).rejects.toThrow("Too many");
  await signIn("ann");
});

it("comes back to where the browser was, behind a proxy that ends TLS as well, and nowhere else", async () => {
  const { host } = new URL(setup.server.origin);
  const origin = `https://${host}`;
  const wish = { account, provider: setup.provider.issuer.provider };
  const more = { redirectUri: "https://evil.example/", redirect_uri: "https://evil.example/" };
  const response = await new Page().ask("/sign-on/begin", { ...wish, ...more }, { origin });
  const { url } = (await response.json()) as { url: string };
  expect(new URL(url).searchParams.get("redirect_uri")).toBe(`${origin}/console/sign-in/return`);
  expect(url).not.toContain("evil.example");
});

it("tells everybody what the buttons say, and nobody the secret", async () => {
  const ask = async (query: string) =>
    (await fetch(`${setup.server.origin}${path}/sign-on${query}`)).json();
  const { provider } = setup.provider.issuer;
  expect(await ask("")).toEqual({ signOns: [{ provider, label: "Acme" }] });
  expect(await ask("?account=999999999999")).toEqual({ signOns: [] });
  expect(await ask("?account=nonsense")).toEqual({ signOns: [] });
  const listed = await setup.call<{ signOns: object[] }>("entrepot:ListConsoleSignOns", {});
  expect(listed.signOns).toMatchObject([{ providerArn, clientId, hasClientSecret: true }]);
  expect(JSON.stringify(listed)).not.toContain(clientSecret);
});

it("the audit trail has who signed in by which provider, and who was refused, without secrets", async () => {
  await signIn("ann");
  const page = new Page();
  await page.complete(await page.comeBack("eve"));
  await signOn();
  type Found = {
    records: {
      eventType: string;
      errorMessage?: string;
      userIdentity: { type: string; userName?: string; arn?: string };
      additionalEventData?: object;
    }[];
  };
  const found = async () =>
    (await setup.call<Found>("entrepot:SearchAudit", { kinds: ["authentication"] })).records.filter(
      ({ eventType }) => eventType === "AwsConsoleSignIn",
    );
  await expect.poll(found, { timeout: 20_000 }).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        additionalEventData: { identityProvider: providerArn, subject: "u-1" },
      }),
      expect.objectContaining({
        errorMessage: expect.stringContaining("none of your groups"),
        userIdentity: expect.objectContaining({ type: "WebIdentityUser", userName: "u-3" }),
      }),
    ]),
  );
  const all = await setup.call<object>("entrepot:SearchAudit", {});
  for (const secret of [clientSecret, "code_verifier"]) {
    expect(JSON.stringify(all)).not.toContain(secret);
    expect(setup.server.output()).not.toContain(secret);
  }
});

it("ends with the setting, and with the provider's client", async () => {
  await setup.call("entrepot:DeleteConsoleSignOn", { providerArn });
  await expect(new Page().begin()).rejects.toThrow("does not let people sign in");
  await expect(setup.call("entrepot:DeleteConsoleSignOn", { providerArn })).rejects.toThrow(
    "ResourceNotFoundException",
  );
  await expect(signOn({ clientId: "unknown" })).rejects.toThrow("is no client of the provider");
  await signOn();
});
