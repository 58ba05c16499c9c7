/** Private endpoints over real ports: what they tell policies, and what nothing else can tell them. */
import { request as httpRequest } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import {
  CreateRepositoryCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  GetDownloadUrlForLayerCommand,
} from "@aws-sdk/client-ecr";
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SdkCredentials } from "../support/aws-server.ts";
import { account, imageManifest } from "../support/ecr.ts";
import { policyText, type TestStatement } from "../support/identity.ts";
import { digestOf, OciClient } from "../support/oci-client.ts";
import { type RunningServer, startServer } from "../support/server.ts";

const region = "us-east-1";
const config = Buffer.from("{}");
let server: RunningServer;
/** Every way in, by name. */
let ways: Readonly<Record<"http" | "https" | "vpce-1a2b" | "vpce-3c4d", string>>;

beforeAll(async () => {
  const endpoints = "vpce-1a2b=http://127.0.0.1:0@vpc-5e6f,vpce-3c4d=127.0.0.1:0";
  server = await startServer({ settings: { ENTREPOT_PRIVATE_ENDPOINTS: endpoints } });
  const { "vpce-1a2b": plain = "", "vpce-3c4d": secure = "" } = server.endpoints;
  ways = {
    ...{ http: server.origin, https: server.httpsOrigin },
    ...{ "vpce-1a2b": plain, "vpce-3c4d": secure },
  };
  expect([new URL(plain).protocol, new URL(secure).protocol]).toEqual(["http:", "https:"]);
  await ecr(root(), ways.http).send(new CreateRepositoryCommand({ repositoryName: "app" }));
  const authorization = await tokenOf(root(), ways.http);
  const client = new OciClient(server.origin, { authorization });
  await client.pushBlob("app", config);
  await client.putManifest("app", "v1", imageManifest(config));
});
afterAll(() => server.stop());

const root = (): SdkCredentials => server;
const settingsOf = (credentials: SdkCredentials, endpoint: string) => ({
  ...{ region, endpoint, maxAttempts: 1 },
  credentials: {
    accessKeyId: credentials.accessKeyId,
    secretAccessKey: credentials.secretAccessKey,
  },
  ...(endpoint.startsWith("https:") && {
    requestHandler: { httpsAgent: new Agent({ ca: server.ca }) },
  }),
});
const ecr = (credentials: SdkCredentials, way: string) =>
  new ECRClient(settingsOf(credentials, way));

async function tokenOf(credentials: SdkCredentials, way: string): Promise<string> {
  const asked = new GetAuthorizationTokenCommand({});
  const { authorizationData } = await ecr(credentials, way).send(asked);
  return `Basic ${authorizationData?.[0]?.authorizationToken}`;
}

/** A key of a new user whose policy has these statements. */
async function userWith(name: string, ...statements: TestStatement[]): Promise<SdkCredentials> {
  const iam = new IAMClient(settingsOf(root(), ways.http));
  await iam.send(new CreateUserCommand({ UserName: name }));
  const PolicyDocument = policyText(...statements);
  const policy = { UserName: name, PolicyName: "inline", PolicyDocument };
  await iam.send(new PutUserPolicyCommand(policy));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }));
  const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } = AccessKey ?? {};
  return { accessKeyId, secretAccessKey };
}

function statusOf(
  way: string,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  const ask = way.startsWith("https:") ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const outgoing = ask(`${way}${path}`, { headers, ca: server.ca }, (incoming) => {
      incoming.resume().on("end", () => resolve(incoming.statusCode ?? 0));
    });
    outgoing.on("error", reject).end();
  });
}

const done = (asked: Promise<unknown>) =>
  asked.then(
    () => true,
    ({ name }: Error) => {
      expect(name).toMatch(/^AccessDenied/);
      return false;
    },
  );

/** By which ways the API lists repositories, and by which `/v2/` lists tags. */
async function openWays(credentials: SdkCredentials, authorization: string) {
  const open: { api: string[]; oci: string[] } = { api: [], oci: [] };
  for (const [name, way] of Object.entries(ways)) {
    const asked = ecr(credentials, way).send(new DescribeRepositoriesCommand({}));
    if (await done(asked)) open.api.push(name);
    const status = await statusOf(way, "/v2/app/tags/list", { authorization });
    if (status === 200) open.oci.push(name);
    else expect(status).toBe(403);
  }
  return open;
}

const everything = { Effect: "Allow", Action: "ecr:*", Resource: "*" };
const token = { Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" };

describe("a policy", () => {
  it.each([
    ["allows one endpoint", { StringEquals: { "aws:SourceVpce": "vpce-3c4d" } }, ["vpce-3c4d"]],
    ["allows one network", { StringEquals: { "aws:SourceVpc": "vpc-5e6f" } }, ["vpce-1a2b"]],
    [
      "allows addresses behind endpoints",
      { IpAddress: { "aws:VpcSourceIp": "127.0.0.0/8" } },
      ["vpce-1a2b", "vpce-3c4d"],
    ],
    [
      "allows addresses elsewhere, which those behind endpoints are not",
      { IpAddress: { "aws:SourceIp": "127.0.0.0/8" } },
      ["http", "https"],
    ],
    ["keeps to who did not come by one", { Null: { "aws:SourceVpce": "true" } }, ["http", "https"]],
  ])("%s", async (name, Condition, expected) => {
    const user = await userWith(name.replace(/\W/g, ""), token, { ...everything, Condition });
    const authorization = await tokenOf(user, ways.http);
    expect(await openWays(user, authorization)).toEqual({ api: expected, oci: expected });
  });

  it("denies whatever does not come by its endpoint, also where there is none", async () => {
    const Condition = { StringNotEquals: { "aws:SourceVpce": "vpce-1a2b" } };
    const deny = { Effect: "Deny", Action: "*", Resource: "*", Condition };
    const user = await userWith("inside", everything, deny);
    expect(await done(tokenOf(user, ways.http))).toBe(false);
    const authorization = await tokenOf(user, ways["vpce-1a2b"]);
    const expected = { api: ["vpce-1a2b"], oci: ["vpce-1a2b"] };
    expect(await openWays(user, authorization)).toEqual(expected);
    for (const header of ["aws-sourcevpce", "x-amz-vpce-id", "x-amz-source-vpce", "x-vpce-id"]) {
      const headers = { authorization, [header]: "vpce-1a2b" };
      expect(await statusOf(ways.http, "/v2/app/tags/list", headers)).toBe(403);
    }
    const layer = { repositoryName: "app", layerDigest: digestOf(config) };
    const asked = new GetDownloadUrlForLayerCommand(layer);
    const { downloadUrl } = await ecr(user, ways["vpce-1a2b"]).send(asked);
    expect(downloadUrl?.startsWith(`${ways["vpce-1a2b"]}/`)).toBe(true);
    const { pathname } = new URL(downloadUrl ?? "");
    expect(await statusOf(ways["vpce-1a2b"], pathname, {})).toBe(200);
    expect(await statusOf(ways.http, pathname, {})).toBe(403);
  });

  it("of a role trusts who comes by an endpoint alone", async () => {
    const iam = new IAMClient(settingsOf(root(), ways.http));
    const trust = policyText({
      ...{ Effect: "Allow", Principal: { AWS: account }, Action: "sts:AssumeRole" },
      Condition: { StringEquals: { "aws:SourceVpce": "vpce-1a2b" } },
    });
    const made = { RoleName: "inside", AssumeRolePolicyDocument: trust };
    const { Role } = await iam.send(new CreateRoleCommand(made));
    const user = await userWith("assuming", { ...everything, Action: "sts:AssumeRole" });
    const wish = new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: "s1" });
    const assume = (way: string) => done(new STSClient(settingsOf(user, way)).send(wish));
    expect(await assume(ways.http)).toBe(false);
    expect(await assume(ways["vpce-3c4d"])).toBe(false);
    expect(await assume(ways["vpce-1a2b"])).toBe(true);
  });
});
