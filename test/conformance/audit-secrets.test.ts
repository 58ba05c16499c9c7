/** What is told as a secret, or shown as one, stands in no record (D18). */
import { afterAll, beforeAll, expect, it } from "vitest";
import { getAuthorizationToken } from "../../src/operations/ecr/get-authorization-token.ts";
import { getDownloadUrlForLayer } from "../../src/operations/ecr/get-download-url-for-layer.ts";
import { createPullSecret } from "../../src/operations/entrepot/create-pull-secret.ts";
import { createAccessKey } from "../../src/operations/iam/create-access-key.ts";
import { createLoginProfile } from "../../src/operations/iam/create-login-profile.ts";
import { createRole } from "../../src/operations/iam/create-role.ts";
import { createUser } from "../../src/operations/iam/create-user.ts";
import { createGrant } from "../../src/operations/kms/create-grant.ts";
import { createKey } from "../../src/operations/kms/create-key.ts";
import { decrypt } from "../../src/operations/kms/decrypt.ts";
import { encrypt } from "../../src/operations/kms/encrypt.ts";
import { generateDataKey } from "../../src/operations/kms/generate-data-key.ts";
import { generateRandom } from "../../src/operations/kms/generate-random.ts";
import { assumeRole } from "../../src/operations/sts/assume-role.ts";
import { getSessionToken } from "../../src/operations/sts/get-session-token.ts";
import type { Region } from "../../src/registry/names.ts";
import { auditEntries } from "../support/audit.ts";
import { account, digestOf, openTestRegistry, type TestRegistry } from "../support/ecr.ts";
import { policyText, userWith } from "../support/identity.ts";
import { addAccounts } from "../support/sessions.ts";

let registry: TestRegistry;
const secrets = new Map<string, string>();

beforeAll(async () => {
  registry = await openTestRegistry();
  await addAccounts(registry.environment.ports, account);
});
afterAll(() => registry.close());

const notSecret =
  /^(?:.*(?:Arn|ARN|Id|Name|At|Date|Expiration|Status|URI|Endpoint|expiresAt|Percent|Size|Spec|type|Type))$/;

/** Every text of an answer that does not bear the name of something harmless. */
function keep(name: string, answer: unknown): void {
  for (const [member, value] of Object.entries(answer ?? {})) {
    if (typeof value === "object") keep(`${name}.${member}`, value);
    else if (typeof value === "string" && value.length > 8 && !notSecret.test(member)) {
      secrets.set(`${name}.${member}`, value);
    }
  }
}

it("keeps no secret of any request or answer in any row", async () => {
  const Password = "correct-Horse-7-battery";
  const Plaintext = Buffer.from("the plaintext of somebody").toString("base64");
  const layer = Buffer.from("the bytes of a layer, which are nobody's");
  secrets.set("password", Password).set("plaintext", Plaintext);
  secrets.set("layer", layer.toString("base64")).set("layer's text", layer.toString());
  await registry.createRepository("team/app");
  await registry.pushLayer("team/app", layer);
  const imageDigest = await registry.pushImage("team/app", "one", { imageTag: "v1" });
  await registry.manifestText("team/app", imageDigest);
  await registry.ask(createUser, { UserName: "ann" });
  keep("key", (await registry.ask(createAccessKey, { UserName: "ann" })).AccessKey);
  await registry.ask(createLoginProfile, { UserName: "ann", Password });
  const bob = await userWith(
    registry.environment.ports,
    { account, name: "bob" },
    { Effect: "Allow", Action: "*", Resource: "*" },
  );
  const AssumeRolePolicyDocument = policyText({
    ...{ Effect: "Allow", Action: "sts:AssumeRole" },
    Principal: { AWS: bob.principal.arn },
  });
  await registry.ask(createRole, { RoleName: "deploy", AssumeRolePolicyDocument });
  keep("session token", (await registry.ask(getSessionToken, {})).Credentials);
  const RoleArn = `arn:aws:iam::${account}:role/deploy`;
  const assumed = await registry.ask(assumeRole, { RoleArn, RoleSessionName: "ci" }, bob);
  keep("assumed", assumed.Credentials);
  keep("token", (await registry.ask(getAuthorizationToken, {})).authorizationData?.[0]);
  const layerDigest = digestOf(JSON.stringify({ content: "one" }));
  const download = { repositoryName: "team/app", layerDigest };
  keep("download", { url: (await registry.ask(getDownloadUrlForLayer, download)).downloadUrl });
  const pullSecret = { repositoryNames: ["team/app"], expiresInDays: 1 };
  const { password, dockerConfigJson } = await registry.ask(createPullSecret, pullSecret);
  keep("pull secret", { password, dockerConfigJson });
  const { KeyMetadata } = await registry.ask(createKey, {});
  const KeyId = KeyMetadata?.KeyId ?? "";
  const { CiphertextBlob } = await registry.ask(encrypt, { KeyId, Plaintext });
  await registry.ask(decrypt, { CiphertextBlob });
  keep("ciphertext", { CiphertextBlob });
  keep("data key", await registry.ask(generateDataKey, { KeyId, KeySpec: "AES_256" }));
  keep("random", await registry.ask(generateRandom, { NumberOfBytes: 32 }));
  const grant = { KeyId, GranteePrincipal: RoleArn, Operations: ["Decrypt"] };
  keep("grant", { token: (await registry.ask(createGrant, grant)).GrantToken });

  const entries = await auditEntries(registry.environment.ports, {
    account,
    region: "us-east-1" as Region,
  });
  const text = JSON.stringify(entries);
  expect(entries.length).toBeGreaterThan(20);
  expect(secrets.size).toBeGreaterThan(14);
  expect([...secrets].filter(([, secret]) => text.includes(secret)).map(([name]) => name)).toEqual(
    [],
  );
  // The access key of a session is told, so that what it does can be traced to who assumed it.
  expect(text.includes(assumed.Credentials?.AccessKeyId ?? "none")).toBe(true);
});
