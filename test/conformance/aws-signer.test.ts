/**
 * The tags of signing profiles, as the AWS CLI and Terraform ask for them. There is no SDK of AWS Signer
 * here; it speaks REST-JSON, and its paths of tags are those of Inspector.
 */
import {
  CreateFilterCommand,
  Inspector2Client,
  ListTagsForResourceCommand,
} from "@aws-sdk/client-inspector2";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Sha256 } from "../../src/registry/sha256.ts";
import { type AwsServer, rootKey, startAwsServer } from "../support/aws-server.ts";
import { account } from "../support/ecr.ts";

let server: AwsServer;
beforeAll(async () => {
  server = await startAwsServer();
  await putProfile("kept", {});
});
afterAll(() => server.close());

const arnOf = (name: string, owner: string = account, region = "us-east-1") =>
  `arn:aws:signer:${region}:${owner}:/signing-profiles/${name}`;
const tagsOf = (arn: string) => `/tags/${encodeURIComponent(arn)}`;

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: unknown;
}

async function ask(
  method: string,
  path: string,
  input?: object,
  query: Readonly<Record<string, string[]>> = {},
): Promise<Answer> {
  const { hostname, host } = new URL(server.origin);
  const signer = new SignatureV4({
    ...{ service: "signer", region: "us-east-1", sha256: Sha256, credentials: rootKey },
  });
  const body = input && JSON.stringify(input);
  const headers = { host, "content-type": "application/json" };
  const request = { method, protocol: "http:", hostname, path, query, headers };
  const signed = await signer.sign(new HttpRequest({ ...request, body }));
  const pairs = Object.entries(query).flatMap(([name, values]) => values.map((v) => [name, v]));
  const search = pairs.length === 0 ? "" : `?${new URLSearchParams(pairs as [string, string][])}`;
  const answer = await fetch(`${server.origin}${path}${search}`, {
    ...{ method, headers: signed.headers, ...(body === undefined ? {} : { body }) },
  });
  const type = answer.headers.get("x-amzn-errortype");
  return { status: answer.status, type, body: await answer.json() };
}

async function putProfile(name: string, tags: Readonly<Record<string, string>>): Promise<void> {
  const wanted = { platformId: "Notation-OCI-SHA384-ECDSA", tags };
  expect(await ask("PUT", `/signing-profiles/${name}`, wanted)).toMatchObject({ status: 200 });
}

it("are listed, set by key and removed, and told with the profile", async () => {
  await putProfile("release", { team: "a", stage: "test" });
  const path = tagsOf(arnOf("release"));
  const first = { team: "a", stage: "test" };
  expect(await ask("GET", path)).toMatchObject({ status: 200, body: { tags: first } });
  const set = { tags: { team: "b", cost: "" } };
  expect(await ask("POST", path, set)).toMatchObject({ status: 200, body: {} });
  const keys = { tagKeys: ["stage", "never"] };
  expect(await ask("DELETE", path, undefined, keys)).toMatchObject({ status: 200, body: {} });
  const tags = { team: "b", cost: "" };
  expect((await ask("GET", path)).body).toEqual({ tags });
  const profile = await ask("GET", "/signing-profiles/release");
  expect(profile.body).toMatchObject({ profileName: "release", status: "Active", tags });
});

it.each([
  ["a name that no profile has", arnOf("nobody")],
  ["what is no profile", "arn:aws:ecr:us-east-1:000000000000:repository/app"],
  ["another account's", arnOf("kept", "123456789012")],
  ["another region's", arnOf("kept", account, "eu-west-1")],
])("of %s are not there", async (_what, arn) => {
  for (const [method, input, query] of [
    ["GET", undefined, {}],
    ["POST", { tags: { a: "b" } }, {}],
    ["DELETE", undefined, { tagKeys: ["a"] }],
  ] as const) {
    expect(await ask(method, tagsOf(arn), input, { ...query } as never)).toMatchObject({
      ...{ status: 404, type: "NotFoundException" },
    });
  }
});

it("are 200 at the most, also one after the other", async () => {
  const many = Array.from({ length: 200 }, (_, index) => [`k${index}`, ""] as const);
  await putProfile("many", Object.fromEntries(many));
  const path = tagsOf(arnOf("many"));
  expect(await ask("POST", path, { tags: { k0: "other" } })).toMatchObject({ status: 200 });
  expect(await ask("POST", path, { tags: { more: "" } })).toMatchObject({
    ...{ status: 400, type: "BadRequestException" },
  });
});

it("leave the same path to Inspector for what is signed for it", async () => {
  const inspector = new Inspector2Client(server.client());
  const tags = { team: "a" };
  const filterCriteria = { ecrImageRepositoryName: [{ comparison: "EQUALS", value: "x" }] };
  const create = { name: "tagged", action: "NONE", filterCriteria, tags } as const;
  const { arn: resourceArn } = await inspector.send(new CreateFilterCommand(create as never));
  const listed = await inspector.send(new ListTagsForResourceCommand({ resourceArn }));
  expect(listed.tags).toEqual(tags);
  inspector.destroy();
});

it("are of the one platform that is for images, which is told and listed", async () => {
  const platformId = "Notation-OCI-SHA384-ECDSA";
  const told = await ask("GET", `/signing-platforms/${platformId}`);
  const signingConfiguration = { hashAlgorithmOptions: { defaultValue: "SHA384" } };
  expect(told).toMatchObject({ status: 200, body: { platformId, signingConfiguration } });
  expect(await ask("GET", "/signing-platforms")).toMatchObject({
    ...{ status: 200, body: { platforms: [told.body] } },
  });
  const listed = (query: Record<string, string[]>) =>
    ask("GET", "/signing-platforms", undefined, query);
  const same = { category: ["AWS"], target: ["SHA384-ECDSA"], maxResults: ["25"] };
  expect((await listed(same)).body).toEqual({ platforms: [told.body] });
  expect((await listed({ partner: ["AWSLambda"] })).body).toEqual({ platforms: [] });
  expect(await listed({ maxResults: ["0"] })).toMatchObject({ status: 400 });
  // There is one page, and nobody was given a token of another one.
  expect(await listed({ nextToken: ["x"] })).toMatchObject({ status: 400 });
  expect(await ask("GET", "/signing-platforms/AWSLambda-SHA384-ECDSA")).toMatchObject({
    ...{ status: 404, type: "ResourceNotFoundException" },
  });
});

it("are listed by platform and by status, active ones where nothing is said", async () => {
  await putProfile("cancelled", {});
  expect((await ask("DELETE", "/signing-profiles/cancelled")).status).toBe(200);
  const names = async (query: Record<string, string[]>) => {
    const { body } = await ask("GET", "/signing-profiles", undefined, query);
    return (body as { profiles: { profileName: string }[] }).profiles.map(
      (each) => each.profileName,
    );
  };
  expect(await names({})).not.toContain("cancelled");
  expect(await names({ statuses: ["Canceled"] })).toEqual(["cancelled"]);
  expect(await names({ includeCanceled: ["true"] })).toEqual(
    expect.arrayContaining(["kept", "cancelled"]),
  );
  expect(await names({ platformId: ["Notation-OCI-SHA384-ECDSA"] })).toContain("kept");
  expect(await names({ platformId: ["AWSLambda-SHA384-ECDSA"] })).toEqual([]);
});
