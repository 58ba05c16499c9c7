/** Keys as AWS's own SDK makes and uses them. */

import * as sdk from "@aws-sdk/client-kms";
import {
  CreateAliasCommand,
  CreateGrantCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EnableKeyRotationCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  KMSClient,
  ListAliasesCommand,
  ListGrantsCommand,
  ListKeyRotationsCommand,
  ListResourceTagsCommand,
  RotateKeyOnDemandCommand,
} from "@aws-sdk/client-kms";
import { afterEach, beforeEach, expect, it } from "vitest";
import { operations } from "../../src/operations/index.ts";
import { type AwsServer, startAwsServer } from "../support/aws-server.ts";
import { account, deployment } from "../support/ecr.ts";

let server: AwsServer;
let kms: KMSClient;
beforeEach(async () => {
  server = await startAwsServer();
  kms = new KMSClient(server.client());
});
afterEach(() => server.close());

async function newKey(): Promise<string> {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  return KeyMetadata?.KeyId ?? "";
}

it("are of operations that the SDK knows by these names", () => {
  for (const { operationName } of operations.filter(({ service }) => service === "kms")) {
    expect(sdk).toHaveProperty(`${operationName}Command`);
  }
});

it("carry bytes and times as the SDK reads them", async () => {
  const KeyId = await newKey();
  const Plaintext = Uint8Array.of(0, 255, 128);
  const EncryptionContext = { "aws:ecr:arn": "ü" };
  const { CiphertextBlob } = await kms.send(
    new EncryptCommand({ KeyId, Plaintext, EncryptionContext }),
  );
  const opened = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));
  expect(opened.Plaintext).toEqual(Plaintext);
  const made = await kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: "AES_256" }));
  expect(made.Plaintext).toHaveLength(32);
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
  expect(KeyMetadata?.CreationDate?.getTime()).toBe(server.opened.clock.now());
});

it("are refused by the SDK's own classes of errors", async () => {
  const KeyId = await newKey();
  await expect(
    kms.send(new DecryptCommand({ CiphertextBlob: Uint8Array.of(1, 2, 3) })),
  ).rejects.toBeInstanceOf(sdk.InvalidCiphertextException);
  await expect(kms.send(new DescribeKeyCommand({ KeyId: "alias/none" }))).rejects.toBeInstanceOf(
    sdk.NotFoundException,
  );
  await expect(kms.send(new CreateKeyCommand({ MultiRegion: true }))).rejects.toBeInstanceOf(
    sdk.UnsupportedOperationException,
  );
  await kms.send(new sdk.DisableKeyCommand({ KeyId }));
  await expect(
    kms.send(new EncryptCommand({ KeyId, Plaintext: Uint8Array.of(1) })),
  ).rejects.toBeInstanceOf(sdk.DisabledException);
});

/** The calls of Terraform's aws_kms_key, aws_kms_alias and aws_kms_grant. */
it("are what Terraform's resources read back", async () => {
  const KeyId = await newKey();
  const rotation = { KeyId, RotationPeriodInDays: 180 };
  await kms.send(new EnableKeyRotationCommand(rotation));
  const status = await kms.send(new GetKeyRotationStatusCommand({ KeyId }));
  expect(status).toMatchObject({ ...rotation, KeyRotationEnabled: true });
  const { Policy } = await kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: "default" }));
  expect(JSON.parse(Policy ?? "")).toMatchObject({ Id: "key-default-1" });
  expect((await kms.send(new ListResourceTagsCommand({ KeyId }))).Tags).toEqual([]);
  const AliasName = "alias/images";
  await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyId }));
  const { Aliases } = await kms.send(new ListAliasesCommand({}));
  expect(Aliases).toMatchObject([{ AliasName, TargetKeyId: KeyId }]);
  const Constraints = { EncryptionContextEquals: { a: "1" } };
  const { GrantId } = await kms.send(
    new CreateGrantCommand({
      ...{ KeyId, GranteePrincipal: `arn:aws:iam::${account}:root`, Name: "n" },
      ...{ Operations: ["Encrypt", "Decrypt"], Constraints },
    }),
  );
  const { Grants } = await kms.send(new ListGrantsCommand({ KeyId, Limit: 100 }));
  expect(Grants).toMatchObject([{ GrantId, Constraints }]);
});

it("are rotated on demand, which is listed with its kind and time", async () => {
  const KeyId = await newKey();
  expect((await kms.send(new RotateKeyOnDemandCommand({ KeyId }))).KeyId).toBe(KeyId);
  const { Rotations } = await kms.send(new ListKeyRotationsCommand({ KeyId }));
  expect(Rotations).toMatchObject([{ KeyId, RotationType: "ON_DEMAND" }]);
  expect(Rotations?.[0]?.RotationDate?.getTime()).toBe(server.opened.clock.now());
});

it("live in the region that the request is signed for", async () => {
  const KeyId = await newKey();
  const [, elsewhere = ""] = deployment.regions;
  const abroad = new KMSClient({ ...server.client(), region: elsewhere });
  await expect(abroad.send(new DescribeKeyCommand({ KeyId }))).rejects.toBeInstanceOf(
    sdk.NotFoundException,
  );
});
