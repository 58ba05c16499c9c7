/** Secrets as AWS's own SDK keeps and reads them. */
import { CreateKeyCommand, DisableKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import * as sdk from "@aws-sdk/client-secrets-manager";
import {
  BatchGetSecretValueCommand,
  CreateSecretCommand,
  DeleteResourcePolicyCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
  ValidateResourcePolicyCommand,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FixedClock } from "../../src/adapters/clock/fixed.ts";
import { operations } from "../../src/operations/index.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { metadataWith } from "../../src/registry/metadata-with.ts";
import type { AccountId } from "../../src/registry/names.ts";
import { removeDueSecrets } from "../../src/registry/secrets/remove-due-secrets.ts";
import { readServiceSecret } from "../../src/registry/secrets/service-secret.ts";
import { updateSecret } from "../../src/registry/secrets/update-secret.ts";
import { auditEntries } from "../support/audit.ts";
import { type AwsServer, startAwsServer } from "../support/aws-server.ts";
import { account, callerOf, deployment, otherAccount } from "../support/ecr.ts";
import { keyOf, policyText, putUser, type TestStatement } from "../support/identity.ts";
import { addAccounts } from "../support/sessions.ts";

let server: AwsServer;
let secrets: SecretsManagerClient;
beforeAll(async () => {
  server = await startAwsServer();
  await addAccounts(server.ports, account, otherAccount);
  secrets = new SecretsManagerClient(server.client());
});
afterAll(() => server.close());

const registry = { account, region: deployment.region };
const day = 24 * 60 * 60_000;
const never = new AbortController().signal;
const token = (letter: string) => letter.repeat(32);

/** The same server as it is after that time: its clients sign with the time of today. */
function later(milliseconds: number): Ports {
  return { ...server.ports, clock: new FixedClock(server.ports.clock.now() + milliseconds) };
}

/** A client of a user of that account, who may do what the statements say. */
async function clientOf(of: AccountId, name: string, ...statements: TestStatement[]) {
  const user = await putUser(server.ports, { account: of, name }, ...statements);
  const credentials = await keyOf(server.ports, user);
  return new SecretsManagerClient(server.client(credentials));
}

it("are of operations that the SDK knows by these names", () => {
  const ours = operations.filter(({ service }) => service === "secretsmanager");
  expect(ours).toHaveLength(18);
  for (const { operationName } of ours) expect(sdk).toHaveProperty(`${operationName}Command`);
});

describe("values", () => {
  it("are kept as text or as bytes under an ARN with a random end, and read by name and by ARN", async () => {
    const made = await secrets.send(
      new CreateSecretCommand({ Name: "db/password", SecretString: "höchst geheim" }),
    );
    expect(made.ARN).toMatch(
      /^arn:aws:secretsmanager:us-east-1:000000000000:secret:db\/password-[A-Za-z0-9]{6}$/,
    );
    for (const SecretId of ["db/password", made.ARN, made.ARN?.slice(0, -7)]) {
      const read = await secrets.send(new GetSecretValueCommand({ SecretId }));
      expect(read).toMatchObject({
        ...{ ARN: made.ARN, Name: "db/password", VersionId: made.VersionId },
        ...{ SecretString: "höchst geheim", VersionStages: ["AWSCURRENT"] },
      });
      expect(read.CreatedDate?.getTime()).toBe(server.opened.clock.now());
    }
    const bytes = Uint8Array.of(0, 255, 128);
    await secrets.send(new CreateSecretCommand({ Name: "binary", SecretBinary: bytes }));
    const read = await secrets.send(new GetSecretValueCommand({ SecretId: "binary" }));
    expect(read.SecretBinary).toEqual(bytes);
    expect(read.SecretString).toBeUndefined();
  });

  it("stand in no row in the clear, and in no record of the audit trail", async () => {
    const words = ["first-words-of-a-secret", "second-words-of-a-secret"];
    const [SecretString = "", next = ""] = words;
    await secrets.send(new CreateSecretCommand({ Name: "hidden", SecretString }));
    await secrets.send(new PutSecretValueCommand({ SecretId: "hidden", SecretString: next }));
    await secrets.send(new UpdateSecretCommand({ SecretId: "hidden", SecretString }));
    const entries = JSON.stringify(await auditEntries(server.ports, registry));
    expect(entries).toContain('"secretId":"hidden"');
    const rows = await server.opened.dump();
    expect(rows).toContain("hidden");
    for (const word of words) {
      for (const text of [word, Buffer.from(word).toString("base64")]) {
        expect(entries).not.toContain(text);
        expect(rows).not.toContain(text);
      }
    }
  });

  it("are a byte at least, and at most 64 KiB of one kind", async () => {
    const put = (value: object) =>
      secrets.send(new CreateSecretCommand({ Name: "large", ...value }));
    for (const nothing of [{ SecretString: "" }, { SecretBinary: new Uint8Array() }]) {
      await expect(put(nothing)).rejects.toThrow(/length greater than or equal to 1$/);
    }
    await expect(put({ SecretString: "ü".repeat(32_769) })).rejects.toThrow(/65536/);
    await expect(put({ SecretString: "a", SecretBinary: Uint8Array.of(1) })).rejects.toBeInstanceOf(
      sdk.InvalidParameterException,
    );
    await put({ SecretString: "x".repeat(65_536) });
    const read = await secrets.send(new GetSecretValueCommand({ SecretId: "large" }));
    expect(read.SecretString).toHaveLength(65_536);
  });

  it("are told of in no refusal", async () => {
    const SecretString = "a value that must not come back ".repeat(3_000);
    const error = await secrets
      .send(new CreateSecretCommand({ Name: "too large", SecretString }))
      .catch((refusal: Error) => refusal);
    expect(error).toBeInstanceOf(Error);
    expect(String((error as Error).message)).not.toContain("must not come back");
  });
});

describe("versions", () => {
  it("move the labels AWSCURRENT and AWSPREVIOUS along, and others as they are asked to", async () => {
    const SecretId = "versions";
    const put = (letter: string, more: object = {}) =>
      secrets.send(
        new PutSecretValueCommand({
          ...{ SecretId, SecretString: letter, ClientRequestToken: token(letter), ...more },
        }),
      );
    await secrets.send(
      new CreateSecretCommand({
        ...{ Name: SecretId, SecretString: "a", ClientRequestToken: token("a") },
      }),
    );
    expect((await put("b")).VersionStages).toEqual(["AWSCURRENT"]);
    expect((await put("c", { VersionStages: ["AWSPENDING", "mine"] })).VersionStages).toEqual([
      "AWSPENDING",
      "mine",
    ]);
    const stages = async () =>
      (await secrets.send(new DescribeSecretCommand({ SecretId }))).VersionIdsToStages;
    expect(await stages()).toEqual({
      [token("a")]: ["AWSPREVIOUS"],
      [token("b")]: ["AWSCURRENT"],
      [token("c")]: ["AWSPENDING", "mine"],
    });
    const move = (input: object) =>
      secrets.send(
        new UpdateSecretVersionStageCommand({ SecretId, VersionStage: "AWSCURRENT", ...input }),
      );
    await expect(move({ MoveToVersionId: token("c") })).rejects.toThrow(/RemoveFromVersionId/);
    await expect(move({ RemoveFromVersionId: token("b") })).rejects.toBeInstanceOf(
      sdk.InvalidParameterException,
    );
    await expect(move({ MoveToVersionId: token("x") })).rejects.toBeInstanceOf(
      sdk.ResourceNotFoundException,
    );
    await move({ RemoveFromVersionId: token("b"), MoveToVersionId: token("c") });
    const mine = { VersionStage: "mine", RemoveFromVersionId: token("c") };
    await secrets.send(new UpdateSecretVersionStageCommand({ SecretId, ...mine }));
    expect(await stages()).toEqual({
      [token("b")]: ["AWSPREVIOUS"],
      [token("c")]: ["AWSCURRENT", "AWSPENDING"],
    });
    const read = (input: object) => secrets.send(new GetSecretValueCommand({ SecretId, ...input }));
    expect((await read({})).SecretString).toBe("c");
    expect((await read({ VersionStage: "AWSPREVIOUS" })).SecretString).toBe("b");
    expect((await read({ VersionId: token("a") })).VersionStages).toEqual([]);
    await expect(read({ VersionStage: "mine" })).rejects.toThrow(/staging label: mine/);
    await expect(
      read({ VersionId: token("a"), VersionStage: "AWSCURRENT" }),
    ).rejects.toBeInstanceOf(sdk.InvalidRequestException);
    const list = (input: object) =>
      secrets.send(new ListSecretVersionIdsCommand({ SecretId, ...input }));
    expect((await list({})).Versions).toHaveLength(2);
    const first = await list({ IncludeDeprecated: true, MaxResults: 2 });
    const { NextToken } = first;
    const rest = await list({ IncludeDeprecated: true, MaxResults: 2, NextToken });
    expect([first.Versions?.length, rest.Versions?.length]).toEqual([2, 1]);
    await expect(list({ NextToken })).rejects.toBeInstanceOf(sdk.InvalidNextTokenException);
  });

  it("are made once, however often the same request is sent, and never changed", async () => {
    const create = (SecretString: string) =>
      secrets.send(
        new CreateSecretCommand({
          ...{ Name: "once", SecretString, ClientRequestToken: token("k") },
        }),
      );
    const [made, again] = [await create("a"), await create("a")];
    expect([again.ARN, again.VersionId]).toEqual([made.ARN, token("k")]);
    await expect(create("b")).rejects.toBeInstanceOf(sdk.ResourceExistsException);
    const put = (SecretString: string) =>
      secrets.send(
        new PutSecretValueCommand({
          ...{ SecretId: "once", SecretString, ClientRequestToken: token("m") },
        }),
      );
    await Promise.all([put("n"), put("n"), put("n")]);
    await expect(put("o")).rejects.toBeInstanceOf(sdk.ResourceExistsException);
    const { Versions } = await secrets.send(
      new ListSecretVersionIdsCommand({ SecretId: "once", IncludeDeprecated: true }),
    );
    expect(Versions).toHaveLength(2);
  });
});

describe("deletion", () => {
  it("hides a secret for its window, brings it back, and removes it when the time is over", async () => {
    const SecretId = "leaving";
    await secrets.send(new CreateSecretCommand({ Name: SecretId, SecretString: "x" }));
    const remove = (more: object = {}) =>
      secrets.send(new DeleteSecretCommand({ SecretId, ...more }));
    await expect(remove({ RecoveryWindowInDays: 6 })).rejects.toBeInstanceOf(
      sdk.InvalidParameterException,
    );
    const { DeletionDate } = await remove({ RecoveryWindowInDays: 7 });
    expect(DeletionDate?.getTime()).toBe(server.opened.clock.now() + 7 * day);
    const read = () => secrets.send(new GetSecretValueCommand({ SecretId }));
    await expect(read()).rejects.toThrow(/marked for deletion/);
    await expect(remove()).rejects.toBeInstanceOf(sdk.InvalidRequestException);
    await expect(
      secrets.send(new CreateSecretCommand({ Name: SecretId, SecretString: "y" })),
    ).rejects.toThrow(/scheduled for deletion/);
    await secrets.send(new RestoreSecretCommand({ SecretId }));
    expect((await read()).SecretString).toBe("x");
    await remove({ RecoveryWindowInDays: 7 });
    expect(await removeDueSecrets(later(7 * day - 1), never)).toBe(0);
    expect(await removeDueSecrets(later(7 * day), never)).toBe(1);
    await expect(read()).rejects.toBeInstanceOf(sdk.ResourceNotFoundException);
  });

  it("is at once where that is asked for, and a secret of the same name is another one", async () => {
    const create = () =>
      secrets.send(new CreateSecretCommand({ Name: "forced", SecretString: "x" }));
    const { ARN } = await create();
    const force = { SecretId: "forced", ForceDeleteWithoutRecovery: true };
    await secrets.send(new DeleteSecretCommand(force));
    await secrets.send(new DeleteSecretCommand(force));
    const made = await create();
    expect(made.ARN).not.toBe(ARN);
    await expect(secrets.send(new GetSecretValueCommand({ SecretId: ARN }))).rejects.toThrow(
      /can't find/,
    );
  });
});

describe("listing", () => {
  it("finds by name, tags and words, in an order, page by page", async () => {
    for (const [n, Name] of ["list/a", "list/b", "list/c"].entries()) {
      server.opened.clock.advance(1000);
      const Tags = [{ Key: `list-${n}`, Value: "Some value" }];
      await secrets.send(new CreateSecretCommand({ Name, Tags, Description: "Listed one" }));
    }
    const list = async (input: sdk.ListSecretsCommandInput) => {
      const { SecretList } = await secrets.send(new ListSecretsCommand(input));
      return SecretList?.map(({ Name }) => Name);
    };
    const by = (Key: sdk.FilterNameStringType, ...Values: string[]) => ({ Key, Values });
    const ours = by("name", "list/");
    expect(await list({ Filters: [ours] })).toEqual(["list/a", "list/b", "list/c"]);
    expect(await list({ Filters: [ours], SortOrder: "desc", SortBy: "created-date" })).toEqual([
      ...["list/c", "list/b", "list/a"],
    ]);
    expect(await list({ Filters: [by("tag-key", "list-1")] })).toEqual(["list/b"]);
    expect(await list({ Filters: [ours, by("name", "!list/b")] })).toEqual(["list/a", "list/c"]);
    expect(await list({ Filters: [by("all", "LISTED some")] })).toHaveLength(3);
    expect(await list({ Filters: [by("description", "listed")] })).toHaveLength(3);
    const first = await secrets.send(new ListSecretsCommand({ Filters: [ours], MaxResults: 2 }));
    const { NextToken } = first;
    expect(await list({ Filters: [ours], MaxResults: 2, NextToken })).toEqual(["list/c"]);
    await secrets.send(new DeleteSecretCommand({ SecretId: "list/a" }));
    expect(await list({ Filters: [ours] })).toEqual(["list/b", "list/c"]);
    expect(await list({ Filters: [ours], IncludePlannedDeletion: true })).toHaveLength(3);
  });

  it("reads several at once, and tells of each that can not be read why", async () => {
    await secrets.send(new CreateSecretCommand({ Name: "batch/a", SecretString: "1" }));
    await secrets.send(new CreateSecretCommand({ Name: "batch/b", SecretString: "2" }));
    const read = await secrets.send(
      new BatchGetSecretValueCommand({ SecretIdList: ["batch/a", "batch/none"] }),
    );
    expect(read.SecretValues?.map(({ SecretString }) => SecretString)).toEqual(["1"]);
    expect(read.Errors).toMatchObject([
      { SecretId: "batch/none", ErrorCode: "ResourceNotFoundException" },
    ]);
    const some = await clientOf(
      ...([account, "batch"] as const),
      { Effect: "Allow", Action: "secretsmanager:*", Resource: "*" },
      {
        Effect: "Deny",
        Action: "secretsmanager:GetSecretValue",
        Resource: "arn:aws:secretsmanager:*:*:secret:batch/b-*",
      },
    );
    const found = await some.send(
      new BatchGetSecretValueCommand({ Filters: [{ Key: "name", Values: ["batch/"] }] }),
    );
    expect(found.SecretValues?.map(({ Name }) => Name)).toEqual(["batch/a"]);
    expect(found.Errors?.map(({ ErrorCode }) => ErrorCode)).toEqual(["AccessDeniedException"]);
    // Each read is found in the trail under the name of a single one.
    const told = (await auditEntries(server.ports, registry))
      .filter(({ actor }) => JSON.stringify(actor).includes("user/batch"))
      .map(({ action }) => JSON.stringify(action));
    const reads = told.filter((text) => text.includes('"GetSecretValue"'));
    expect(reads).toHaveLength(2);
    expect(reads.filter((text) => text.includes("AccessDeniedException"))).toHaveLength(1);
  });

  it("tags and untags, up to fifty", async () => {
    const SecretId = "tagged";
    await secrets.send(new CreateSecretCommand({ Name: SecretId }));
    const tagsOf = async () => (await secrets.send(new DescribeSecretCommand({ SecretId }))).Tags;
    const many = Array.from({ length: 50 }, (_, n) => ({ Key: `k${n}`, Value: "v" }));
    await secrets.send(new TagResourceCommand({ SecretId, Tags: many }));
    await expect(
      secrets.send(new TagResourceCommand({ SecretId, Tags: [{ Key: "one more", Value: "" }] })),
    ).rejects.toBeInstanceOf(sdk.LimitExceededException);
    const TagKeys = many.slice(1).map(({ Key }) => Key);
    await secrets.send(new UntagResourceCommand({ SecretId, TagKeys }));
    expect(await tagsOf()).toEqual([{ Key: "k0", Value: "v" }]);
  });
});

it("makes passwords of the characters that are asked for", async () => {
  const make = async (input: object) =>
    (await secrets.send(new GetRandomPasswordCommand(input))).RandomPassword ?? "";
  const usual = await make({});
  expect(usual).toHaveLength(32);
  for (const kind of [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9 ]/]) expect(usual).toMatch(kind);
  const digits = { ExcludePunctuation: true, ExcludeUppercase: true, ExcludeLowercase: true };
  expect(await make({ ...digits, PasswordLength: 9, ExcludeCharacters: "012" })).toMatch(
    /^[3-9]{9}$/,
  );
  await expect(make({ PasswordLength: 3 })).rejects.toBeInstanceOf(sdk.InvalidParameterException);
});

describe("policies", () => {
  it("let another account in, and only those they say", async () => {
    const { ARN } = await secrets.send(
      new CreateSecretCommand({ Name: "shared", SecretString: "for both" }),
    );
    const all = { Effect: "Allow", Action: "secretsmanager:*", Resource: "*" };
    const other = await clientOf(otherAccount, "reader", all);
    const read = () => other.send(new GetSecretValueCommand({ SecretId: ARN }));
    const missing = () =>
      other.send(new GetSecretValueCommand({ SecretId: `${ARN?.slice(0, -1)}_` }));
    const refusals = await Promise.all(
      [read, missing].map((ask) => ask().catch((error: Error) => error)),
    );
    for (const refusal of refusals)
      expect(refusal).toMatchObject({ name: "AccessDeniedException" });
    const statement = {
      ...{ Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: "*" },
      Principal: { AWS: `arn:aws:iam::${otherAccount}:root` },
    };
    const ResourcePolicy = policyText(statement);
    await secrets.send(new PutResourcePolicyCommand({ SecretId: "shared", ResourcePolicy }));
    expect((await read()).SecretString).toBe("for both");
    await expect(other.send(new DescribeSecretCommand({ SecretId: ARN }))).rejects.toThrow(
      /not authorized/,
    );
    const kept = await secrets.send(new GetResourcePolicyCommand({ SecretId: "shared" }));
    expect(JSON.parse(kept.ResourcePolicy ?? "")).toEqual(JSON.parse(ResourcePolicy));
    await secrets.send(new DeleteResourcePolicyCommand({ SecretId: "shared" }));
    await expect(read()).rejects.toThrow(/not authorized/);
  });

  it("deny whom they name, and are checked for what they are", async () => {
    await secrets.send(new CreateSecretCommand({ Name: "denied", SecretString: "x" }));
    const mine = await clientOf(account, "mine", {
      ...{ Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: "*" },
    });
    const read = () => mine.send(new GetSecretValueCommand({ SecretId: "denied" }));
    expect((await read()).SecretString).toBe("x");
    const statement = { Action: "secretsmanager:*", Resource: "*", Principal: "*" };
    const put = (effect: object, more: object = {}) =>
      secrets.send(
        new PutResourcePolicyCommand({
          ...{ SecretId: "denied", ResourcePolicy: policyText({ ...statement, ...effect }) },
          ...more,
        }),
      );
    await expect(put({ Effect: "Allow" }, { BlockPublicPolicy: true })).rejects.toBeInstanceOf(
      sdk.PublicPolicyException,
    );
    await put({ Effect: "Deny", Action: "secretsmanager:GetSecretValue" });
    await expect(read()).rejects.toThrow(/explicit deny/);
    await expect(
      secrets.send(new PutResourcePolicyCommand({ SecretId: "denied", ResourcePolicy: "{}" })),
    ).rejects.toBeInstanceOf(sdk.MalformedPolicyDocumentException);
    const checked = await secrets.send(
      new ValidateResourcePolicyCommand({
        ResourcePolicy: policyText({ ...statement, Effect: "Allow" }),
      }),
    );
    expect(checked.PolicyValidationPassed).toBe(false);
    expect(checked.ValidationErrors?.[0]?.CheckName).toBe("PublicPolicy");
  });
});

describe("a key of KMS", () => {
  it("is asked for each caller, and shuts the value when it is disabled", async () => {
    const kms = new KMSClient(server.client());
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const KmsKeyId = KeyMetadata?.Arn ?? "";
    await secrets.send(new CreateSecretCommand({ Name: "keyed", SecretString: "x", KmsKeyId }));
    const read = (client: SecretsManagerClient) =>
      client.send(new GetSecretValueCommand({ SecretId: "keyed" }));
    expect((await read(secrets)).SecretString).toBe("x");
    const may = { Effect: "Allow", Action: "secretsmanager:*", Resource: "*" };
    const without = await clientOf(account, "no-key", may);
    await expect(read(without)).rejects.toThrow("Access to KMS is not allowed");
    const withKey = await clientOf(account, "key", may, {
      ...{ Effect: "Allow", Action: "kms:Decrypt", Resource: KmsKeyId },
      Condition: {
        StringEquals: { "kms:ViaService": "secretsmanager.us-east-1.amazonaws.com" },
        StringLike: { "kms:EncryptionContext:SecretARN": "*:secret:keyed-*" },
      },
    });
    expect((await read(withKey)).SecretString).toBe("x");
    const described = await secrets.send(new DescribeSecretCommand({ SecretId: "keyed" }));
    expect(described.KmsKeyId).toBe(KmsKeyId);
    await kms.send(new DisableKeyCommand({ KeyId: KmsKeyId }));
    await expect(read(secrets)).rejects.toBeInstanceOf(sdk.DecryptionFailure);
    await expect(
      secrets.send(new PutSecretValueCommand({ SecretId: "keyed", SecretString: "y" })),
    ).rejects.toBeInstanceOf(sdk.EncryptionFailure);
  });

  it("of another account looks the same whether it is there or not", async () => {
    const user = await putUser(
      ...([server.ports, { account: otherAccount, name: "keys" }] as const),
      { Effect: "Allow", Action: "kms:*", Resource: "*" },
    );
    const theirs = new KMSClient(server.client(await keyOf(server.ports, user)));
    const { KeyMetadata } = await theirs.send(new CreateKeyCommand({}));
    const there = KeyMetadata?.Arn ?? "";
    const absent = there.replace(/key.*/, "key/00000000-0000-4000-8000-000000000000");
    for (const KmsKeyId of [there, absent, absent.replace(/key.*/, "alias/x")]) {
      const made = new CreateSecretCommand({ Name: "theirs", SecretString: "x", KmsKeyId });
      await expect(secrets.send(made)).rejects.toMatchObject({
        ...{ name: "AccessDeniedException", message: "Access to KMS is not allowed" },
      });
    }
  });

  it("can be put in the place of another, and labelled versions open with the new one alone", async () => {
    const kms = new KMSClient(server.client());
    const newKey = async () => (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? "";
    const [first, second] = [await newKey(), await newKey()];
    const Name = "rekeyed";
    await secrets.send(new CreateSecretCommand({ Name, SecretString: "a", KmsKeyId: first }));
    await secrets.send(new PutSecretValueCommand({ SecretId: Name, SecretString: "b" }));
    await secrets.send(new UpdateSecretCommand({ SecretId: Name, KmsKeyId: second }));
    await kms.send(new DisableKeyCommand({ KeyId: first }));
    const read = async (VersionStage: string) =>
      (await secrets.send(new GetSecretValueCommand({ SecretId: Name, VersionStage })))
        .SecretString;
    expect([await read("AWSCURRENT"), await read("AWSPREVIOUS")]).toEqual(["b", "a"]);
    await expect(
      secrets.send(new CreateSecretCommand({ Name: "x", KmsKeyId: "alias/none" })),
    ).rejects.toBeInstanceOf(sdk.EncryptionFailure);
  });
});

it("are read by the registry service where their name is for it, which the trail tells", async () => {
  const SecretString = '{"username":"u","accessToken":"t"}';
  const create = async (Name: string) =>
    (await secrets.send(new CreateSecretCommand({ Name, SecretString }))).ARN ?? "";
  const arn = await create("ecr-pullthroughcache/hub");
  expect(await readServiceSecret(server.ports, registry, arn)).toEqual({ text: SecretString });
  await expect(readServiceSecret(server.ports, registry, await create("hub"))).rejects.toThrow(
    /may not read/,
  );
  const told = (await auditEntries(server.ports, registry)).filter(({ actor }) =>
    JSON.stringify(actor).includes("AWS Internal"),
  );
  expect(JSON.stringify(told)).toContain(arn);
  expect(JSON.stringify(told)).not.toContain("accessToken");
});

it("keep what others change while a version is made, and one made anew is not meant", async () => {
  const Name = "overtaken";
  const ref = async () => (await server.ports.metadata.secrets.find(registry, Name))!;
  await secrets.send(new CreateSecretCommand({ Name, Description: "old", SecretString: "0" }));
  const before = await ref();
  const { metadata } = server.ports;
  const overtaken = metadataWith(metadata, {
    async transaction(work) {
      await secrets.send(new UpdateSecretCommand({ SecretId: Name, Description: "theirs" }));
      return metadata.transaction(work);
    },
  });
  const value = { versionId: token("v"), content: { text: "1" }, stages: ["AWSCURRENT"] };
  const ports = { ...server.ports, metadata: overtaken };
  await updateSecret(ports, callerOf(account), before, { value });
  expect((await ref()).description).toBe("theirs");

  const now = { SecretId: Name, ForceDeleteWithoutRecovery: true };
  await secrets.send(new DeleteSecretCommand(now));
  await secrets.send(new CreateSecretCommand({ Name, SecretString: "another's" }));
  await expect(
    updateSecret(server.ports, callerOf(account), before, { value }),
  ).rejects.toMatchObject({ kind: "ResourceNotFound" });
});

it("are bounded in number of versions: outdated ones go after a day", async () => {
  const SecretId = "many";
  await secrets.send(new CreateSecretCommand({ Name: SecretId, SecretString: "0" }));
  for (let n = 1; n <= 100; n++) {
    await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: String(n) }));
  }
  const count = async () =>
    (
      await secrets.send(
        new ListSecretVersionIdsCommand({ SecretId, IncludeDeprecated: true, MaxResults: 100 }),
      )
    ).NextToken !== undefined;
  expect(await count()).toBe(true);
  const value = { versionId: token("z"), content: { text: "last" }, stages: ["AWSCURRENT"] };
  const secret = await server.ports.metadata.secrets.find(registry, SecretId);
  await updateSecret(later(day), callerOf(account), secret!, { value });
  expect(await count()).toBe(false);
});
