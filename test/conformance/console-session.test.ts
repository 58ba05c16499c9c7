/** Signing in to the console: what it gives, to whom, and when it is over (D17, catalogue 71). */
import { DescribeRepositoriesCommand, ECRClient } from "@aws-sdk/client-ecr";
import {
  CreateAccessKeyCommand,
  CreateLoginProfileCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteLoginProfileCommand,
  DeleteUserCommand,
  IAMClient,
  ListUsersCommand,
} from "@aws-sdk/client-iam";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callServer } from "../../src/doors/cli/call-server.ts";
import { limits } from "../../src/registry/limits.ts";
import { Sha256 } from "../../src/registry/sha256.ts";
import { type RunningServer, startServer } from "../support/server.ts";

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

interface SignedIn extends Required<Keys> {
  readonly account: string;
  readonly arn: string;
  /** As a browser sends them. */
  readonly cookies: string;
  readonly page: string;
  readonly setCookies: readonly string[];
}

const region = "us-east-1";
const password = "Correct-horse-7";
const path = "/console/session";
/** The allowance comes back evenly, also while a slow machine hashes. */
const allowedMeanwhile = 10;
let server: RunningServer;
let iam: IAMClient;

beforeAll(async () => {
  server = await startServer();
  iam = new IAMClient(clientOf(server));
});
afterAll(() => server?.stop());

function clientOf({ accessKeyId, secretAccessKey, sessionToken }: Keys) {
  const token = sessionToken === undefined ? {} : { sessionToken };
  const credentials = { accessKeyId, secretAccessKey, ...token };
  return { region, endpoint: server.origin, credentials, maxAttempts: 1 };
}

/** Signed as the page signs it. */
async function byKey(keys: Keys, headers: Record<string, string> = {}): Promise<Response> {
  const { hostname, host } = new URL(server.origin);
  const credentials = { ...clientOf(keys).credentials };
  const signer = new SignatureV4({ credentials, region, service: "entrepot", sha256: Sha256 });
  const request = new HttpRequest({
    ...{ method: "POST", protocol: "http:", hostname, path, headers: { host } },
  });
  const signed = await signer.sign(request);
  return fetch(`${server.origin}${path}`, {
    ...{ method: "POST", headers: { ...signed.headers, ...headers } },
  });
}

function byPassword(claim: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${server.origin}${path}/password`, {
    ...{ method: "POST", body: JSON.stringify(claim) },
    headers: { "content-type": "application/json", ...headers },
  });
}

function withCookie(method: string, at: string, { cookies, page }: SignedIn, more = {}) {
  const headers = { cookie: cookies, "x-entrepot-console-page": page, ...more };
  return fetch(`${server.origin}${path}${at}`, { method, headers });
}

async function signedIn(answer: Promise<Response>): Promise<SignedIn> {
  const response = await answer;
  expect(response.status).toBe(200);
  const told = (await response.json()) as SignedIn;
  const setCookies = response.headers.getSetCookie();
  const pairs = setCookies.map((text) => text.split(";")[0] ?? "");
  const [, page = ""] = pairs.find((pair) => pair.includes("-page="))?.split("=") ?? [];
  return { ...told, cookies: pairs.join("; "), page, setCookies };
}

async function refusal(answer: Promise<Response>): Promise<[status: number, code: string]> {
  const response = await answer;
  return [response.status, ((await response.json()) as { code: string }).code];
}

async function newUser(name: string, login?: { readonly resetRequired: boolean }): Promise<void> {
  await iam.send(new CreateUserCommand({ UserName: name }));
  if (login === undefined) return;
  const { resetRequired: PasswordResetRequired } = login;
  const profile = { UserName: name, Password: password, PasswordResetRequired };
  await iam.send(new CreateLoginProfileCommand(profile));
}

function list(keys: Keys) {
  return new ECRClient(clientOf(keys)).send(new DescribeRepositoriesCommand({}));
}

describe("with an access key", () => {
  it("gives credentials that end within the hour and may ask for what their holder may, IAM too", async () => {
    const session = await signedIn(byKey(server));
    expect(session.accessKeyId).toMatch(/^ASIA/);
    expect(session.arn).toBe("arn:aws:iam::000000000000:root");
    expect(await list(session)).toMatchObject({ repositories: [] });
    const users = await new IAMClient(clientOf(session)).send(new ListUsersCommand({}));
    expect(users.Users).toBeInstanceOf(Array);
  });

  it("keeps the cookie from scripts, from other sites, and from every path but its own", async () => {
    const { setCookies } = await signedIn(byKey(server));
    expect(setCookies[0]).toMatch(
      /^entrepot-console=ASIA\w+\.\S+; Path=\/console\/session; HttpOnly; Max-Age=\d+; SameSite=Strict$/,
    );
    expect(setCookies[1]).not.toContain("HttpOnly");
  });

  it("lets nobody sign with what is in the cookie", async () => {
    const { cookies } = await signedIn(byKey(server));
    const [, id = "", sessionToken = ""] = /entrepot-console=(\w+)\.([^;]+)/.exec(cookies) ?? [];
    const keys = { accessKeyId: id, secretAccessKey: "x".repeat(40), sessionToken };
    await expect(list(keys)).rejects.toThrow();
  });

  it("refuses a wrong secret and a wrong key with the same status", async () => {
    const wrong = { ...server, secretAccessKey: "x".repeat(40) };
    const unknown = { ...server, accessKeyId: "AKIAABCDEFGHIJKLMNOP" };
    expect((await byKey(wrong)).status).toBe((await byKey(unknown)).status);
    expect((await byKey(wrong)).headers.getSetCookie()).toEqual([]);
  });
});

describe("the cookie", () => {
  it("renews credentials, and only with what a page of the console can read", async () => {
    const session = await signedIn(byKey(server));
    const renewed = await withCookie("POST", "/renew", session);
    expect(renewed.status).toBe(200);
    const keys = (await renewed.json()) as Required<Keys>;
    expect(keys.accessKeyId).not.toBe(session.accessKeyId);
    await list(keys);
    const blind = { ...session, page: "0".repeat(64) };
    expect(await refusal(withCookie("POST", "/renew", blind))).toEqual([
      400,
      "AccessDeniedException",
    ]);
    expect((await withCookie("POST", "/renew", { ...session, cookies: "" })).status).not.toBe(200);
  });

  it("71: is worth nothing to a page of another origin", async () => {
    const session = await signedIn(byKey(server));
    for (const origin of ["https://evil.example", "null", `${server.origin}0`]) {
      const answer = await withCookie("POST", "/renew", session, { origin });
      expect(answer.status, origin).not.toBe(200);
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    }
    expect((await byKey(server, { origin: "https://evil.example" })).status).not.toBe(200);
    const own = await withCookie("POST", "/renew", session, { origin: server.origin });
    expect(own.status).toBe(200);
  });

  it("ends with the sign-out, and so do all credentials that it gave", async () => {
    const session = await signedIn(byKey(server));
    const renewed = (await (await withCookie("POST", "/renew", session)).json()) as Keys;
    const left = await withCookie("DELETE", "", session);
    expect(left.status).toBe(200);
    expect(left.headers.getSetCookie().every((text) => text.includes("Max-Age=0"))).toBe(true);
    await expect(list(session)).rejects.toThrow();
    await expect(list(renewed)).rejects.toThrow();
    expect((await withCookie("POST", "/renew", session)).status).not.toBe(200);
  });

  it("ends with its user", async () => {
    await newUser("leaver");
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "leaver" }));
    const { AccessKeyId = "", SecretAccessKey = "" } = AccessKey ?? {};
    const keys = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey };
    const session = await signedIn(byKey(keys));
    expect(session.arn).toBe("arn:aws:iam::000000000000:user/leaver");
    await iam.send(new DeleteAccessKeyCommand({ UserName: "leaver", AccessKeyId }));
    await iam.send(new DeleteUserCommand({ UserName: "leaver" }));
    expect((await withCookie("POST", "/renew", session)).status).not.toBe(200);
  });
});

describe("with a password", () => {
  const account = "000000000000";

  it("signs in the user, who may do what its policies say", async () => {
    await newUser("reader", { resetRequired: false });
    const session = await signedIn(byPassword({ account, userName: "reader", password }));
    expect(session.arn).toBe(`arn:aws:iam::${account}:user/reader`);
    await expect(list(session)).rejects.toMatchObject({ name: "AccessDeniedException" });
  });

  it("tells a wrong password, an unknown user and one without password the same", async () => {
    await newUser("known", { resetRequired: false });
    await newUser("keyless");
    const claims = [
      { account, userName: "known", password: "Wrong-horse-7" },
      { account, userName: "nobody", password },
      { account, userName: "keyless", password },
      { account: "999999999999", userName: "known", password },
    ];
    const bodies: object[] = [];
    for (const claim of claims) {
      const response = await byPassword(claim);
      const { requestId: _id, ...told } = (await response.json()) as Record<string, unknown>;
      bodies.push({ status: response.status, ...told });
    }
    expect(bodies).toEqual(claims.map(() => bodies[0]));
  });

  it("has one that must be changed changed first", async () => {
    await newUser("fresh", { resetRequired: true });
    const claim = { account, userName: "fresh", password };
    expect(await refusal(byPassword(claim))).toEqual([403, "PasswordResetRequired"]);
    const weak = { ...claim, newPassword: "short" };
    expect(await refusal(byPassword(weak))).toEqual([400, "PasswordPolicyViolation"]);
    const newPassword = "Another-horse-8";
    await signedIn(byPassword({ ...claim, newPassword }));
    await signedIn(byPassword({ ...claim, password: newPassword }));
    expect((await byPassword(claim)).status).not.toBe(200);
  });

  it("ends with the login profile for whoever comes next", async () => {
    await newUser("former", { resetRequired: false });
    await iam.send(new DeleteLoginProfileCommand({ UserName: "former" }));
    expect((await byPassword({ account, userName: "former", password })).status).not.toBe(200);
  });
});

it("the audit trail tells who came, who failed to, and who left", async () => {
  const session = await signedIn(byKey(server));
  await withCookie("DELETE", "", session);
  await byPassword({ account: "000000000000", userName: "ghost", password });
  const address = { origin: server.origin, region, authority: "", now: () => Date.now() };
  type Found = { records: { eventName: string; eventType: string; responseElements: object }[] };
  const told = async () => {
    const { records } = await callServer<Found>(
      ...([address, server, "entrepot:SearchAudit", { kinds: ["authentication"] }] as const),
    );
    return records
      .filter(({ eventType }) => eventType === "AwsConsoleSignIn")
      .map(({ responseElements }) => JSON.stringify(responseElements));
  };
  await expect
    .poll(told, { timeout: 20_000 })
    .toEqual(
      expect.arrayContaining([
        '{"ConsoleLogin":"Success"}',
        '{"ConsoleLogin":"Failure"}',
        '{"ConsoleLogout":"Success"}',
      ]),
    );
});

// The last one: nobody signs in from this address for a while.
it("takes no more wrong passwords at once than one after the other", async () => {
  const { account } = (await (await fetch(`${server.origin}${path}`)).json()) as SignedIn;
  const claim = { account, userName: "nobody", password };
  const answers = await Promise.all(Array.from({ length: 50 }, () => byPassword(claim)));
  const tried = answers.filter(({ status }) => status !== 429).length;
  expect(tried).toBeLessThanOrEqual(limits.failedLoginsPerMinute + allowedMeanwhile);
});
