/** Parameters as AWS's own SDK puts and reads them. */
import { CreateKeyCommand, DisableKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as sdk from "@aws-sdk/client-ssm";
import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  DeleteParametersCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  LabelParameterVersionCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  type PutParameterCommandInput,
  RemoveTagsFromResourceCommand,
  SSMClient,
  UnlabelParameterVersionCommand,
} from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { operations } from "../../src/operations/index.ts";
import { auditEntries } from "../support/audit.ts";
import { type AwsServer, startAwsServer } from "../support/aws-server.ts";
import { account, deployment, otherAccount } from "../support/ecr.ts";
import { keyOf, putUser, type TestStatement } from "../support/identity.ts";
import { addAccounts } from "../support/sessions.ts";

let server: AwsServer;
let ssm: SSMClient;
beforeAll(async () => {
  server = await startAwsServer();
  await addAccounts(server.ports, account, otherAccount);
  ssm = new SSMClient(server.client());
});
afterAll(() => server.close());

const registry = { account, region: deployment.region };
const arn = (name: string) => `arn:aws:ssm:us-east-1:${account}:parameter/${name}`;
const put = (Name: string, Value: string, more: Partial<PutParameterCommandInput> = {}) =>
  ssm.send(new PutParameterCommand({ Name, Value, Type: "String", ...more }));
const secure = { Type: "SecureString" } as const;
const get = async (Name: string, WithDecryption = true, client = ssm) =>
  (await client.send(new GetParameterCommand({ Name, WithDecryption }))).Parameter;

async function clientOf(of: typeof account, name: string, ...statements: TestStatement[]) {
  const user = await putUser(server.ports, { account: of, name }, ...statements);
  return new SSMClient(server.client(await keyOf(server.ports, user)));
}

it("are of operations that the SDK knows by these names", () => {
  const ours = operations.filter(({ service }) => service === "ssm");
  expect(ours).toHaveLength(13);
  for (const { operationName } of ours) expect(sdk).toHaveProperty(`${operationName}Command`);
});

describe("values", () => {
  it("are put once, overwritten where that is asked for, and read by name, version and ARN", async () => {
    expect(await put("/app/url", "one")).toMatchObject({ Version: 1, Tier: "Standard" });
    await expect(put("/app/url", "two")).rejects.toBeInstanceOf(sdk.ParameterAlreadyExists);
    expect((await put("/app/url", "two", { Overwrite: true })).Version).toBe(2);
    const found = await get("/app/url");
    expect(found).toMatchObject({
      ...{ Name: "/app/url", Type: "String", Value: "two", Version: 2, DataType: "text" },
      ARN: arn("app/url"),
    });
    expect(found?.LastModifiedDate?.getTime()).toBe(server.opened.clock.now());
    expect(await get("/app/url:1")).toMatchObject({ Value: "one", Selector: ":1" });
    await expect(get("/app/url:9")).rejects.toThrow(
      "Systems Manager could not find version 9 of /app/url. Verify the version and try again.",
    );
    expect((await get(`${arn("app/url")}:1`))?.Value).toBe("one");
    await put("plain", "p");
    expect((await get(arn("plain")))?.Value).toBe("p");
    await expect(get("/app/url:9")).rejects.toBeInstanceOf(sdk.ParameterVersionNotFound);
    await expect(get("/app/none")).rejects.toBeInstanceOf(sdk.ParameterNotFound);
    await expect(
      put("/app/url", "three", { Overwrite: true, Type: "StringList" }),
    ).rejects.toBeInstanceOf(sdk.HierarchyTypeMismatchException);
  });

  it("of SecureString are told to whoever asks with decryption, and to no row, record or refusal", async () => {
    const word = "secret-word-of-a-parameter";
    await put("/app/password", word, secure);
    await put("/app/not-so-secret", `${word}-in-a-string`);
    expect((await get("/app/password"))?.Value).toBe(word);
    expect((await get("/app/password", false))?.Value).not.toContain(word);
    const refusal = await put("/app/password", word.repeat(500), { ...secure, Overwrite: true })
      .then(() => "")
      .catch((error: Error) => error.message);
    expect(refusal).toMatch(/4096 bytes/);
    const records = JSON.stringify(await auditEntries(server.ports, registry));
    expect(records).toContain("/app/password");
    for (const text of [records, await server.opened.dump(), refusal]) {
      expect(text).not.toContain(word);
      expect(text).not.toContain(Buffer.from(word).toString("base64").slice(0, -4));
    }
  });

  it("keep to their pattern, their size and the rules for names", async () => {
    await put("/rules/number", "42", { AllowedPattern: "[0-9]+" });
    await expect(
      put("/rules/number", "4x2", { Overwrite: true, AllowedPattern: "^[0-9]+$" }),
    ).rejects.toBeInstanceOf(sdk.ParameterPatternMismatchException);
    // As Terraform says that there is none.
    await put("/rules/number", "4x2", { Overwrite: true, AllowedPattern: "" });
    await expect(put("/rules/a", "1", { AllowedPattern: "(" })).rejects.toBeInstanceOf(
      sdk.InvalidAllowedPatternException,
    );
    const long = "x".repeat(8_192);
    await expect(put("/rules/long", long)).rejects.toThrow(/4096 bytes/);
    expect((await put("/rules/long", long, { Tier: "Intelligent-Tiering" })).Tier).toBe("Advanced");
    await expect(put("/rules/long", `${long}x`, { Tier: "Advanced" })).rejects.toThrow();
    const badNames = ["aws-x", "/SSM/x", "a/b", "/a//b", "/a/", "/ü", "a b", "/{{x}}"];
    for (const name of badNames) await expect(put(name, "v")).rejects.toThrow(/[Nn]ame/);
    await expect(put("/aws/x", "v")).rejects.toMatchObject({
      ...{
        name: "AccessDeniedException",
        message: "No access to reserved parameter name: /aws/x.",
      },
    });
    await expect(put("/ssm/x", "v")).rejects.toThrow(
      /^Parameter name: can't be prefixed with "ssm" \(case-insensitive\)\. If formed as a path/,
    );
    await expect(put("/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16", "v")).rejects.toBeInstanceOf(
      sdk.HierarchyLevelLimitExceededException,
    );
    await expect(
      put("/rules/policy", "v", { Policies: '[{"Type":"Expiration"}]' }),
    ).rejects.toThrow(/not supported/);
    await expect(put("/rules/image", "v", { DataType: "aws:ec2:image" })).rejects.toThrow(
      /not supported/,
    );
  });
});

describe("versions", () => {
  it("have a history, and labels that move from one to another", async () => {
    for (const value of ["1", "2", "3"]) await put("/v/x", value, { ...secure, Overwrite: true });
    const label = (Labels: string[], ParameterVersion?: number) =>
      ssm.send(new LabelParameterVersionCommand({ Name: "/v/x", Labels, ParameterVersion }));
    expect(await label(["prod", "1st"], 1)).toMatchObject({
      ...{ InvalidLabels: ["1st"], ParameterVersion: 1 },
    });
    expect((await get("/v/x:prod"))?.Value).toBe("1");
    await label(["prod", "canary"]);
    expect((await get("/v/x:prod"))?.Value).toBe("3");
    const eleven = Array.from({ length: 10 }, (_, n) => `l${n}`);
    await expect(label(eleven)).rejects.toBeInstanceOf(sdk.ParameterVersionLabelLimitExceeded);
    const taken = await ssm.send(
      new UnlabelParameterVersionCommand({
        ...{ Name: "/v/x", ParameterVersion: 3, Labels: ["canary", "none"] },
      }),
    );
    expect(taken).toMatchObject({ RemovedLabels: ["canary"], InvalidLabels: ["none"] });
    const history = (NextToken?: string) =>
      ssm.send(
        new GetParameterHistoryCommand({
          ...{ Name: "/v/x", WithDecryption: true, MaxResults: 2, NextToken },
        }),
      );
    const first = await history();
    const rest = await history(first.NextToken);
    const all = [...(first.Parameters ?? []), ...(rest.Parameters ?? [])];
    expect(all.map(({ Value, Labels }) => [Value, Labels])).toEqual([
      ["1", []],
      ["2", []],
      ["3", ["prod"]],
    ]);
    await expect(history("forged")).rejects.toBeInstanceOf(sdk.InvalidNextToken);
    expect(all[0]).toMatchObject({ KeyId: "alias/aws/ssm", Type: "SecureString" });
  });

  it("are a hundred at most, and one with a label does not go", async () => {
    await put("/v/many", "0");
    const overwrite = () => put("/v/many", "x", { Overwrite: true });
    await ssm.send(
      new LabelParameterVersionCommand({ Name: "/v/many", Labels: ["keep"], ParameterVersion: 1 }),
    );
    for (let n = 0; n < 99; n++) await overwrite();
    await expect(overwrite()).rejects.toBeInstanceOf(sdk.ParameterMaxVersionLimitExceeded);
    await ssm.send(new LabelParameterVersionCommand({ Name: "/v/many", Labels: ["keep"] }));
    await overwrite();
    await expect(get("/v/many:1")).rejects.toBeInstanceOf(sdk.ParameterVersionNotFound);
    expect((await get("/v/many:2"))?.Value).toBe("x");
  });
});

it("are read by version and label, and nothing else is done to a parameter by those names", async () => {
  const Name = "sel";
  for (const value of ["1", "2"]) await put(Name, value, { Overwrite: true });
  const Labels = ["prod"];
  await ssm.send(new LabelParameterVersionCommand({ Name, Labels, ParameterVersion: 1 }));
  for (const selected of [`${Name}:1`, `${Name}:prod`, `${arn(Name)}:1`]) {
    expect((await get(selected))?.Value).toBe("1");
    const of = { Name: selected };
    const { ParameterNotFound, InvalidResourceId } = sdk;
    const more = { ...of, ParameterVersion: 1, Labels: ["x"] };
    const tagged = { ResourceType: "Parameter", ResourceId: selected } as const;
    const Tags = [{ Key: "x", Value: "y" }];
    for (const [asked, refusal] of [
      [() => ssm.send(new DeleteParameterCommand(of)), ParameterNotFound],
      [() => ssm.send(new GetParameterHistoryCommand(of)), ParameterNotFound],
      [() => ssm.send(new LabelParameterVersionCommand(more)), ParameterNotFound],
      [() => ssm.send(new UnlabelParameterVersionCommand(more)), ParameterNotFound],
      [() => ssm.send(new ListTagsForResourceCommand(tagged)), InvalidResourceId],
      [() => ssm.send(new AddTagsToResourceCommand({ ...tagged, Tags })), InvalidResourceId],
    ] as const) {
      await expect(asked()).rejects.toBeInstanceOf(refusal);
    }
    await expect(put(selected, "3", { Overwrite: true })).rejects.toMatchObject({
      name: "ValidationException",
    });
    const gone = await ssm.send(new DeleteParametersCommand({ Names: [selected] }));
    expect(gone).toMatchObject({ DeletedParameters: [], InvalidParameters: [selected] });
  }
  expect(await get(Name)).toMatchObject({ Value: "2", Version: 2 });
});

describe("several", () => {
  it("are read and deleted by their names, and those that are not there are told", async () => {
    await put("/s/a", "1");
    await put("/s/b", "2", secure);
    const Names = ["/s/a", "/s/b:1", "/s/none", "/s/a:7"];
    const read = await ssm.send(new GetParametersCommand({ Names, WithDecryption: true }));
    expect(read.Parameters?.map(({ Value }) => Value)).toEqual(["1", "2"]);
    expect(read.InvalidParameters).toEqual(["/s/none", "/s/a:7"]);
    const gone = await ssm.send(new DeleteParametersCommand({ Names: ["/s/a", "/s/none"] }));
    expect(gone).toMatchObject({ DeletedParameters: ["/s/a"], InvalidParameters: ["/s/none"] });
    await ssm.send(new DeleteParameterCommand({ Name: "/s/b" }));
    await expect(ssm.send(new DeleteParameterCommand({ Name: "/s/b" }))).rejects.toBeInstanceOf(
      sdk.ParameterNotFound,
    );
  });

  it("are found below a path, at its next level or at all, and by filters, page by page", async () => {
    for (const name of ["/p/a", "/p/b", "/p/c/d", "/pq", "/p/c/e"]) await put(name, name);
    await put("/p/s", "s", secure);
    const below = async (input: Partial<sdk.GetParametersByPathCommandInput>) => {
      const all: (string | undefined)[] = [];
      let NextToken: string | undefined;
      do {
        const page = await ssm.send(
          new GetParametersByPathCommand({ Path: "/p", MaxResults: 2, NextToken, ...input }),
        );
        all.push(...(page.Parameters ?? []).map(({ Name }) => Name));
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      return all;
    };
    expect(await below({})).toEqual(["/p/a", "/p/b", "/p/s"]);
    expect(await below({ Recursive: true })).toEqual([
      ...["/p/a", "/p/b", "/p/c/d", "/p/c/e", "/p/s"],
    ]);
    expect(await below({ Path: "/p/c/" })).toEqual(["/p/c/d", "/p/c/e"]);
    const type = { Key: "Type", Values: ["SecureString"] };
    expect(await below({ ParameterFilters: [type] })).toEqual(["/p/s"]);
    await expect(
      below({ ParameterFilters: [{ Key: "Name", Values: ["x"] }] }),
    ).rejects.toBeInstanceOf(sdk.InvalidFilterKey);
    const described = async (...ParameterFilters: sdk.ParameterStringFilter[]) => {
      const found = await ssm.send(new DescribeParametersCommand({ ParameterFilters }));
      return found.Parameters?.map(({ Name }) => Name);
    };
    const named = { Key: "Name", Option: "BeginsWith", Values: ["/p/"] };
    expect(await described(named, type)).toEqual(["/p/s"]);
    expect(await described({ Key: "Path", Option: "OneLevel", Values: ["/p/c"] })).toEqual([
      ...["/p/c/d", "/p/c/e"],
    ]);
    await expect(
      described({ Key: "Type", Option: "Contains", Values: ["S"] }),
    ).rejects.toBeInstanceOf(sdk.InvalidFilterOption);
    const older = await ssm.send(
      new DescribeParametersCommand({ Filters: [{ Key: "Name", Values: ["/p/a"] }] }),
    );
    expect(older.Parameters).toMatchObject([
      { Name: "/p/a", ARN: arn("p/a"), LastModifiedUser: `arn:aws:iam::${account}:root` },
    ]);
  });
});

describe("permissions", () => {
  it("are asked for each parameter, with its tags, and no other account is let in", async () => {
    const ResourceType = "Parameter" as const;
    await put("/t/mine", "v", { Tags: [{ Key: "team", Value: "a" }] });
    await put("/t/other", "v");
    const ours = await clientOf(account, "tags", {
      ...{ Effect: "Allow", Action: "ssm:GetParameter*", Resource: arn("t/*") },
      Condition: { StringEquals: { "ssm:resourceTag/team": "a" } },
    });
    expect((await get("/t/mine", false, ours))?.Value).toBe("v");
    await expect(get("/t/other", false, ours)).rejects.toThrow(/not authorized/);
    const both = { Names: ["/t/mine", "/t/other"] };
    await expect(ours.send(new GetParametersCommand(both))).rejects.toThrow(/not authorized/);
    const ResourceId = "/t/mine";
    const tag = { ResourceType, ResourceId, Tags: [{ Key: "x", Value: "y" }] };
    await ssm.send(new AddTagsToResourceCommand(tag));
    const gone = { ResourceType, ResourceId, TagKeys: ["team"] };
    await ssm.send(new RemoveTagsFromResourceCommand(gone));
    const { TagList } = await ssm.send(
      new ListTagsForResourceCommand({ ResourceType, ResourceId }),
    );
    expect(TagList).toEqual([{ Key: "x", Value: "y" }]);
    await expect(get("/t/mine", false, ours)).rejects.toThrow(/not authorized/);
    const all = { Effect: "Allow", Action: "ssm:*", Resource: "*" };
    const foreign = await clientOf(otherAccount, "foreign", all);
    await expect(get(arn("t/mine"), false, foreign)).rejects.toThrow(/not authorized/);
    await expect(get("/t/mine", false, foreign)).rejects.toBeInstanceOf(sdk.ParameterNotFound);
  });

  it("are asked for a path as one, whether a slash ends it or not", async () => {
    await put("/path/x", "v");
    const own = { Effect: "Allow", Action: "ssm:GetParametersByPath" } as const;
    const exact = await clientOf(account, "path", { ...own, Resource: arn("path") });
    const denied = await clientOf(...([account, "no-path", { ...own, Resource: "*" }] as const), {
      ...own,
      Effect: "Deny",
      Resource: arn("path"),
    });
    for (const Path of ["/path", "/path/"]) {
      const asked = new GetParametersByPathCommand({ Path });
      expect((await exact.send(asked)).Parameters).toMatchObject([{ Name: "/path/x" }]);
      await expect(denied.send(asked)).rejects.toThrow(/not authorized/);
    }
  });

  it("are asked of a key of KMS as well, which shuts the value when it is disabled", async () => {
    const kms = new KMSClient(server.client());
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const KeyId = KeyMetadata?.KeyId ?? "";
    await put("/k/x", "v", { ...secure, KeyId });
    expect((await get("/k/x"))?.Value).toBe("v");
    const all = { Effect: "Allow", Action: "ssm:*", Resource: "*" };
    const without = await clientOf(account, "no-key", all);
    await expect(get("/k/x", true, without)).rejects.toThrow("Access to KMS is not allowed");
    expect((await get("/k/x", false, without))?.Value).not.toBe("v");
    await kms.send(new DisableKeyCommand({ KeyId }));
    await expect(get("/k/x")).rejects.toBeInstanceOf(sdk.InvalidKeyId);
    await expect(put("/k/y", "v", { ...secure, KeyId: "alias/none" })).rejects.toBeInstanceOf(
      sdk.InvalidKeyId,
    );
    await expect(put("/k/y", "v", { KeyId })).rejects.toThrow(/SecureString only/);
  });

  it("reach a secret by its name here, for those who may read the secret", async () => {
    const secrets = new SecretsManagerClient(server.client());
    await secrets.send(new CreateSecretCommand({ Name: "db", SecretString: "hidden" }));
    const Name = "/aws/reference/secretsmanager/db";
    const found = await get(Name);
    expect(found).toMatchObject({ Name, Type: "SecureString", Value: "hidden", Version: 0 });
    expect(JSON.parse(found?.SourceResult ?? "")).toMatchObject({ name: "db" });
    expect((await get(`${Name}:AWSCURRENT`))?.Value).toBe("hidden");
    const kept = await server.ports.metadata.secrets.find(registry, "db");
    expect(kept?.accessedAt).toBeDefined(); // It was read, under whatever name.
    await expect(get(Name, false)).rejects.toThrow(/WithDecryption/);
    await expect(get(`${Name}-none`)).rejects.toBeInstanceOf(sdk.ParameterNotFound);
    const all = { Effect: "Allow", Action: "ssm:*", Resource: "*" };
    const without = await clientOf(account, "no-secret", all);
    for (const each of [Name, `${Name}-none`]) {
      const asked = new GetParametersCommand({ Names: [each], WithDecryption: true });
      await expect(get(each, true, without)).rejects.toThrow(/secretsmanager:GetSecretValue/);
      await expect(without.send(asked)).rejects.toThrow(/secretsmanager:GetSecretValue/);
    }
  });
});
