import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AwsCli, type CliKey } from "./aws-cli.ts";
import { account, type InteropRegistry, openRegistry, region } from "./registry.ts";

let registry: InteropRegistry;
let root: AwsCli;
let KeyId: string;
let Arn: string;

beforeAll(async () => {
  registry = await openRegistry();
  root = new AwsCli(registry, "plain HTTP");
  const { KeyMetadata } = await kms(
    ...["create-key", "--description", "images", "--tags", "TagKey=team,TagValue=core"],
  );
  ({ KeyId, Arn } = KeyMetadata);
});

afterAll(async () => {
  await registry?.close();
});

const kms = (...args: string[]) => root.ask("kms", ...args);
const ofKey = (operation: string, ...args: string[]) => kms(operation, "--key-id", KeyId, ...args);

function file(name: string, content: Uint8Array | string): string {
  const path = join(registry.scratch, name);
  writeFileSync(path, content);
  return `fileb://${path}`;
}

const fileOf = (base64: string) =>
  file(randomBytes(4).toString("hex"), Buffer.from(base64, "base64"));

async function newUser(name: string): Promise<{ cli: AwsCli; arn: string }> {
  const { User } = await root.ask("iam", "create-user", "--user-name", name);
  const { AccessKey } = await root.ask("iam", "create-access-key", "--user-name", name);
  return { cli: root.as(AccessKey as CliKey), arn: User.Arn };
}

describe("keys", () => {
  it("are described and listed", async () => {
    expect((await ofKey("describe-key")).KeyMetadata).toMatchObject({
      ...{ AWSAccountId: account, Arn, KeyState: "Enabled", Description: "images" },
    });
    const { Keys } = await kms("list-keys");
    expect(Keys).toContainEqual({ KeyId, KeyArn: Arn });
    expect((await ofKey("list-resource-tags")).Tags).toEqual([
      { TagKey: "team", TagValue: "core" },
    ]);
  });

  it("get another description and other tags", async () => {
    await ofKey("update-key-description", "--description", "layers");
    await ofKey("tag-resource", "--tags", "TagKey=stage,TagValue=live");
    await ofKey("untag-resource", "--tag-keys", "team");
    expect((await ofKey("describe-key")).KeyMetadata.Description).toBe("layers");
    expect((await ofKey("list-resource-tags")).Tags).toEqual([
      { TagKey: "stage", TagValue: "live" },
    ]);
  });

  it("are disabled and enabled", async () => {
    await ofKey("disable-key");
    const plaintext = ["--plaintext", file("plain", "text")];
    const said = await root.error("kms", "encrypt", "--key-id", KeyId, ...plaintext);
    expect(said).toBe(`(DisabledException) ${Arn} is disabled.`);
    await ofKey("enable-key");
    expect(await ofKey("encrypt", ...plaintext)).toMatchObject({ KeyId: Arn });
  });

  it("are scheduled for deletion, which can be called off", async () => {
    const { KeyMetadata: key } = await kms("create-key");
    const id = ["--key-id", key.KeyId];
    const days = ["--pending-window-in-days", "7"];
    const scheduled = await kms("schedule-key-deletion", ...id, ...days);
    expect(scheduled).toMatchObject({ KeyId: key.Arn, KeyState: "PendingDeletion" });
    expect(await kms("cancel-key-deletion", ...id)).toEqual({ KeyId: key.Arn });
    expect((await kms("describe-key", ...id)).KeyMetadata.KeyState).toBe("Disabled");
  });

  it("of other kinds are refused with a sentence", async () => {
    for (const wanted of [
      ["--multi-region"],
      ["--key-spec", "RSA_2048", "--key-usage", "SIGN_VERIFY"],
    ]) {
      const said = await root.error("kms", "create-key", ...wanted);
      expect(said).toMatch(/^\(UnsupportedOperationException\) .+ not supported/);
    }
  });
});

it("aliases are made, moved, listed and taken away", async () => {
  const name = ["--alias-name", "alias/images"];
  await kms("create-alias", ...name, "--target-key-id", KeyId);
  const { KeyMetadata: other } = await kms("create-key");
  await kms("update-alias", ...name, "--target-key-id", other.KeyId);
  const { Aliases } = await kms("list-aliases", "--key-id", other.KeyId);
  expect(Aliases).toMatchObject([
    {
      ...{ AliasName: "alias/images", TargetKeyId: other.KeyId },
      AliasArn: `arn:aws:kms:${region}:${account}:alias/images`,
    },
  ]);
  expect((await kms("describe-key", "--key-id", "alias/images")).KeyMetadata.Arn).toBe(other.Arn);
  await kms("delete-alias", ...name);
  expect(await root.error("kms", "describe-key", "--key-id", "alias/images")).toMatch(
    /^\(NotFoundException\) Alias arn:aws:kms:.*:alias\/images is not found\.$/,
  );
});

it("key policies are put and read", async () => {
  const { Policy } = await ofKey("get-key-policy", "--policy-name", "default");
  const policy = JSON.parse(Policy);
  const { arn } = await newUser("reader");
  const reading = {
    ...{ Sid: "read", Effect: "Allow", Principal: { AWS: arn } },
    ...{ Action: "kms:DescribeKey", Resource: "*" },
  };
  policy.Statement.push(reading);
  await ofKey("put-key-policy", "--policy-name", "default", "--policy", JSON.stringify(policy));
  const again = await ofKey("get-key-policy", "--policy-name", "default");
  expect(JSON.parse(again.Policy)).toEqual(policy);
  expect((await ofKey("list-key-policies")).PolicyNames).toEqual(["default"]);
  const lockOut = JSON.stringify({ ...policy, Statement: [reading] });
  const named = ["--policy-name", "default"];
  expect(
    await root.error("kms", "put-key-policy", "--key-id", KeyId, ...named, "--policy", lockOut),
  ).toBe(
    "(MalformedPolicyDocumentException) The new key policy will not allow you to update the key policy in the future.",
  );
});

describe("what is sealed", () => {
  const context = ["--encryption-context", "aws:ecr:arn=a,object=o"];

  it("opens again without the key's name, in its context", async () => {
    const plaintext = ["--plaintext", file("plain", "text")];
    const { CiphertextBlob } = await ofKey("encrypt", ...plaintext, ...context);
    const blob = ["--ciphertext-blob", fileOf(CiphertextBlob)];
    const opened = await kms("decrypt", ...blob, ...context);
    expect(Buffer.from(opened.Plaintext, "base64").toString()).toBe("text");
    const said = await root.refusal("kms", "decrypt", ...blob);
    expect(said).toContain("(InvalidCiphertextException)");
    const { KeyMetadata: other } = await kms("create-key");
    const source = ["--source-encryption-context", "aws:ecr:arn=a,object=o"];
    const moved = await kms(
      ...["re-encrypt", ...blob, ...source, "--destination-key-id", other.KeyId],
    );
    expect(moved).toMatchObject({ SourceKeyId: Arn, KeyId: other.Arn });
    const again = await kms("decrypt", "--ciphertext-blob", fileOf(moved.CiphertextBlob));
    expect(Buffer.from(again.Plaintext, "base64").toString()).toBe("text");
  });

  it("may be a data key", async () => {
    const made = await ofKey("generate-data-key", "--key-spec", "AES_256", ...context);
    const blob = ["--ciphertext-blob", fileOf(made.CiphertextBlob)];
    expect((await kms("decrypt", ...blob, ...context)).Plaintext).toBe(made.Plaintext);
    const bytes = ["--number-of-bytes", "64"];
    const sealed = await ofKey("generate-data-key-without-plaintext", ...bytes);
    const opened = await kms("decrypt", "--ciphertext-blob", fileOf(sealed.CiphertextBlob));
    expect(Buffer.from(opened.Plaintext, "base64")).toHaveLength(64);
    const random = await kms("generate-random", ...bytes);
    expect(Buffer.from(random.Plaintext, "base64")).toHaveLength(64);
  });
});

// Debian's CLI knows neither periods nor rotation on demand: test/conformance asks for those.
it("rotation is asked for and told of", async () => {
  await ofKey("enable-key-rotation");
  expect((await ofKey("get-key-rotation-status")).KeyRotationEnabled).toBe(true);
  await ofKey("disable-key-rotation");
  expect((await ofKey("get-key-rotation-status")).KeyRotationEnabled).toBe(false);
});

it("grants let somebody use a key until they end", async () => {
  const { cli, arn } = await newUser("grantee");
  const wanted = ["--grantee-principal", arn, "--operations", "Decrypt", "RetireGrant"];
  const constraints = ["--constraints", "EncryptionContextSubset={a=1}"];
  const grant = await ofKey("create-grant", ...wanted, ...constraints, "--name", "n");
  const again = await ofKey("create-grant", ...wanted, ...constraints, "--name", "n");
  expect(again.GrantId).toBe(grant.GrantId);
  const context = ["--encryption-context", "a=1"];
  const sealed = await ofKey("encrypt", "--plaintext", file("plain", "text"), ...context);
  const blob = ["--ciphertext-blob", fileOf(sealed.CiphertextBlob)];
  expect(await cli.ask("kms", "decrypt", ...blob, ...context)).toMatchObject({ KeyId: Arn });
  expect((await ofKey("list-grants")).Grants).toMatchObject([
    { GranteePrincipal: arn, GrantId: grant.GrantId, Name: "n" },
  ]);
  await cli.ask("kms", "retire-grant", "--grant-token", grant.GrantToken);
  expect(await cli.error("kms", "decrypt", ...blob, ...context)).toMatch(
    /^\(AccessDeniedException\)/,
  );
  const retiring = ["--retiring-principal", arn];
  const other = await ofKey("create-grant", ...wanted, ...retiring);
  expect((await kms("list-retirable-grants", ...retiring)).Grants).toMatchObject([
    { GrantId: other.GrantId },
  ]);
  await ofKey("revoke-grant", "--grant-id", other.GrantId);
  expect((await ofKey("list-grants")).Grants).toEqual([]);
});
