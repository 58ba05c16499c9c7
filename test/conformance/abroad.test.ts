/**
 * Somebody of another account, whose own policies allow everything, learns of no operation whether what
 * it names in this account is there (I7): neither by the refusal nor by its words.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRole } from "../../src/operations/iam/create-role.ts";
import { operations } from "../../src/operations/index.ts";
import { createKey } from "../../src/operations/kms/create-key.ts";
import { encrypt } from "../../src/operations/kms/encrypt.ts";
import type { Operation } from "../../src/operations/operation.ts";
import { createSecret } from "../../src/operations/secretsmanager/create-secret.ts";
import { isRegistryError } from "../../src/registry/errors.ts";
import type { Caller } from "../../src/registry/identity/principal.ts";
import { ciphertextHeader } from "../../src/registry/kms/ciphertext.ts";
import type { Region, RepositoryName } from "../../src/registry/names.ts";
import { account, otherAccount } from "../support/ecr.ts";
import { openTestIam, type TestIam, trustPolicy } from "../support/iam.ts";
import { userWith } from "../support/identity.ts";
import { ownAccountOperations } from "../support/own-account-operations.ts";
import { memberNames, validInput } from "../support/schema-inputs.ts";

/** Named in both ways alike, so that words can be compared. */
const absentKey = "00000000-0000-4000-8000-000000000000";
const region = "us-east-1" as Region;
const header = ciphertextHeader({ registry: { account, region }, id: absentKey }, 1);
const opened: { iam?: TestIam; stranger?: Caller; there: Known; gone: Known } = {
  there: {},
  gone: {},
};
type Known = Readonly<Record<string, unknown>>;

beforeAll(async () => {
  const iam = await openTestIam();
  const { registry } = iam;
  opened.iam = iam;
  await registry.createRepository("team/app" as RepositoryName);
  const imageDigest = await registry.pushImage("team/app", "x", { imageTag: "v1" });
  const { KeyMetadata } = await iam.ask(createKey);
  const KeyId = KeyMetadata?.Arn ?? "";
  const sealed = await iam.ask(encrypt, { KeyId, Plaintext: "eA==" });
  const secret = await iam.ask(createSecret, { Name: "there", SecretString: "x" });
  await iam.ask(createRole, {
    RoleName: "there",
    AssumeRolePolicyDocument: trustPolicy(account),
  });
  opened.stranger = await userWith(
    registry.environment.ports,
    { account: otherAccount, name: "stranger" },
    { Effect: "Allow", Action: "*", Resource: "*" },
  );
  opened.there = known({
    ...{ repository: "team/app", imageDigest, key: KeyId, role: "there" },
    ...{ ciphertext: sealed.CiphertextBlob, secret: secret.ARN ?? "" },
  });
  opened.gone = known({
    ...{ repository: "team/gon", imageDigest: `sha256:${"0".repeat(64)}`, role: "gones" },
    key: `arn:aws:kms:${region}:${account}:key/${absentKey}`,
    ciphertext: Buffer.concat([header, Buffer.alloc(48)]).toString("base64"),
    secret: `arn:aws:secretsmanager:${region}:${account}:secret:gones-AAAAAA`,
  });
});
afterAll(() => opened.iam?.registry.close());

function known(of: {
  repository: string;
  imageDigest: string;
  key: string;
  role: string;
  secret: string;
  ciphertext: unknown;
}): Known {
  const { repository, imageDigest, key, role, secret, ciphertext } = of;
  const repositoryArn = `arn:aws:ecr:${region}:${account}:repository/${repository}`;
  return {
    ...{ registryId: account, repositoryName: repository, repositoryNames: [repository] },
    ...{ imageIds: [{ imageDigest }], imageId: { imageDigest }, subjectId: { imageDigest } },
    ...{ imageDigest, imageDigests: [imageDigest], layerDigests: [imageDigest] },
    ...{ layerDigest: imageDigest, imageTag: "v1", uploadId: absentKey, reportId: absentKey },
    ...{ resourceArn: repositoryArn, destinationRepositoryName: repository },
    ...{ KeyId: key, DestinationKeyId: key, TargetKeyId: key, kmsKeyArn: key, SourceKeyId: key },
    ...{ CiphertextBlob: ciphertext, GrantId: "0".repeat(64), AliasName: "alias/images" },
    ...{ NumberOfBytes: 32, Plaintext: "eA==", Operations: ["Decrypt"] },
    GranteePrincipal: `arn:aws:iam::${otherAccount}:root`,
    ...{ SecretId: secret, RoleArn: `arn:aws:iam::${account}:role/${role}`, RoleSessionName: "x" },
  };
}

async function learned(operation: Operation, input: Known): Promise<string> {
  const { iam, stranger, there, gone } = opened;
  const outcome = await iam!
    .ask(operation, validInput(operation.input, input), stranger!)
    .then(JSON.stringify)
    .catch((error: unknown) => {
      if (isRegistryError(error)) return `${error.kind}: ${error.message}`;
      throw error;
    });
  // What the stranger said himself tells him nothing.
  const said = (of: Known) =>
    ["repositoryName", "imageDigest", "KeyId", "SecretId", "RoleArn"].map((name) => of[name]);
  return [...said(there), ...said(gone)].reduce<string>(
    (text, each) => text.replaceAll(String(each), "<named>"),
    String(outcome),
  );
}

/** By these something of another account can be named. */
const foreign = new Set([
  ...["registryId", "resourceArn", "KeyId", "CiphertextBlob", "DestinationKeyId", "kmsKeyArn"],
  ...["SecretId", "RoleArn"],
]);
const asking = operations.filter(({ name, input, isAnonymous }) => {
  if (isAnonymous || ownAccountOperations.has(name)) return false;
  return memberNames(input).some((member) => foreign.has(member));
});

describe.each(asking.map((operation) => [operation.name, operation] as const))(
  "%s",
  (_name, operation) => {
    it("says the same of what is there and of what is not", async () => {
      expect(await learned(operation, opened.there)).toBe(await learned(operation, opened.gone));
    });
  },
);
