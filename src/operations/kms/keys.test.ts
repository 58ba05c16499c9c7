import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { account, callerOf } from "../../../test/support/ecr.ts";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { policyText } from "../../../test/support/identity.ts";
import { tendKeys } from "../../registry/kms/tend-keys.ts";
import { cancelKeyDeletion } from "./cancel-key-deletion.ts";
import { createAlias } from "./create-alias.ts";
import { createKey } from "./create-key.ts";
import { decrypt } from "./decrypt.ts";
import { deleteAlias } from "./delete-alias.ts";
import { describeKey } from "./describe-key.ts";
import { disableKey } from "./disable-key.ts";
import { disableKeyRotation } from "./disable-key-rotation.ts";
import { enableKey } from "./enable-key.ts";
import { enableKeyRotation } from "./enable-key-rotation.ts";
import { encrypt } from "./encrypt.ts";
import { getKeyPolicy } from "./get-key-policy.ts";
import { getKeyRotationStatus } from "./get-key-rotation-status.ts";
import { listAliases } from "./list-aliases.ts";
import { listKeyPolicies } from "./list-key-policies.ts";
import { listKeyRotations } from "./list-key-rotations.ts";
import { listKeys } from "./list-keys.ts";
import { listResourceTags } from "./list-resource-tags.ts";
import { putKeyPolicy } from "./put-key-policy.ts";
import { rotateKeyOnDemand } from "./rotate-key-on-demand.ts";
import { scheduleKeyDeletion } from "./schedule-key-deletion.ts";
import { tagResource } from "./tag-resource.ts";
import { untagResource } from "./untag-resource.ts";
import { updateAlias } from "./update-alias.ts";
import { updateKeyDescription } from "./update-key-description.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
});
afterEach(() => iam.registry.close());

const dayMs = 86_400_000;
const all = { Effect: "Allow", Action: "kms:*", Resource: "*" };

async function newKey(more: object = {}) {
  const { KeyMetadata } = await iam.ask(createKey, more);
  return { KeyId: KeyMetadata?.KeyId ?? "", Arn: KeyMetadata?.Arn ?? "" };
}

function advance(days: number): void {
  iam.registry.clock.set(iam.registry.clock.now() + days * dayMs);
}

const tend = () => tendKeys(iam.ports, new AbortController().signal);

describe("CreateKey", () => {
  it("tells all of a key that DescribeKey tells", async () => {
    const Tags = [{ TagKey: "team", TagValue: "core" }];
    const { KeyMetadata } = await iam.ask(createKey, { Description: "mine", Tags });
    expect(KeyMetadata).toEqual({
      AWSAccountId: account,
      KeyId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      Arn: `arn:aws:kms:us-east-1:${account}:key/${KeyMetadata?.KeyId}`,
      CreationDate: iam.registry.clock.now() / 1000,
      Enabled: true,
      Description: "mine",
      KeyUsage: "ENCRYPT_DECRYPT",
      KeyState: "Enabled",
      Origin: "AWS_KMS",
      KeyManager: "CUSTOMER",
      CustomerMasterKeySpec: "SYMMETRIC_DEFAULT",
      KeySpec: "SYMMETRIC_DEFAULT",
      EncryptionAlgorithms: ["SYMMETRIC_DEFAULT"],
      MultiRegion: false,
      CurrentKeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const { KeyId } = KeyMetadata ?? {};
    expect(await iam.ask(describeKey, { KeyId })).toEqual({ KeyMetadata });
    expect(await iam.ask(listKeys)).toEqual({
      Keys: [{ KeyId, KeyArn: KeyMetadata?.Arn }],
      Truncated: false,
    });
  });

  it("refuses what is not made here, and makes nothing", async () => {
    for (const [wanted, word] of [
      [{ MultiRegion: true }, "Multi-Region"],
      [{ KeySpec: "RSA_2048", KeyUsage: "SIGN_VERIFY" }, "RSA_2048"],
      [{ CustomerMasterKeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" }, "HMAC_256"],
      [{ KeyUsage: "SIGN_VERIFY" }, "SIGN_VERIFY"],
      [{ Origin: "EXTERNAL" }, "EXTERNAL"],
      [{ CustomKeyStoreId: "cks-1" }, "Custom key stores"],
    ] as const) {
      await expect(iam.ask(createKey, wanted)).rejects.toMatchObject({
        kind: "UnsupportedOperation",
        message: expect.stringContaining(word),
      });
    }
    expect((await iam.ask(listKeys)).Keys).toEqual([]);
  });

  it("refuses a policy that shuts its maker out, unless that is meant", async () => {
    const { principal } = await iam.user("other", all);
    const Policy = policyText({ ...all, Principal: { AWS: principal.arn } });
    await expect(iam.ask(createKey, { Policy })).rejects.toMatchObject({
      kind: "MalformedPolicyDocument",
      message: "The new key policy will not allow you to update the key policy in the future.",
    });
    const { KeyId } = await newKey({ Policy, BypassPolicyLockoutSafetyCheck: true });
    await expect(iam.ask(describeKey, { KeyId })).rejects.toMatchObject({ kind: "AccessDenied" });
  });

  it("is asked for tags as kms:TagResource, and judged by what is wanted", async () => {
    const maker = await iam.user("maker", {
      ...{ Effect: "Allow", Action: "kms:CreateKey", Resource: "*" },
      Condition: { StringEquals: { "kms:KeySpec": "SYMMETRIC_DEFAULT" } },
    });
    await iam.ask(createKey, {}, maker);
    const Tags = [{ TagKey: "a", TagValue: "b" }];
    await expect(iam.ask(createKey, { Tags }, maker)).rejects.toMatchObject({
      kind: "AccessDenied",
      message: expect.stringContaining("kms:TagResource"),
    });
  });
});

describe("the name of a key", () => {
  it("is its id, its ARN, or an alias, in its own region", async () => {
    const { KeyId, Arn } = await newKey();
    await iam.ask(createAlias, { AliasName: "alias/images", TargetKeyId: Arn });
    const alias = Arn.replace(/key\/.*/, "alias/images");
    for (const name of [KeyId, Arn, "alias/images", alias]) {
      expect((await iam.ask(describeKey, { KeyId: name })).KeyMetadata?.Arn).toBe(Arn);
    }
    const gone = "00000000-0000-4000-8000-000000000000";
    for (const [name, message] of [
      [gone, `Key '${Arn.replace(KeyId, gone)}' does not exist`],
      ["alias/gone", `Alias ${alias.replace("images", "gone")} is not found.`],
      [Arn.replace("us-east-1", "us-west-2"), "Invalid arn us-west-2"],
      ["key", "Invalid keyId 'key'"],
    ] as const) {
      await expect(iam.ask(describeKey, { KeyId: name })).rejects.toMatchObject({
        ...{ kind: "NotFound", message },
      });
    }
    await expect(iam.ask(disableKey, { KeyId: "alias/images" })).rejects.toMatchObject({
      kind: "NotFound",
    });
  });

  it("makes the key of a service when it is first described", async () => {
    const KeyId = "alias/aws/ecr";
    const { KeyMetadata } = await iam.ask(describeKey, { KeyId });
    expect(KeyMetadata).toMatchObject({
      KeyManager: "AWS",
      Description: "Default key that protects my ECR data when no other key is defined",
    });
    expect(await iam.ask(describeKey, { KeyId })).toEqual({ KeyMetadata });
    const nobody = await iam.user("nobody");
    await expect(iam.ask(describeKey, { KeyId }, nobody)).rejects.toMatchObject({
      kind: "AccessDenied",
    });
    const id = KeyMetadata?.KeyId;
    for (const asked of [
      iam.ask(scheduleKeyDeletion, { KeyId: id }),
      iam.ask(disableKey, { KeyId: id }),
      iam.ask(putKeyPolicy, { KeyId: id, Policy: policyText({ ...all, Principal: "*" }) }),
      iam.ask(createAlias, { AliasName: "alias/mine", TargetKeyId: id }),
    ]) {
      await expect(asked).rejects.toMatchObject({ kind: "AccessDenied" });
    }
    for (const asked of [
      iam.ask(createAlias, { AliasName: "alias/aws/mine", TargetKeyId: (await newKey()).KeyId }),
    ]) {
      await expect(asked).rejects.toMatchObject({ kind: "NotAuthorized" });
    }
  });
});

describe("aliases", () => {
  it("are made, listed, moved and taken away", async () => {
    const [one, two] = [await newKey(), await newKey()];
    const AliasName = "alias/images";
    await iam.ask(createAlias, { AliasName, TargetKeyId: one.KeyId });
    await iam.ask(createAlias, { AliasName: "alias/more", TargetKeyId: one.Arn });
    await expect(iam.ask(createAlias, { AliasName, TargetKeyId: two.KeyId })).rejects.toMatchObject(
      {
        kind: "AlreadyExists",
        message: expect.stringContaining(":alias/images already exists"),
      },
    );
    const named = async (more: object = {}) =>
      (await iam.ask(listAliases, more)).Aliases?.map((each) => each.AliasName);
    expect(await named()).toEqual([AliasName, "alias/more"]);
    const page = await iam.ask(listAliases, { Limit: 1 });
    expect(page).toMatchObject({ Truncated: true });
    expect(await named({ Limit: 1, Marker: page.NextMarker })).toEqual(["alias/more"]);
    await expect(iam.ask(listKeys, { Marker: page.NextMarker })).rejects.toMatchObject({
      kind: "InvalidMarker",
    });
    await iam.ask(updateAlias, { AliasName, TargetKeyId: two.KeyId });
    expect(await named({ KeyId: two.KeyId })).toEqual([AliasName]);
    await iam.ask(deleteAlias, { AliasName });
    expect(await named()).toEqual(["alias/more"]);
    await expect(iam.ask(deleteAlias, { AliasName })).rejects.toMatchObject({ kind: "NotFound" });
    await expect(
      iam.ask(createAlias, { AliasName: "images", TargetKeyId: one.KeyId }),
    ).rejects.toMatchObject({ kind: "InvalidAliasName" });
  });

  it("need a right on the alias and on every key that they stand for", async () => {
    const [one, two] = [await newKey(), await newKey()];
    const AliasName = "alias/mine";
    const alias = one.Arn.replace(/key\/.*/, AliasName);
    const may = (...Resource: string[]) => ({ Effect: "Allow", Action: "kms:*Alias", Resource });
    const half = await iam.user("half", may(alias));
    const one1 = await iam.user("one", may(alias, one.Arn));
    const both = await iam.user("both", may(alias, one.Arn, two.Arn));
    const denied = { kind: "AccessDenied" };
    const create = { AliasName, TargetKeyId: one.KeyId };
    const update = { AliasName, TargetKeyId: two.KeyId };
    await expect(iam.ask(createAlias, create, half)).rejects.toMatchObject(denied);
    await iam.ask(createAlias, create, one1);
    await expect(iam.ask(updateAlias, update, one1)).rejects.toMatchObject(denied);
    await iam.ask(updateAlias, update, both);
    await expect(iam.ask(deleteAlias, { AliasName }, one1)).rejects.toMatchObject(denied);
    await iam.ask(deleteAlias, { AliasName }, both);
  });

  it("stay with a key that the caller was not judged by, though they came to it meanwhile", async () => {
    const [mine, secret] = [await newKey(), await newKey()];
    const AliasName = "alias/moves";
    const alias = mine.Arn.replace(/key\/.*/, AliasName);
    const Resource = [alias, mine.Arn];
    const user = await iam.user("mover", { Effect: "Allow", Action: "kms:*Alias", Resource });
    const { aliases } = iam.ports.metadata.kms;
    const find = aliases.find.bind(aliases);
    for (const operation of [deleteAlias, updateAlias]) {
      await iam.ask(createAlias, { AliasName, TargetKeyId: mine.KeyId });
      vi.spyOn(aliases, "find").mockImplementationOnce(async (...asked) => {
        const found = await find(...asked);
        await iam.ask(updateAlias, { AliasName, TargetKeyId: secret.KeyId });
        return found;
      });
      const TargetKeyId = operation === updateAlias ? mine.KeyId : undefined;
      await expect(iam.ask(operation, { AliasName, TargetKeyId }, user)).rejects.toBeDefined();
      const { Aliases } = await iam.ask(listAliases, { KeyId: secret.KeyId });
      expect(Aliases?.map(({ AliasName: name }) => name)).toEqual([AliasName]);
      await iam.ask(deleteAlias, { AliasName });
    }
  });

  it("are what kms:RequestAlias and kms:ResourceAliases ask for", async () => {
    const { KeyId, Arn } = await newKey();
    const allow = { Effect: "Allow", Action: "kms:Encrypt", Resource: Arn };
    const asking = await iam.user("asking", {
      ...allow,
      Condition: { StringEquals: { "kms:RequestAlias": "alias/mine" } },
    });
    const having = await iam.user("having", {
      ...allow,
      Condition: { "ForAnyValue:StringEquals": { "kms:ResourceAliases": "alias/mine" } },
    });
    const Plaintext = Buffer.from("x").toString("base64");
    const ask = (name: string, caller: typeof asking) =>
      iam.ask(encrypt, { KeyId: name, Plaintext }, caller);
    await expect(ask(KeyId, having)).rejects.toMatchObject({ kind: "AccessDenied" });
    await iam.ask(createAlias, { AliasName: "alias/mine", TargetKeyId: KeyId });
    expect(await ask(KeyId, having)).toMatchObject({ KeyId: Arn });
    expect(await ask("alias/mine", asking)).toMatchObject({ KeyId: Arn });
    await expect(ask(KeyId, asking)).rejects.toMatchObject({ kind: "AccessDenied" });
  });
});

describe("key policies", () => {
  it("are shown with principals by name, and are there under one name", async () => {
    const { KeyId } = await newKey();
    const { Policy, PolicyName } = await iam.ask(getKeyPolicy, { KeyId });
    expect(PolicyName).toBe("default");
    expect(Policy).toContain('"Sid" : "Enable IAM User Permissions"');
    const { principal } = await iam.user("reader");
    const text = policyText(
      { ...all, Principal: { AWS: `arn:aws:iam::${account}:root` } },
      { ...all, Action: "kms:Decrypt", Principal: { AWS: principal.arn } },
    );
    await iam.ask(putKeyPolicy, { KeyId, Policy: text, PolicyName: "default" });
    const shown = await iam.ask(getKeyPolicy, { KeyId });
    expect(JSON.parse(shown.Policy ?? "")).toEqual(JSON.parse(text));
    expect((await iam.ask(listKeyPolicies, { KeyId })).PolicyNames).toEqual(["default"]);
    await expect(iam.ask(getKeyPolicy, { KeyId, PolicyName: "other" })).rejects.toMatchObject({
      ...{ kind: "NotFound", message: "No such policy exists" },
    });
  });

  it("name only principals that are there", async () => {
    const { KeyId } = await newKey();
    const Principal = { AWS: `arn:aws:iam::${account}:user/gone` };
    for (const Policy of ["{", policyText({ ...all, Principal }), policyText(all)]) {
      await expect(iam.ask(putKeyPolicy, { KeyId, Policy })).rejects.toMatchObject({
        kind: "MalformedPolicyDocument",
      });
    }
  });

  it("are in force at once", async () => {
    const { KeyId } = await newKey();
    const { principal } = await iam.user("other");
    const Policy = policyText({ ...all, Principal: { AWS: principal.arn } });
    const input = { KeyId, Policy };
    await expect(iam.ask(putKeyPolicy, input)).rejects.toMatchObject({
      kind: "MalformedPolicyDocument",
    });
    await iam.ask(putKeyPolicy, { ...input, BypassPolicyLockoutSafetyCheck: true });
    await expect(iam.ask(describeKey, { KeyId })).rejects.toMatchObject({ kind: "AccessDenied" });
    const other = { ...callerOf(account), principal };
    expect(await iam.ask(describeKey, { KeyId }, other)).toMatchObject({});
  });
});

describe("tags", () => {
  it("are set and removed by key, and are what aws:ResourceTag asks for", async () => {
    const { KeyId, Arn } = await newKey();
    const reader = await iam.user("reader", {
      ...{ Effect: "Allow", Action: "kms:DescribeKey", Resource: Arn },
      Condition: { StringEquals: { "aws:ResourceTag/team": "core" } },
    });
    await expect(iam.ask(describeKey, { KeyId }, reader)).rejects.toMatchObject({
      kind: "AccessDenied",
    });
    const Tags = [
      { TagKey: "team", TagValue: "core" },
      { TagKey: "stage", TagValue: "" },
    ];
    await iam.ask(tagResource, { KeyId, Tags });
    expect(await iam.ask(describeKey, { KeyId }, reader)).toMatchObject({});
    expect(await iam.ask(listResourceTags, { KeyId })).toEqual({ Tags, Truncated: false });
    const page = await iam.ask(listResourceTags, { KeyId, Limit: 1 });
    expect(page.Tags).toEqual(Tags.slice(0, 1));
    const next = { KeyId, Limit: 1, Marker: page.NextMarker };
    expect(await iam.ask(listResourceTags, next)).toEqual({
      Tags: Tags.slice(1),
      Truncated: false,
    });
    await iam.ask(untagResource, { KeyId, TagKeys: ["team", "gone"] });
    expect((await iam.ask(listResourceTags, { KeyId })).Tags).toEqual(Tags.slice(1));
    for (const key of ["aws:x", "a*"]) {
      const wrong = { KeyId, Tags: [{ TagKey: key, TagValue: "" }] };
      await expect(iam.ask(tagResource, wrong)).rejects.toMatchObject({ kind: "Tag" });
    }
    const many = Array.from({ length: 50 }, (_, index) => ({ TagKey: `k${index}`, TagValue: "" }));
    await expect(iam.ask(tagResource, { KeyId, Tags: many })).rejects.toMatchObject({
      kind: "LimitExceeded",
    });
  });
});

describe("rotation", () => {
  it("comes by itself when it is due, once however many look, and old ciphertext opens", async () => {
    const { KeyId } = await newKey();
    const sealed = await iam.ask(encrypt, { KeyId, Plaintext: "YQ==" });
    await iam.ask(enableKeyRotation, { KeyId, RotationPeriodInDays: 90 });
    const now = iam.registry.clock.now();
    expect(await iam.ask(getKeyRotationStatus, { KeyId })).toEqual({
      ...{ KeyId, KeyRotationEnabled: true, RotationPeriodInDays: 90 },
      NextRotationDate: (now + 90 * dayMs) / 1000,
    });
    advance(89);
    expect(await tend()).toBe(0);
    advance(1);
    const done = await Promise.all([tend(), tend(), tend()]);
    expect(done.reduce((sum, each) => sum + each)).toBe(1);
    const { Rotations } = await iam.ask(listKeyRotations, { KeyId });
    expect(Rotations).toMatchObject([{ KeyId, RotationType: "AUTOMATIC" }]);
    const whole = { KeyId, IncludeKeyMaterial: "ALL_KEY_MATERIAL" };
    expect((await iam.ask(listKeyRotations, whole)).Rotations).toMatchObject([
      { KeyMaterialState: "NON_CURRENT" },
      { KeyMaterialState: "CURRENT", RotationType: "AUTOMATIC" },
    ]);
    const { CiphertextBlob } = sealed;
    expect(await iam.ask(decrypt, { CiphertextBlob })).toMatchObject({ Plaintext: "YQ==" });
    await iam.ask(disableKeyRotation, { KeyId });
    expect(await iam.ask(getKeyRotationStatus, { KeyId })).toEqual({
      ...{ KeyId, KeyRotationEnabled: false },
    });
    advance(400);
    expect(await tend()).toBe(0);
  });

  it("is every year where no period is named, whatever it was before", async () => {
    const { KeyId } = await newKey();
    await iam.ask(enableKeyRotation, { KeyId, RotationPeriodInDays: 90 });
    advance(10);
    await iam.ask(enableKeyRotation, { KeyId });
    const now = iam.registry.clock.now();
    const yearly = { RotationPeriodInDays: 365, NextRotationDate: (now + 365 * dayMs) / 1000 };
    expect(await iam.ask(getKeyRotationStatus, { KeyId })).toMatchObject(yearly);
    advance(10);
    await iam.ask(enableKeyRotation, { KeyId });
    expect(await iam.ask(getKeyRotationStatus, { KeyId })).toMatchObject(yearly);
  });

  it("waits while the key is disabled, and is made up for afterwards", async () => {
    const { KeyId } = await newKey();
    await iam.ask(enableKeyRotation, { KeyId });
    await iam.ask(disableKey, { KeyId });
    await expect(iam.ask(enableKeyRotation, { KeyId })).rejects.toMatchObject({ kind: "Disabled" });
    advance(366);
    expect(await tend()).toBe(0);
    await iam.ask(enableKey, { KeyId });
    expect(await tend()).toBe(1);
  });

  it("is made on demand at most 25 times, and not when it comes by itself at once", async () => {
    const { KeyId } = await newKey();
    await iam.ask(enableKeyRotation, { KeyId, RotationPeriodInDays: 90 });
    advance(90 - 0.01);
    await expect(iam.ask(rotateKeyOnDemand, { KeyId })).rejects.toMatchObject({ kind: "Conflict" });
    await iam.ask(disableKeyRotation, { KeyId });
    for (let rotation = 0; rotation < 25; rotation++) await iam.ask(rotateKeyOnDemand, { KeyId });
    await expect(iam.ask(rotateKeyOnDemand, { KeyId })).rejects.toMatchObject({
      kind: "LimitExceeded",
    });
    const { Rotations } = await iam.ask(listKeyRotations, { KeyId });
    expect(Rotations).toHaveLength(25);
    const page = await iam.ask(listKeyRotations, { KeyId, Limit: 24 });
    const last = await iam.ask(listKeyRotations, { KeyId, Marker: page.NextMarker });
    expect(last.Rotations).toEqual(Rotations?.slice(24));
  });
});

describe("deletion", () => {
  it("is waited for, and destroys the key with all that belongs to it", async () => {
    const { KeyId, Arn } = await newKey();
    await iam.ask(createAlias, { AliasName: "alias/mine", TargetKeyId: KeyId });
    const { CiphertextBlob } = await iam.ask(encrypt, { KeyId, Plaintext: "YQ==" });
    const deletionAt = (iam.registry.clock.now() + 7 * dayMs) / 1000;
    const days = { PendingWindowInDays: 7 };
    expect(await iam.ask(scheduleKeyDeletion, { KeyId, ...days })).toEqual({
      ...{ KeyId: Arn, DeletionDate: deletionAt, KeyState: "PendingDeletion", ...days },
    });
    expect((await iam.ask(describeKey, { KeyId })).KeyMetadata).toMatchObject({
      ...{ KeyState: "PendingDeletion", Enabled: false, DeletionDate: deletionAt },
    });
    for (const asked of [
      iam.ask(scheduleKeyDeletion, { KeyId }),
      iam.ask(enableKey, { KeyId }),
      iam.ask(disableKey, { KeyId }),
      iam.ask(updateKeyDescription, { KeyId, Description: "" }),
      iam.ask(tagResource, { KeyId, Tags: [] }),
      iam.ask(enableKeyRotation, { KeyId }),
      iam.ask(rotateKeyOnDemand, { KeyId }),
      iam.ask(createAlias, { AliasName: "alias/late", TargetKeyId: KeyId }),
    ]) {
      await expect(asked).rejects.toMatchObject({ kind: "KmsInvalidState" });
    }
    advance(6);
    expect(await tend()).toBe(0);
    advance(1);
    expect(await tend()).toBe(1);
    await expect(iam.ask(describeKey, { KeyId })).rejects.toMatchObject({ kind: "NotFound" });
    expect((await iam.ask(listAliases)).Aliases).toEqual([]);
    await expect(iam.ask(decrypt, { CiphertextBlob })).rejects.toMatchObject({
      kind: "AccessDenied",
    });
  });

  it("can be called off, after which the key is disabled", async () => {
    const { KeyId, Arn } = await newKey();
    await expect(iam.ask(cancelKeyDeletion, { KeyId })).rejects.toMatchObject({
      ...{ kind: "KmsInvalidState", message: `${Arn} is not pending deletion.` },
    });
    await iam.ask(scheduleKeyDeletion, { KeyId });
    expect(await iam.ask(cancelKeyDeletion, { KeyId })).toEqual({ KeyId: Arn });
    expect((await iam.ask(describeKey, { KeyId })).KeyMetadata?.KeyState).toBe("Disabled");
    advance(31);
    expect(await tend()).toBe(0);
    await iam.ask(updateKeyDescription, { KeyId, Description: "kept" });
    expect((await iam.ask(describeKey, { KeyId })).KeyMetadata?.Description).toBe("kept");
  });

  it("takes 7 to 30 days", async () => {
    const { KeyId } = await newKey();
    for (const PendingWindowInDays of [6, 31]) {
      await expect(
        iam.ask(scheduleKeyDeletion, { KeyId, PendingWindowInDays }),
      ).rejects.toMatchObject({ kind: "Validation" });
    }
  });
});
