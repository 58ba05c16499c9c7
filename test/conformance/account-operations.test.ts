/**
 * What holds for every operation on accounts and on who there is in them, whatever it does: a user that
 * no policy allows it is refused, an input that breaks the schema is refused, and neither changes
 * anything.
 */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { queryVersions } from "../../src/doors/aws/query-codec.ts";
import { createGroup } from "../../src/operations/iam/create-group.ts";
import { createOpenIDConnectProvider } from "../../src/operations/iam/create-open-id-connect-provider.ts";
import { createPolicy } from "../../src/operations/iam/create-policy.ts";
import { createRole } from "../../src/operations/iam/create-role.ts";
import { operations } from "../../src/operations/index.ts";
import type { Operation } from "../../src/operations/operation.ts";
import { perform } from "../../src/operations/perform.ts";
import { isRegistryError } from "../../src/registry/errors.ts";
import type { Caller } from "../../src/registry/identity/principal.ts";
import { ciphertextHeader } from "../../src/registry/kms/ciphertext.ts";
import type { Region } from "../../src/registry/names.ts";
import { readOnlyMetadata } from "../../src/registry/read-only.ts";
import type { TestRegistry } from "../support/ecr.ts";
import { account, callerOf, openTestRegistry } from "../support/ecr.ts";
import { policyText, userWith } from "../support/identity.ts";
import { ownAccountOperations } from "../support/own-account-operations.ts";
import { malformed, validInput } from "../support/schema-inputs.ts";

const services: ReadonlySet<string> = new Set([
  ...[
    "cloudwatch",
    "ecr-public",
    "events",
    "iam",
    "inspector2",
    "kms",
    "organizations",
    "secretsmanager",
    "signer",
  ],
  ...["ssm", "sts"],
]);
const guarded = operations.filter(
  ({ name, service, action }) =>
    (services.has(service) || ownAccountOperations.has(name)) && action !== null,
);
const opened: { registry?: TestRegistry; nobody?: Caller } = {};

const absentKey = "00000000-0000-4000-8000-000000000000";
const registryOfKeys = { account, region: "us-east-1" as Region };
const header = ciphertextHeader({ registry: registryOfKeys, id: absentKey }, 1);

/** Values that a schema alone cannot tell: what has a shape of its own. */
const known: Readonly<Record<string, unknown>> = {
  AliasName: "alias/images",
  CiphertextBlob: Buffer.concat([header, Buffer.of(1)]).toString("base64"),
  DestinationKeyId: absentKey,
  GrantId: "0".repeat(64),
  KeyId: absentKey,
  NumberOfBytes: 32,
  ParameterVersion: 1,
  Period: 60,
  TargetKeyId: absentKey,
  AccessKeyId: "AKIAABCDEFGHIJKLMNOP",
  AccountId: account,
  action: "ecr:PutImage",
  ChildId: account,
  ParentId: "r-eorg",
  CreateAccountRequestId: "car-0123456789abcdef",
  Email: "team@example.com",
  NewPath: "/new/",
  OpenIDConnectProviderArn: `arn:aws:iam::${account}:oidc-provider/issuer.example`,
  PermissionsBoundary: `arn:aws:iam::${account}:policy/edge`,
  PolicyArn: `arn:aws:iam::${account}:policy/pull`,
  PolicySourceArn: `arn:aws:iam::${account}:role/deploy`,
  Url: "https://issuer.example",
  VersionId: "v1",
  principalArn: `arn:aws:iam::${account}:user/there`,
  pullSecretId: "ASIAABCDEFGHIJKLMNOP",
  repositoryName: "team/app",
  uploadId: absentKey,
  reportId: absentKey,
  kmsKeyArn: `arn:aws:kms:us-east-1:${account}:key/${absentKey}`,
  layerDigests: [`sha256:${"0".repeat(64)}`],
  resourceArn: `arn:aws:ecr-public::${account}:repository/team/app`,
  repositoryNames: ["team/app"],
  ResourceARN: `arn:aws:events:us-east-1:${account}:rule/there`,
  ResourceId: account,
  RoleArn: `arn:aws:iam::${account}:role/deploy`,
};

function validates({ service }: Operation): boolean {
  const ofJson = ["events", "inspector2", "kms", "secretsmanager", "ssm"];
  return ofJson.includes(service) || queryVersions.has(service);
}

function asked(operation: Operation, input: unknown, caller: Caller): Promise<unknown> {
  return opened.registry!.ask(operation, input, caller);
}

beforeAll(async () => {
  const registry = await openTestRegistry();
  opened.registry = registry;
  opened.nobody = await userWith(registry.environment.ports, { account, name: "nobody" });
  await userWith(registry.environment.ports, { account, name: "there" });
  await registry.ask(createGroup, { GroupName: "there" });
  await registry.ask(createRole, {
    RoleName: "there",
    AssumeRolePolicyDocument: policyText({
      ...{ Effect: "Allow", Action: "sts:AssumeRole" },
      Principal: { Service: "ecr.amazonaws.com" },
    }),
  });
  const PolicyDocument = policyText({ Effect: "Allow", Action: "*", Resource: "*" });
  await registry.ask(createPolicy, { PolicyName: "there", PolicyDocument });
  await registry.ask(createOpenIDConnectProvider, { Url: "https://there.example" });
});
afterAll(() => opened.registry?.close());

describe.each(guarded.map((operation) => [operation.name, operation] as const))(
  "%s",
  (_name, operation) => {
    const ofSecrets = operation.service === "secretsmanager" ? { VersionId: absentKey } : {};
    const ofFilters = operation.service === "inspector2" ? { action: "NONE" } : {};
    const isOfProvider = operation.name.endsWith("ConsoleSignOn");
    const ofProvider = isOfProvider ? { providerArn: known.OpenIDConnectProviderArn } : {};
    const given = { ...known, ...ofSecrets, ...ofFilters, ...ofProvider };
    const input = validInput(operation.input as z.ZodType, given);

    it("takes an input that keeps to its schema", () => {
      expect(operation.input.safeParse(input).error).toBeUndefined();
    });

    it("refuses a user that no policy allows it, and changes nothing", async () => {
      const before = await opened.registry!.dump();
      await expect(asked(operation, input, opened.nobody!)).rejects.toMatchObject({
        kind: "AccessDenied",
        message: expect.stringContaining(
          `user/nobody is not authorized to perform: ${operation.action} on resource: `,
        ),
      });
      expect(await opened.registry!.dump()).toBe(before);
    });

    it("changes nothing where the store is read-only, even for root", async () => {
      const registry = opened.registry!;
      const { ports } = registry.environment;
      const before = await registry.dump();
      const metadata = readOnlyMetadata(ports.metadata);
      const environment = { ...registry.environment, ports: { ...ports, metadata } };
      await perform(environment, operation, input, callerOf(account)).catch((error: unknown) => {
        if (!isRegistryError(error)) throw error;
      });
      expect(await registry.dump()).toBe(before);
    });

    it("refuses what breaks its schema as a validation error, and changes nothing", async () => {
      const before = await opened.registry!.dump();
      await fc.assert(
        fc.asyncProperty(malformed(operation.input as z.ZodType, input), async (broken) => {
          await expect(asked(operation, broken, callerOf(account))).rejects.toMatchObject({
            kind: validates(operation) ? "Validation" : "InvalidParameter",
          });
        }),
        { numRuns: 60 },
      );
      expect(await opened.registry!.dump()).toBe(before);
    });
  },
);

/** By the member that names it: what is there and what is not. */
const named = {
  GroupName: ["there", "gone"],
  UserName: ["there", "gone"],
  RoleName: ["there", "gone"],
  PolicyArn: [`arn:aws:iam::${account}:policy/there`, `arn:aws:iam::${account}:policy/gone`],
  PolicySourceArn: [`arn:aws:iam::${account}:role/there`, `arn:aws:iam::${account}:role/gone`],
  OpenIDConnectProviderArn: [
    `arn:aws:iam::${account}:oidc-provider/there.example`,
    `arn:aws:iam::${account}:oidc-provider/gone.example`,
  ],
};

it.each(Object.entries(named))(
  "looks the same to who may not look whether what %s names is there or not",
  async (member, values) => {
    for (const operation of guarded.filter(({ service }) => service === "iam")) {
      const input = validInput(operation.input as z.ZodType, known);
      const answers: string[] = [];
      for (const value of values) {
        const answer = await asked(operation, { ...input, [member]: value }, opened.nobody!).catch(
          String,
        );
        answers.push(String(answer).replaceAll(value, "NAME"));
      }
      expect(answers[0]).toBe(answers[1]);
    }
  },
);
