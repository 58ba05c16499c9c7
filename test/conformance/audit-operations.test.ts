/** Every operation of the table, allowed and denied: one record each, and no secret in any. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { harmlessNames, redactions, soundsSecret } from "../../src/operations/audit-redactions.ts";
import { operations } from "../../src/operations/index.ts";
import type { Operation } from "../../src/operations/operation.ts";
import { toRecord } from "../../src/registry/audit/cloudtrail-record.ts";
import type { Caller } from "../../src/registry/identity/principal.ts";
import { ciphertextHeader } from "../../src/registry/kms/ciphertext.ts";
import type { Region } from "../../src/registry/names.ts";
import { AuditTail } from "../support/audit.ts";
import type { TestRegistry } from "../support/ecr.ts";
import { account, callerOf, digestOf, openTestRegistry } from "../support/ecr.ts";
import { userWith } from "../support/identity.ts";
import { validInput } from "../support/schema-inputs.ts";

const registryOfCaller = { account, region: "us-east-1" as Region };
const absentKey = "00000000-0000-4000-8000-000000000000";
const header = ciphertextHeader({ registry: registryOfCaller, id: absentKey }, 1);
const repositoryName = "team/app";

const trail = `arn:aws:cloudtrail:us-east-1:${account}:trail/there`;
const publicArn = `arn:aws:ecr-public::${account}:repository/${repositoryName}`;
const known: Readonly<Record<string, unknown>> = {
  signingProfileArn: `arn:aws:signer:us-east-1:${account}:/signing-profiles/there`,
  ResourceIdList: [trail],
  ...{ registryId: account, registryIds: [account], repositoryName },
  repositoryNames: [repositoryName],
  resourceArn: `arn:aws:ecr:us-east-1:${account}:repository/${repositoryName}`,
  ...{
    uploadId: absentKey,
    reportId: absentKey,
    kmsKeyArn: `arn:aws:kms:us-east-1:${account}:key/${absentKey}`,
    jobId: absentKey,
    holdId: absentKey,
    requestId: "0".repeat(28),
    runId: `1-${absentKey}`,
  },
  ...{ layerDigest: digestOf("layer"), layerDigests: [digestOf("layer")] },
  ...{ imageDigest: digestOf("image"), imageDigests: [digestOf("image")] },
  ...{ filter: undefined, nextToken: undefined, imageTagMutabilityExclusionFilters: undefined },
  ...{ name: "BLOB_MOUNTING", value: "DISABLED", desiredValue: 9 },
  AliasName: "alias/images",
  Period: 60,
  ResourceARN: `arn:aws:events:us-east-1:${account}:rule/there`,
  CiphertextBlob: Buffer.concat([header, Buffer.of(1)]).toString("base64"),
  ...{ DestinationKeyId: absentKey, KeyId: absentKey, TargetKeyId: absentKey },
  ...{ GrantId: "0".repeat(64), NumberOfBytes: 32, ParameterVersion: 1 },
  ...{ AccessKeyId: "AKIAABCDEFGHIJKLMNOP", AccountId: account, ChildId: account },
  ParentId: "r-eorg",
  ...{ CreateAccountRequestId: "car-0123456789abcdef", Email: "team@example.com" },
  ...{ NewPath: "/new/", ResourceId: account, Url: "https://issuer.example", VersionId: "v1" },
  OpenIDConnectProviderArn: `arn:aws:iam::${account}:oidc-provider/issuer.example`,
  PermissionsBoundary: `arn:aws:iam::${account}:policy/edge`,
  PolicyArn: `arn:aws:iam::${account}:policy/pull`,
  PolicySourceArn: `arn:aws:iam::${account}:role/deploy`,
  RoleArn: `arn:aws:iam::${account}:role/deploy`,
  principalArn: `arn:aws:iam::${account}:user/nobody`,
  ...{ pullSecretId: "ASIAABCDEFGHIJKLMNOP", action: "ecr:PutImage" },
};

const opened: { registry?: TestRegistry; tail?: AuditTail; nobody?: Caller } = {};

beforeAll(async () => {
  const registry = await openTestRegistry();
  opened.registry = registry;
  opened.nobody = await userWith(registry.environment.ports, { account, name: "nobody" });
  opened.tail = new AuditTail(registry.environment.ports, registryOfCaller);
  await registry.createRepository(repositoryName);
  await registry.pushImage(repositoryName, "one", { imageTag: "v1" });
  await opened.tail.next();
});
afterAll(() => opened.registry?.close());

const usesOfKeys: ReadonlySet<string> = new Set([
  ...["Decrypt", "Encrypt", "GenerateDataKey", "GenerateRandom"],
  ...["GenerateDataKeyWithoutPlaintext", "ReEncrypt"],
]);
const sources: Readonly<Record<string, string>> = {
  cloudwatch: "monitoring.amazonaws.com",
  entrepot: "entrepot",
};

/** The one record that asking leaves, and how it ended. */
async function recordOf(operation: Operation, input: unknown, caller: Caller) {
  const error = await opened
    .registry!.ask(operation, input, caller)
    .then(() => undefined)
    .catch((refusal: { kind?: string }) => refusal);
  const entries = await opened.tail!.next();
  expect(entries).toHaveLength(1);
  return { record: toRecord(entries[0]!), error };
}

describe.each(operations.map((operation) => [operation.name, operation] as const))(
  "%s",
  (_name, operation) => {
    const ofTrails = operation.service === "cloudtrail" ? { ResourceId: trail } : {};
    const ofSecrets = operation.service === "secretsmanager" ? { VersionId: absentKey } : {};
    const ofFilters = operation.service === "inspector2" ? { action: "NONE" } : {};
    const ofPublic = operation.service === "ecr-public" ? { resourceArn: publicArn } : {};
    const isOfProvider = operation.name.endsWith("ConsoleSignOn");
    const ofProvider = isOfProvider ? { providerArn: known.OpenIDConnectProviderArn } : {};
    const ofOthers = { ...ofFilters, ...ofPublic, ...ofProvider };
    const given = { ...known, ...ofTrails, ...ofSecrets, ...ofOthers };
    const input = validInput(operation.input as z.ZodType, given);
    const isRead = operation.access === "Read" || operation.access === "List";

    it("leaves one record, whatever becomes of it", async () => {
      const { record, error } = await recordOf(operation, input, callerOf(account));
      expect(record).toMatchObject({
        eventName: operation.operationName,
        eventSource: sources[operation.service] ?? `${operation.service}.amazonaws.com`,
        ...{
          awsRegion: "us-east-1",
          recipientAccountId: account,
          readOnly: isRead || usesOfKeys.has(operation.operationName),
        },
        ...{ eventType: "AwsApiCall", eventCategory: "Management", managementEvent: true },
        userIdentity: { type: "Root", accountId: account, accessKeyId: "AKIAEXAMPLE" },
        sourceIPAddress: "127.0.0.1",
      });
      expect(Object.hasOwn(record, "errorCode")).toBe(error !== undefined);
      if (isRead || error !== undefined) expect(record.responseElements).toBeNull();
      const members = Object.keys(record.requestParameters ?? {});
      expect(members.filter((member) => /^[A-Z]/.test(member))).toEqual([]);
    });

    if (operation.action !== null) {
      it("leaves one record of a denial", async () => {
        const { record } = await recordOf(operation, input, opened.nobody!);
        expect(record).toMatchObject({
          eventName: operation.operationName,
          errorCode: "AccessDeniedException",
          errorMessage: expect.stringContaining("user/nobody is not authorized to perform"),
          userIdentity: { type: "IAMUser", userName: "nobody" },
          responseElements: null,
        });
      });
    }

    it("has no member with a secret's name that nobody looked at", () => {
      const listed = redactions[operation.name]?.request ?? [];
      const names = [...memberNames(operation.input as z.ZodType)];
      const paging = ["nextToken", "NextToken"];
      expect(
        names.filter(
          (name) => soundsSecret(name) && !listed.includes(name) && !paging.includes(name),
        ),
      ).toEqual([]);
      // A listed name is one of the operation's.
      expect(listed.filter((name) => !names.includes(name))).toEqual([]);
    });
  },
);

it("lists no harmless name in vain", () => {
  const listed = Object.values(redactions).flatMap(({ request = [], response = [] }) => [
    ...request,
    ...response,
  ]);
  expect(listed.filter((name) => harmlessNames.has(name))).toEqual([]);
});

/** Of a schema, at whatever depth. */
function* memberNames(schema: z.ZodType): Iterable<string> {
  const { def } = schema as z.ZodType & { def: Record<string, unknown> };
  if (schema instanceof z.ZodObject) {
    for (const [name, member] of Object.entries(schema.shape as Record<string, z.ZodType>)) {
      yield name;
      yield* memberNames(member);
    }
  }
  for (const below of ["innerType", "element", "in", "out", "valueType"]) {
    const inner = def[below];
    if (inner instanceof z.ZodType) yield* memberNames(inner);
  }
}
