import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { account, callerOf, otherAccount } from "../../../test/support/ecr.ts";
import { openTestIam, type TestIam } from "../../../test/support/iam.ts";
import { policyText } from "../../../test/support/identity.ts";
import type { Region } from "../../registry/names.ts";
import { createAlias } from "./create-alias.ts";
import { createKey } from "./create-key.ts";
import { decrypt } from "./decrypt.ts";
import { disableKey } from "./disable-key.ts";
import { enableKey } from "./enable-key.ts";
import { encrypt } from "./encrypt.ts";
import { generateDataKey } from "./generate-data-key.ts";
import { generateDataKeyWithoutPlaintext } from "./generate-data-key-without-plaintext.ts";
import { generateRandom } from "./generate-random.ts";
import { putKeyPolicy } from "./put-key-policy.ts";
import { reEncrypt } from "./re-encrypt.ts";
import { rotateKeyOnDemand } from "./rotate-key-on-demand.ts";
import { scheduleKeyDeletion } from "./schedule-key-deletion.ts";
import { updateAlias } from "./update-alias.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
});
afterEach(() => iam.registry.close());

const base64 = (text: string) => Buffer.from(text).toString("base64");

async function newKey(more: object = {}) {
  const { KeyMetadata } = await iam.ask(createKey, more);
  return { KeyId: KeyMetadata?.KeyId ?? "", Arn: KeyMetadata?.Arn ?? "" };
}

async function seal(KeyId: string, text: string, EncryptionContext = {}): Promise<string> {
  const sealed = await iam.ask(encrypt, { KeyId, Plaintext: base64(text), EncryptionContext });
  return sealed.CiphertextBlob as unknown as string;
}

describe("what a key sealed", () => {
  it("opens without the key's name, by every version, in the same context alone", async () => {
    const { KeyId, Arn } = await newKey();
    const EncryptionContext = { b: "2", a: "1" };
    const blobs = [await seal(KeyId, "one", EncryptionContext)];
    await iam.ask(rotateKeyOnDemand, { KeyId });
    blobs.push(await seal(Arn, "one", EncryptionContext));
    const materials = new Set<string | undefined>();
    for (const CiphertextBlob of blobs) {
      const input = { CiphertextBlob, EncryptionContext: { a: "1", b: "2" } };
      const opened = await iam.ask(decrypt, input);
      expect(opened).toMatchObject({ KeyId: Arn, Plaintext: base64("one") });
      materials.add(opened.KeyMaterialId);
      for (const context of [{}, { a: "1" }, { a: "1", b: "3" }, { a: "1", B: "2" }]) {
        await expect(
          iam.ask(decrypt, { CiphertextBlob, EncryptionContext: context }),
        ).rejects.toMatchObject({ kind: "InvalidCiphertext" });
      }
    }
    expect(materials.size).toBe(2);
  });

  it("does not open when any byte of it was changed, cut or added", async () => {
    const { KeyId } = await newKey();
    const blob = Buffer.from(await seal(KeyId, "text"), "base64");
    const damaged = Array.from(blob, (byte, at) => {
      const copy = Buffer.from(blob);
      copy[at] = byte ^ 1;
      return copy;
    });
    damaged.push(blob.subarray(1), blob.subarray(0, -1), Buffer.concat([blob, Buffer.of(0)]));
    damaged.push(Buffer.of(1), randomBytes(100));
    for (const each of damaged) {
      for (const more of [{}, { KeyId }]) {
        const input = { CiphertextBlob: each.toString("base64"), ...more };
        await expect(iam.ask(decrypt, input)).rejects.toMatchObject({ kind: "InvalidCiphertext" });
      }
    }
  });

  it("does not open by another key, or in another region", async () => {
    const { KeyId } = await newKey();
    const other = await newKey();
    const CiphertextBlob = await seal(KeyId, "text");
    await expect(iam.ask(decrypt, { CiphertextBlob, KeyId: other.KeyId })).rejects.toMatchObject({
      kind: "IncorrectKey",
    });
    const elsewhere = { ...callerOf(account), region: "eu-west-1" as Region };
    await expect(iam.ask(decrypt, { CiphertextBlob }, elsewhere)).rejects.toMatchObject({
      kind: "AccessDenied",
    });
  });

  it("stays shut while the key is disabled or about to be deleted", async () => {
    const { KeyId, Arn } = await newKey();
    const CiphertextBlob = await seal(KeyId, "text");
    await iam.ask(disableKey, { KeyId });
    await expect(iam.ask(decrypt, { CiphertextBlob })).rejects.toMatchObject({
      kind: "Disabled",
      message: `${Arn} is disabled.`,
    });
    await iam.ask(enableKey, { KeyId });
    expect(await iam.ask(decrypt, { CiphertextBlob })).toMatchObject({ KeyId: Arn });
    await iam.ask(scheduleKeyDeletion, { KeyId });
    for (const asked of [
      iam.ask(decrypt, { CiphertextBlob }),
      iam.ask(encrypt, { KeyId, Plaintext: base64("text") }),
      iam.ask(generateDataKey, { KeyId, KeySpec: "AES_256" }),
    ]) {
      await expect(asked).rejects.toMatchObject({
        kind: "KmsInvalidState",
        message: `${Arn} is pending deletion.`,
      });
    }
  });
});

describe("data keys and random bytes", () => {
  it("are as long as was asked for, in one way of asking", async () => {
    const { KeyId } = await newKey();
    for (const [asked, length] of [
      [{ KeySpec: "AES_128" }, 16],
      [{ KeySpec: "AES_256" }, 32],
      [{ NumberOfBytes: 1024 }, 1024],
    ] as const) {
      const made = await iam.ask(generateDataKey, { KeyId, ...asked });
      const plain = made.Plaintext as unknown as string;
      expect(Buffer.from(plain, "base64")).toHaveLength(length);
      const CiphertextBlob = made.CiphertextBlob;
      expect(await iam.ask(decrypt, { CiphertextBlob })).toMatchObject({ Plaintext: plain });
    }
    for (const asked of [{}, { KeySpec: "AES_128", NumberOfBytes: 16 }, { NumberOfBytes: 1025 }]) {
      await expect(iam.ask(generateDataKey, { KeyId, ...asked })).rejects.toMatchObject({
        kind: "Validation",
      });
    }
    const { Plaintext } = await iam.ask(generateRandom, { NumberOfBytes: 7 });
    expect(Buffer.from(Plaintext as unknown as string, "base64")).toHaveLength(7);
    await expect(iam.ask(generateRandom)).rejects.toMatchObject({ kind: "Validation" });
  });

  it("stay sealed where no plaintext is asked for", async () => {
    const { KeyId } = await newKey();
    const made = await iam.ask(generateDataKeyWithoutPlaintext, { KeyId, KeySpec: "AES_256" });
    expect(made).not.toHaveProperty("Plaintext");
    const { Plaintext } = await iam.ask(decrypt, { CiphertextBlob: made.CiphertextBlob });
    expect(Buffer.from(Plaintext as unknown as string, "base64")).toHaveLength(32);
  });

  it("are not made for enclaves, or in stores, that are not there", async () => {
    const { KeyId } = await newKey();
    const Recipient = { KeyEncryptionAlgorithm: "RSAES_OAEP_SHA_256" };
    const kind = "UnsupportedOperation";
    await expect(
      iam.ask(generateDataKey, { KeyId, KeySpec: "AES_256", Recipient }),
    ).rejects.toMatchObject({ kind });
    await expect(
      iam.ask(generateRandom, { NumberOfBytes: 1, CustomKeyStoreId: "cks-1" }),
    ).rejects.toMatchObject({ kind });
  });
});

describe("limits", () => {
  it("are 4,096 bytes of plaintext, which ciphertext of 6,144 carries", async () => {
    const { KeyId } = await newKey();
    const Plaintext = randomBytes(4096).toString("base64");
    const { CiphertextBlob } = await iam.ask(encrypt, { KeyId, Plaintext });
    expect(await iam.ask(decrypt, { CiphertextBlob })).toMatchObject({ Plaintext });
    await expect(
      iam.ask(encrypt, { KeyId, Plaintext: randomBytes(4097).toString("base64") }),
    ).rejects.toMatchObject({
      kind: "Validation",
      message:
        "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4096",
    });
    await expect(iam.ask(encrypt, { KeyId, Plaintext: "" })).rejects.toMatchObject({
      kind: "Validation",
    });
  });

  it("are 8 KiB of encryption context, whose keys differ by more than case", async () => {
    const { KeyId } = await newKey();
    const Plaintext = base64("text");
    for (const EncryptionContext of [{ a: "x".repeat(9000) }, { a: "1", A: "1" }]) {
      await expect(iam.ask(encrypt, { KeyId, Plaintext, EncryptionContext })).rejects.toMatchObject(
        { kind: "Validation" },
      );
    }
  });
});

describe("a dry run", () => {
  it("says that it would have been done, where it would have been, and does nothing", async () => {
    const { KeyId } = await newKey();
    const CiphertextBlob = await seal(KeyId, "text");
    const kind = "DryRunOperation";
    const asked = { KeyId, DryRun: true };
    await expect(iam.ask(encrypt, { ...asked, Plaintext: "" })).rejects.toMatchObject({
      kind: "Validation",
    });
    await expect(iam.ask(encrypt, { ...asked, Plaintext: base64("x") })).rejects.toMatchObject({
      kind,
    });
    await expect(iam.ask(decrypt, { ...asked, CiphertextBlob })).rejects.toMatchObject({ kind });
    await expect(iam.ask(generateDataKey, { ...asked, KeySpec: "AES_256" })).rejects.toMatchObject({
      kind,
    });
    const nobody = await iam.user("nobody");
    await expect(
      iam.ask(encrypt, { ...asked, Plaintext: base64("x") }, nobody),
    ).rejects.toMatchObject({ kind: "AccessDenied" });
  });
});

describe("ReEncrypt", () => {
  const allow = (Action: string, Resource: string) => ({ Effect: "Allow", Action, Resource });

  it("needs a right on either key, and changes key and context", async () => {
    const [from, to] = [await newKey(), await newKey()];
    const CiphertextBlob = await seal(from.KeyId, "text", { a: "1" });
    const asked = {
      ...{ CiphertextBlob, SourceEncryptionContext: { a: "1" } },
      ...{ DestinationKeyId: to.KeyId, DestinationEncryptionContext: { b: "2" } },
    };
    const both = await iam.user(
      "both",
      allow("kms:ReEncryptFrom", from.Arn),
      allow("kms:ReEncryptTo", to.Arn),
    );
    const answer = await iam.ask(reEncrypt, asked, both);
    expect(answer).toMatchObject({ SourceKeyId: from.Arn, KeyId: to.Arn });
    const opened = { CiphertextBlob: answer.CiphertextBlob, EncryptionContext: { b: "2" } };
    expect(await iam.ask(decrypt, opened)).toMatchObject({ Plaintext: base64("text") });
    const halves = [
      allow("kms:ReEncryptFrom", from.Arn),
      allow("kms:ReEncryptTo", to.Arn),
      allow("kms:ReEncrypt*", from.Arn),
    ];
    for (const [index, half] of halves.entries()) {
      const one = await iam.user(`one-${index}`, half);
      await expect(iam.ask(reEncrypt, asked, one)).rejects.toMatchObject({ kind: "AccessDenied" });
    }
  });

  it("judges either side in its own encryption context", async () => {
    const { KeyId, Arn } = await newKey();
    const inContext = (key: string, value: string) => ({
      Condition: { StringEquals: { [`kms:EncryptionContext:${key}`]: value } },
    });
    const user = await iam.user(
      "in-context",
      { ...allow("kms:ReEncryptFrom", Arn), ...inContext("stage", "test") },
      { ...allow("kms:ReEncryptTo", Arn), ...inContext("stage", "live") },
    );
    const CiphertextBlob = await seal(KeyId, "text", { stage: "test" });
    const asked = (stage: string) => ({
      ...{ CiphertextBlob, SourceEncryptionContext: { stage: "test" } },
      ...{ DestinationKeyId: KeyId, DestinationEncryptionContext: { stage } },
    });
    expect(await iam.ask(reEncrypt, asked("live"), user)).toMatchObject({ KeyId: Arn });
    await expect(iam.ask(reEncrypt, asked("test"), user)).rejects.toMatchObject({
      kind: "AccessDenied",
    });
  });

  it("seals with the key that the caller was allowed, though its alias moves meanwhile", async () => {
    const [source, allowed, later] = [await newKey(), await newKey(), await newKey()];
    const user = await iam.user(
      "of-an-alias",
      allow("kms:ReEncryptFrom", source.Arn),
      allow("kms:ReEncryptTo", allowed.Arn),
    );
    const AliasName = "alias/moves";
    await iam.ask(createAlias, { AliasName, TargetKeyId: allowed.KeyId });
    const { aliases } = iam.ports.metadata.kms;
    const find = aliases.find.bind(aliases);
    const moving = vi.spyOn(aliases, "find").mockImplementationOnce(async (...alias) => {
      const found = await find(...alias);
      await iam.ask(updateAlias, { AliasName, TargetKeyId: later.KeyId });
      return found;
    });
    const CiphertextBlob = await seal(source.KeyId, "text");
    const asked = { CiphertextBlob, DestinationKeyId: AliasName };
    expect(await iam.ask(reEncrypt, asked, user)).toMatchObject({ KeyId: allowed.Arn });
    expect(moving).toHaveBeenCalled();
    await expect(iam.ask(reEncrypt, asked, user)).rejects.toMatchObject({ kind: "AccessDenied" });
  });
});

describe("conditions of ReEncrypt", () => {
  it("are told by which name either key is called, each of its own", async () => {
    const [source, destination] = [await newKey(), await newKey()];
    const named = { Condition: { StringEquals: { "kms:RequestAlias": "alias/opens" } } };
    const user = await iam.user(
      "by-its-alias",
      { Effect: "Allow", Action: "kms:ReEncryptFrom", Resource: source.Arn, ...named },
      { Effect: "Allow", Action: "kms:ReEncryptTo", Resource: destination.Arn },
    );
    const CiphertextBlob = await seal(source.KeyId, "text");
    const DestinationKeyId = "alias/opens";
    await iam.ask(createAlias, { AliasName: "alias/opens", TargetKeyId: destination.KeyId });
    const SourceKeyId = source.KeyId;
    await expect(
      iam.ask(reEncrypt, { CiphertextBlob, SourceKeyId, DestinationKeyId }, user),
    ).rejects.toMatchObject({ kind: "AccessDenied" });
    await iam.ask(updateAlias, { AliasName: "alias/opens", TargetKeyId: source.KeyId });
    const asked = { CiphertextBlob, SourceKeyId: "alias/opens" };
    expect(
      await iam.ask(reEncrypt, { ...asked, DestinationKeyId: destination.Arn }, user),
    ).toMatchObject({ SourceKeyId: source.Arn, KeyId: destination.Arn });
  });

  it("are told whether the key stays the same, however it is called", async () => {
    const [one, other] = [await newKey(), await newKey()];
    const user = await iam.user(
      "same",
      { Effect: "Allow", Action: "kms:ReEncrypt*", Resource: "*" },
      {
        ...{ Effect: "Deny", Action: "kms:ReEncrypt*", Resource: "*" },
        Condition: { Bool: { "kms:ReEncryptOnSameKey": "false" } },
      },
    );
    await iam.ask(createAlias, { AliasName: "alias/one", TargetKeyId: one.KeyId });
    const CiphertextBlob = await seal(one.KeyId, "text");
    const into = (DestinationKeyId: string) =>
      iam.ask(reEncrypt, { CiphertextBlob, DestinationKeyId }, user);
    expect(await into("alias/one")).toMatchObject({ KeyId: one.Arn });
    await expect(into(other.KeyId)).rejects.toMatchObject({ kind: "AccessDenied" });
  });
});

it("a key is not used by an alias that it got after the caller was judged without it", async () => {
  const { KeyId } = await newKey();
  const user = await iam.user("early", { Effect: "Allow", Action: "kms:Encrypt", Resource: "*" });
  const { arn } = user.principal;
  const Deny = { Effect: "Deny", Principal: { AWS: arn }, Action: "kms:Encrypt", Resource: "*" };
  const Root = { AWS: `arn:aws:iam::${account}:root` };
  const Allow = { Effect: "Allow", Principal: Root, Action: "kms:*", Resource: "*" };
  await iam.ask(putKeyPolicy, { KeyId, Policy: policyText(Deny, Allow) });
  const AliasName = "alias/early";
  const { aliases } = iam.ports.metadata.kms;
  const find = aliases.find.bind(aliases);
  const making = vi.spyOn(aliases, "find").mockImplementationOnce(async (...alias) => {
    const found = await find(...alias);
    await iam.ask(createAlias, { AliasName, TargetKeyId: KeyId });
    return found;
  });
  const asked = { KeyId: AliasName, Plaintext: base64("text") };
  await expect(iam.ask(encrypt, asked, user)).rejects.toMatchObject({ kind: "NotFound" });
  expect(making).toHaveBeenCalled();
  await expect(iam.ask(encrypt, asked, user)).rejects.toMatchObject({ kind: "AccessDenied" });
});

describe("a key of another account", () => {
  it("is used by its ARN where both sides allow it, and looks absent otherwise", async () => {
    const Principal = { AWS: `arn:aws:iam::${otherAccount}:root` };
    const own = { AWS: `arn:aws:iam::${account}:root` };
    const all = { Effect: "Allow", Action: "kms:*", Resource: "*" };
    const Policy = policyText(
      { ...all, Principal: own },
      { ...all, Action: "kms:Encrypt", Principal },
    );
    const shared = await newKey({ Policy });
    const hidden = await newKey();
    await iam.ask(createAlias, { AliasName: "alias/hidden", TargetKeyId: hidden.KeyId });
    const abroad = callerOf(otherAccount);
    const Plaintext = base64("text");
    const sealed = await iam.ask(encrypt, { KeyId: shared.Arn, Plaintext }, abroad);
    expect(sealed.KeyId).toBe(shared.Arn);
    const said = async (KeyId: string) => {
      const error = await iam.ask(encrypt, { KeyId, Plaintext }, abroad).catch(String);
      return String(error).replaceAll(KeyId, "KEY");
    };
    const absent = hidden.Arn.replace(hidden.KeyId, "00000000-0000-4000-8000-000000000000");
    expect(await said(hidden.Arn)).toContain("is not authorized to perform: kms:Encrypt");
    expect(await said(hidden.Arn)).toBe(await said(absent));
    const alias = hidden.Arn.replace(/key\/.*/, "alias/hidden");
    expect(await said(alias)).toBe(await said(alias.replace("hidden", "gone")));
    await expect(
      iam.ask(decrypt, { CiphertextBlob: sealed.CiphertextBlob }, abroad),
    ).rejects.toMatchObject({ kind: "AccessDenied" });
  });
});
