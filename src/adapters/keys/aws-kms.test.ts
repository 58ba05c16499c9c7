import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { KmsDouble } from "../../../test/support/kms-double.ts";
import type { AccountId } from "../../registry/names.ts";
import { SystemClock } from "../clock/system.ts";
import { AwsKms } from "./aws-kms.ts";
import { firstKeyring } from "./keyring-document.ts";

let kms: KmsDouble;
let keyArn: string;

beforeEach(async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
  kms = await KmsDouble.start();
  keyArn = kms.addKey("one");
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await kms.stop();
});

const account = "000000000000" as AccountId;

function source(arn = keyArn, { endpoint = kms.endpoint, warned = [] as string[] } = {}): AwsKms {
  return new AwsKms({
    address: { keyArn: arn, region: "eu-west-1", endpoint },
    account,
    clock: new SystemClock(),
    warn: (sentence) => warned.push(sentence),
    patienceMs: 1_500,
  });
}

async function made() {
  const { masterKey, kms: held } = await source().generate();
  return { masterKey, document: firstKeyring(masterKey, held) };
}

describe("a master key that AWS KMS holds", () => {
  it("is had again from its ciphertext, bound to the account and to one deployment", async () => {
    const { masterKey, document } = await made();
    expect(masterKey).toHaveLength(32);
    expect(JSON.stringify(document)).not.toContain(Buffer.from(masterKey).toString("base64"));
    expect(Buffer.from(await source().masterKey(document)).equals(masterKey)).toBe(true);
    const context = {
      "entrepot:account": account,
      "entrepot:deployment": document.masterKeys[0]!.kms!.deployment,
    };
    expect(kms.asked).toEqual([
      { operation: "GenerateDataKey", context },
      { operation: "Decrypt", context },
    ]);
  });

  it("is another one for every deployment", async () => {
    const [one, other] = [await made(), await made()];
    expect(Buffer.from(one.masterKey).equals(other.masterKey)).toBe(false);
    expect(one.document.masterKeys[0]!.kms!.deployment).not.toBe(
      other.document.masterKeys[0]!.kms!.deployment,
    );
  });

  it("is waited for while KMS fails, which is told once", async () => {
    const { document } = await made();
    const warned: string[] = [];
    kms.failures = 1;
    await source(keyArn, { warned }).masterKey(document);
    expect(warned).toEqual([expect.stringContaining("KMSInternalException")]);
  });

  it("is given up with where and why when KMS cannot be reached", async () => {
    const { document } = await made();
    const { endpoint } = kms;
    await kms.stop();
    const opened = source(keyArn, { endpoint }).masterKey(document);
    await expect(opened).rejects.toThrow(`The KMS at ${endpoint} cannot be reached (Decrypt with`);
    kms = await KmsDouble.start();
  });

  it.each([
    ["denied", "denies the use of the key: allow kms:GenerateDataKey"],
    ["disabled", "it is disabled: enable it"],
  ] as const)("is refused at once, in words, where the key is %s", async (state, sentence) => {
    const { document } = await made();
    kms.keys.get(keyArn)!.state = state;
    await expect(source().masterKey(document)).rejects.toThrow(sentence);
    expect(kms.asked).toHaveLength(2);
  });

  it("is not opened for another deployment, nor by another key", async () => {
    const { document } = await made();
    const [entry] = document.masterKeys;
    const other = kms.addKey("two");
    const held = { ...entry!.kms!, deployment: "7f0c6a34-2a4b-4b0c-9a55-0a1f3d3f6f10" };
    const moved = { ...document, masterKeys: [{ ...entry!, kms: held }] };
    await expect(source().masterKey(moved)).rejects.toThrow("sealed by another one");
    const claimed = { ...entry!, kms: { ...entry!.kms!, key: other } };
    const foreign = { ...document, masterKeys: [claimed] };
    await expect(source(other).masterKey(foreign)).rejects.toThrow("IncorrectKeyException");
    await expect(source(other).masterKey(document)).rejects.toThrow(`is held by ${keyArn}`);
  });
});
