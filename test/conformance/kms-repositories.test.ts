/** Repositories under keys of KMS: who may make them, what seals them, and what shuts them. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { batchGetImage } from "../../src/operations/ecr/batch-get-image.ts";
import { createRepository } from "../../src/operations/ecr/create-repository.ts";
import { deleteRepository } from "../../src/operations/ecr/delete-repository.ts";
import { describeRepositories } from "../../src/operations/ecr/describe-repositories.ts";
import { getDownloadUrlForLayer } from "../../src/operations/ecr/get-download-url-for-layer.ts";
import { initiateLayerUpload } from "../../src/operations/ecr/initiate-layer-upload.ts";
import { putImage } from "../../src/operations/ecr/put-image.ts";
import { listKeyUses } from "../../src/operations/entrepot/list-key-uses.ts";
import { listRepositoryKeys } from "../../src/operations/entrepot/list-repository-keys.ts";
import { restoreRepository } from "../../src/operations/entrepot/restore-repository.ts";
import type { Caller } from "../../src/registry/identity/principal.ts";
import { createKey } from "../../src/registry/kms/create-key.ts";
import { checkedKeyPolicy } from "../../src/registry/kms/key-policy.ts";
import { type KmsKey, type KmsKeyState, kmsKeyArn } from "../../src/registry/kms/kms-key.ts";
import { rotateOnDemand } from "../../src/registry/kms/rotate-key.ts";
import { limits } from "../../src/registry/limits.ts";
import type { Region } from "../../src/registry/names.ts";
import { checkStore } from "../../src/workers/check-store.ts";
import { DistributionServer } from "../support/distribution-server.ts";
import { account, callerOf, imageManifest, otherAccount, TestRegistry } from "../support/ecr.ts";
import { keyOf, putUser, type TestStatement } from "../support/identity.ts";
import type { OciClient } from "../support/oci-client.ts";
import { testPorts } from "../support/ports.ts";
import { addAccounts, callerWith } from "../support/sessions.ts";

const registry = { account, region: "us-east-1" as Region };
let server: DistributionServer;
let api: TestRegistry;

beforeEach(async () => {
  server = new DistributionServer(await testPorts(), {});
  await server.listen();
  api = new TestRegistry(server.opened);
  await addAccounts(server.opened.ports, account, otherAccount);
});
afterEach(() => server.close());

const everything = "arn:aws:iam::000000000000:root";
const delegates = {
  Effect: "Allow",
  Principal: { AWS: everything },
  Action: "kms:*",
  Resource: "*",
};
const letsServiceIn = {
  Effect: "Allow",
  Principal: { Service: "ecr.amazonaws.com" },
  Action: ["kms:GenerateDataKey", "kms:Decrypt"],
  Resource: "*",
};

async function newKey(...statements: object[]): Promise<KmsKey> {
  const { ports } = server.opened;
  const document = { Version: "2012-10-17", Statement: statements };
  const policy =
    statements.length === 0 ? undefined : await checkedKeyPolicy(ports, JSON.stringify(document));
  return createKey(ports, { registry, policy });
}

async function setState(key: KmsKey, state: KmsKeyState): Promise<void> {
  const { ports } = server.opened;
  await ports.metadata.transaction(({ kms }) => kms.keys.replace({ ...key, state }));
}

async function userWith(name: string, ...statements: TestStatement[]): Promise<Caller> {
  const { ports } = server.opened;
  const user = await putUser(ports, { account, name }, ...statements);
  const { accessKeyId } = await keyOf(ports, user);
  return callerWith(ports, { AccessKeyId: accessKeyId });
}

const usesEcr = { Effect: "Allow", Action: "ecr:*", Resource: "*" } as const;

async function create(
  repositoryName: string,
  kmsKey: string | undefined,
  caller = callerOf(account),
  encryptionType: "KMS" | "KMS_DSSE" = "KMS",
) {
  const encryptionConfiguration = { encryptionType, ...(kmsKey !== undefined && { kmsKey }) };
  const input = { repositoryName, encryptionConfiguration };
  return (await api.ask(createRepository, input, caller)).repository;
}

function grantsOf(key: Pick<KmsKey, "registry" | "id">) {
  return server.opened.ports.metadata.kms.grants.list(key, { limit: 100 });
}

const kms = (kmsError: string) => ({ kind: "Kms", details: { kmsError } });

describe("making a repository under a key", () => {
  it("makes AWS's own key at first use, names it from then on, and makes two grants", async () => {
    const made = await create("aa", undefined);
    const arn = made?.encryptionConfiguration?.kmsKey ?? "";
    expect(arn).toMatch(/^arn:aws:kms:us-east-1:000000000000:key\/[0-9a-f-]{36}$/);
    const again = await create("bb", undefined);
    expect(again?.encryptionConfiguration).toEqual({ encryptionType: "KMS", kmsKey: arn });
    const { ports } = server.opened;
    const alias = await ports.metadata.kms.aliases.find(registry, "alias/aws/ecr");
    const grants = await grantsOf({ registry, id: alias!.key });
    expect(grants).toHaveLength(4);
    const ofA = grants.filter(
      ({ constraints }) =>
        constraints.encryptionContextSubset?.["aws:ecr:arn"] === made?.repositoryArn,
    );
    expect(ofA).toHaveLength(2);
    for (const grant of ofA) {
      expect(grant).toMatchObject({
        grantee: "ecr.us-east-1.amazonaws.com",
        retiring: "ecr.us-east-1.amazonaws.com",
        operations: ["GenerateDataKey", "Decrypt"],
      });
      expect(grant.name).not.toBe("");
    }
  });

  it("takes a key by its id, its ARN, its alias and the alias's ARN, and tells its ARN", async () => {
    const key = await newKey();
    const { ports, clock } = server.opened;
    const alias = { registry, name: "alias/images", key: key.id };
    const at = clock.now();
    await ports.metadata.transaction(({ kms: { aliases } }) =>
      aliases.insertIfAbsent({ ...alias, createdAt: at, updatedAt: at }),
    );
    const names = [
      key.id,
      kmsKeyArn(key),
      "alias/images",
      `arn:aws:kms:us-east-1:${account}:alias/images`,
    ];
    for (const [index, name] of names.entries()) {
      const made = await create(`app${index}`, name, callerOf(account), "KMS_DSSE");
      const wanted = { encryptionType: "KMS_DSSE", kmsKey: kmsKeyArn(key) };
      expect(made?.encryptionConfiguration).toEqual(wanted);
    }
    const { repositories } = await api.ask(describeRepositories, { repositoryNames: ["app0"] });
    expect(repositories?.[0]?.encryptionConfiguration?.kmsKey).toBe(kmsKeyArn(key));
  });

  it("refuses with KMS's code what is absent, elsewhere, disabled or about to go; nothing is made", async () => {
    const key = await newKey();
    const none = "00000000-0000-4000-8000-000000000000";
    await expect(create("app", none)).rejects.toMatchObject(kms("NotFoundException"));
    await expect(create("app", "alias/none")).rejects.toMatchObject(kms("NotFoundException"));
    const elsewhere = kmsKeyArn(key).replace("us-east-1", "eu-west-1");
    await expect(create("app", elsewhere)).rejects.toMatchObject(kms("NotFoundException"));
    await setState(key, "Disabled");
    await expect(create("app", key.id)).rejects.toMatchObject(kms("DisabledException"));
    await setState(key, "PendingDeletion");
    await expect(create("app", key.id)).rejects.toMatchObject(kms("KMSInvalidStateException"));
    const { repositories } = await api.ask(describeRepositories, {});
    expect(repositories).toEqual([]);
    expect(await grantsOf(key)).toEqual([]);
  });

  it("needs kms:DescribeKey and kms:CreateGrant of the caller where the policy names the account alone", async () => {
    const key = await newKey(delegates);
    const arn = kmsKeyArn(key);
    const may = (...actions: string[]) =>
      ({ Effect: "Allow", Action: actions, Resource: arn }) as const;
    const none = await userWith("none", usesEcr);
    const half = await userWith("half", usesEcr, may("kms:DescribeKey"));
    const both = await userWith("both", usesEcr, may("kms:DescribeKey", "kms:CreateGrant"));
    for (const [caller, action] of [
      [none, "kms:DescribeKey"],
      [half, "kms:CreateGrant"],
    ] as const) {
      const refused = expect(create("app", arn, caller)).rejects;
      await refused.toMatchObject(kms("AccessDeniedException"));
      await expect(create("app", arn, caller)).rejects.toThrow(action);
    }
    expect((await create("app", arn, both))?.repositoryName).toBe("app");
    expect(await grantsOf(key)).toHaveLength(2);
  });

  it("lets the conditions for grants of services narrow what the caller may make", async () => {
    const arn = kmsKeyArn(await newKey(delegates));
    const describe = { Effect: "Allow", Action: "kms:DescribeKey", Resource: arn } as const;
    const grant = (condition: TestStatement["Condition"]) =>
      ({
        Effect: "Allow",
        Action: "kms:CreateGrant",
        Resource: arn,
        Condition: condition,
      }) as const;
    const service = await userWith(
      "service",
      usesEcr,
      describe,
      grant({
        Bool: { "kms:GrantIsForAWSResource": "true" },
        StringEquals: { "kms:ViaService": "ecr.us-east-1.amazonaws.com" },
        "ForAllValues:StringEquals": { "kms:GrantOperations": ["Decrypt", "GenerateDataKey"] },
      }),
    );
    const other = await userWith(
      "other",
      usesEcr,
      describe,
      grant({ StringEquals: { "kms:ViaService": "s3.us-east-1.amazonaws.com" } }),
    );
    await create("app", arn, service);
    await expect(create("second", arn, other)).rejects.toMatchObject(kms("AccessDeniedException"));
  });

  it("needs nothing of the caller where the key policy lets the service in, and then makes no grant", async () => {
    const key = await newKey(delegates, letsServiceIn);
    const caller = await userWith("ecr-only", usesEcr);
    await create("app", kmsKeyArn(key), caller);
    expect(await grantsOf(key)).toEqual([]);
    await pushImage("app");
    expect((await server.client().get("/v2/app/manifests/v1")).status).toBe(200);
  });

  it("is not let in by a key policy for another account, another role or half of what it needs", async () => {
    const caller = await userWith("ecr-only", usesEcr);
    const on = (condition: object) => ({ ...letsServiceIn, Condition: condition });
    const refused = [
      on({ StringEquals: { "aws:SourceAccount": otherAccount } }),
      on({ StringEquals: { "kms:CallerAccount": otherAccount } }),
      on({ ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/release" } }),
      { ...letsServiceIn, Action: "kms:Decrypt" },
      // The service does not come from where its caller does.
      on({ IpAddress: { "aws:SourceIp": "127.0.0.1/32" } }),
      { ...letsServiceIn, Principal: { Service: "ecr.eu-west-1.amazonaws.com" } },
    ];
    for (const statement of refused) {
      const arn = kmsKeyArn(await newKey(delegates, statement));
      await expect(create("app", arn, caller)).rejects.toMatchObject(kms("AccessDeniedException"));
    }
    const letIn = on({
      StringEquals: { "aws:SourceAccount": account, "kms:CallerAccount": account },
      ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:user/ecr-*" },
    });
    await create("app", kmsKeyArn(await newKey(delegates, letIn)), caller);
  });

  it("tells no one whether another account's key is there", async () => {
    const key = await newKey(delegates);
    const abroad = { ...callerOf(otherAccount) };
    const messages = [];
    for (const id of [key.id, "00000000-0000-4000-8000-000000000000"]) {
      const arn = kmsKeyArn({ registry, id });
      const refusal = await create("app", arn, abroad).catch((error: Error) => error);
      expect(refusal).toMatchObject(kms("AccessDeniedException"));
      messages.push((refusal as Error).message.replace(id, ""));
    }
    expect(messages[0]).toBe(messages[1]);
  });

  it("retires its grants with the repository, and leaves those of others", async () => {
    const key = await newKey();
    await create("app", key.id);
    await create("second", key.id);
    await api.ask(deleteRepository, { repositoryName: "app" });
    const left = await grantsOf(key);
    expect(left).toHaveLength(2);
    for (const { constraints } of left) {
      expect(constraints.encryptionContextSubset?.["aws:ecr:arn"]).toMatch(/repository\/second$/);
    }
    await setState(key, "Disabled");
    await api.ask(deleteRepository, { repositoryName: "second" });
    expect(await grantsOf(key)).toEqual([]);
  });
});

describe("what is told of keys", () => {
  it("names a key that is broken, why, and the repositories that it shuts", async () => {
    const [good, bad, revoked] = [await newKey(), await newKey(), await newKey(delegates)];
    await create("good", good.id);
    await create("bad-one", bad.id);
    await create("bad-two", bad.id);
    await create("kept", revoked.id);
    await create("revoked", revoked.id);
    await setState(bad, "Disabled");
    const { ports, clock } = server.opened;
    for (const grant of await grantsOf(revoked)) {
      const { "aws:ecr:arn": arn } = grant.constraints.encryptionContextSubset ?? {};
      if (arn?.endsWith("/kept") === true) continue;
      await ports.metadata.transaction(({ kms: { grants } }) => grants.remove(revoked, grant.id));
    }
    clock.advance(2 * limits.identityCacheMs);
    const { keys } = await api.ask(listRepositoryKeys, {});
    const told = new Map(keys.map((key) => [key.kmsKey, key]));
    expect(told.get(kmsKeyArn(good))).toMatchObject({ status: "USABLE", brokenRepositories: [] });
    expect(told.get(kmsKeyArn(bad))).toMatchObject({
      status: "BROKEN",
      kmsError: "DisabledException",
      brokenRepositories: ["bad-one", "bad-two"],
    });
    expect(told.get(kmsKeyArn(revoked))).toMatchObject({
      status: "BROKEN",
      kmsError: "AccessDeniedException",
      brokenRepositories: ["revoked"],
    });
  });

  it("lists uses of a key page by page, to nobody of another account", async () => {
    const key = await newKey();
    await create("app", key.id);
    await pushImage("app");
    const { ports } = server.opened;
    await ports.memory.keyUses.flush(ports.metadata);
    const first = await api.ask(listKeyUses, { kmsKey: key.id, maxResults: 1 });
    expect(first.uses).toHaveLength(1);
    const rest = await api.ask(listKeyUses, { kmsKey: key.id, nextToken: first.nextToken });
    const total = first.counts?.reduce((sum, { uses }) => sum + uses, 0);
    expect(1 + rest.uses.length).toBe(total);
    const abroad = api.ask(listKeyUses, { kmsKey: kmsKeyArn(key) }, callerOf(otherAccount));
    await expect(abroad).rejects.toMatchObject({ kind: "NotFound" });
  });
});

const layer = Buffer.alloc(100_000, "layer under a key ");
const config = Buffer.from(JSON.stringify({ marker: "config under a key" }));

async function pushImage(name: string, tag = "v1"): Promise<OciClient> {
  const client = server.client();
  const config = Buffer.from(JSON.stringify({ tag })); // Another image for each tag.
  await client.pushBlob(name, layer);
  await client.pushBlob(name, config);
  const put = await client.putManifest(name, tag, imageManifest(config, layer));
  expect(put.status).toBe(201);
  return client;
}

const digestOf = async (client: OciClient, name: string) => {
  const answer = await client.get(`/v2/${name}/manifests/v1`);
  const { layers } = answer.json() as { layers: { digest: string }[] };
  return layers[0]!.digest;
};

describe.each(["KMS", "KMS_DSSE"] as const)("a repository under %s", (type) => {
  it("gives back what was pushed, whole and in ranges", async () => {
    await create("app", undefined, callerOf(account), type);
    const client = await pushImage("app");
    const digest = await digestOf(client, "app");
    expect((await client.get(`/v2/app/blobs/${digest}`)).body.equals(layer)).toBe(true);
    const part = await client.send("GET", `/v2/app/blobs/${digest}`, {
      headers: { range: "bytes=50000-50099" },
    });
    expect(part.status).toBe(206);
    expect(part.body.equals(layer.subarray(50_000, 50_100))).toBe(true);
  });

  it("53: is shut while its key is disabled, to pulls and pushes, and opens again", async () => {
    const key = await newKey();
    await create("app", key.id, callerOf(account), type);
    const client = await pushImage("app");
    const digest = await digestOf(client, "app");
    const blob = `/v2/app/blobs/${digest}`;
    const upload = await client.startUpload("app");
    for (const [state, word] of [
      ["Disabled", "disabled"],
      ["PendingDeletion", "pending deletion"],
    ] as const) {
      await setState(key, state);
      server.opened.clock.advance(limits.identityCacheMs);
      const manifest = await client.get("/v2/app/manifests/v1");
      expect([manifest.status, manifest.text()]).toEqual([403, expect.stringContaining(word)]);
      expect(manifest.text()).toContain(kmsKeyArn(key));
      expect((await client.get(blob)).status).toBe(403);
      expect((await client.send("POST", "/v2/app/blobs/uploads/")).status).toBe(403);
      const patch = await client.send("PATCH", upload, { body: Buffer.from("more") });
      expect(patch.status).toBe(403);
      const put = await client.putManifest("app", "v2", imageManifest(config, layer));
      expect(put.status).toBe(403);
      await expectShutInApi(digest);
    }
    await setState(key, "Enabled");
    server.opened.clock.advance(limits.identityCacheMs);
    expect((await client.get("/v2/app/manifests/v1")).status).toBe(200);
    expect((await client.get(blob)).body.equals(layer)).toBe(true);
    await pushImage("app", "v3");
  });

  /** The same in ECR's own API, to which a download URL belongs as well. */
  async function expectShutInApi(layerDigest: string): Promise<void> {
    const repositoryName = "app";
    const { images, failures } = await api.ask(batchGetImage, {
      ...{ repositoryName, imageIds: [{ imageTag: "v1" }] },
    });
    expect([images, failures?.[0]?.failureCode]).toEqual([[], "KmsError"]);
    const shut = { kind: "Kms" };
    await expect(api.ask(initiateLayerUpload, { repositoryName })).rejects.toMatchObject(shut);
    const imageManifestText = JSON.stringify(imageManifest(config, layer));
    const put = { repositoryName, imageManifest: imageManifestText, imageTag: "v9" };
    await expect(api.ask(putImage, put)).rejects.toMatchObject(shut);
    const { downloadUrl = "" } = await api.ask(getDownloadUrlForLayer, {
      ...{ repositoryName, layerDigest },
    });
    const { pathname } = new URL(downloadUrl);
    expect((await server.client().get(pathname)).status).toBe(403);
  }

  it("is no damage to fsck while its key is disabled", async () => {
    const key = await newKey();
    await create("app", key.id, callerOf(account), type);
    await pushImage("app");
    const { ports } = server.opened;
    const whole = await checkStore(ports, { repair: false });
    expect(whole).toMatchObject({ problems: [], objects: 3, shutObjects: 0 });
    await setState(key, "Disabled");
    const shut = await checkStore(ports, { repair: false });
    expect(shut).toMatchObject({ problems: [], objects: 3, shutObjects: 3, verifiedBytes: 0 });
  });

  it("54: opens what it sealed before its key was rotated, three times", async () => {
    const key = await newKey();
    await create("app", key.id, callerOf(account), type);
    const { ports, clock } = server.opened;
    const client = await pushImage("app", "v0");
    for (const tag of ["v1", "v2", "v3"]) {
      await rotateOnDemand(ports, key);
      clock.advance(limits.dataKeyCacheMs);
      await pushImage("app", tag);
    }
    const { version } = (await ports.metadata.kms.keys.find(key))!;
    expect(version).toBe(4);
    // Nothing is opened from memory.
    ports.memory.manifests.clear();
    clock.advance(limits.dataKeyCacheMs);
    for (const tag of ["v0", "v1", "v2", "v3"]) {
      expect((await client.get(`/v2/app/manifests/${tag}`)).status).toBe(200);
    }
    const digest = await digestOf(client, "app");
    expect((await client.get(`/v2/app/blobs/${digest}`)).body.equals(layer)).toBe(true);
  });

  it("is shut once its grants are revoked", async () => {
    const key = await newKey(delegates);
    await create("app", key.id, callerOf(account), type);
    const client = await pushImage("app");
    const { ports, clock } = server.opened;
    await ports.metadata.transaction(({ kms: { grants } }) => grants.removeOf(key));
    clock.advance(2 * limits.identityCacheMs);
    const answer = await client.get("/v2/app/manifests/v1");
    expect(answer.status).toBe(403);
    expect(answer.text()).toContain("kms:Decrypt");
    expect((await client.send("POST", "/v2/app/blobs/uploads/")).status).toBe(403);
  });

  it("shares a layer with repositories under the same key and type, and with no others", async () => {
    const [key, other] = [await newKey(), await newKey()];
    await create("from", key.id, callerOf(account), type);
    await create("same", key.id, callerOf(account), type);
    await create("other", other.id, callerOf(account), type);
    await server.createRepository("plain");
    const client = await pushImage("from");
    const digest = await digestOf(client, "from");
    const mount = async (name: string) =>
      (await client.send("POST", `/v2/${name}/blobs/uploads/?mount=${digest}&from=from`)).status;
    expect(await mount("same")).toBe(201);
    expect(await mount("other")).toBe(202);
    expect(await mount("plain")).toBe(202);
    expect((await client.get(`/v2/same/blobs/${digest}`)).body.equals(layer)).toBe(true);
  });

  it("keeps a record and a count of each use of its key", async () => {
    const key = await newKey();
    const made = await create("app", key.id, callerOf(account), type);
    await pushImage("app");
    const { ports } = server.opened;
    await ports.memory.keyUses.flush(ports.metadata);
    const uses = await ports.metadata.kms.uses.list(key, { limit: 100 });
    expect(new Set(uses.map(({ operation }) => operation))).toEqual(
      new Set(["GenerateDataKey", "Decrypt"]),
    );
    for (const use of uses) {
      expect(use.encryptionContext).toEqual({ "aws:ecr:arn": made?.repositoryArn });
      expect(use.principal).toBe(`arn:aws:iam::${account}:root`);
      expect(use.requestId).not.toBe("");
      expect(use.error).toBeUndefined();
    }
    const counts = await ports.metadata.kms.uses.counts(key);
    const total = counts.reduce((sum, count) => sum + count.uses, 0);
    expect(total).toBe(uses.length);
    await setState(key, "Disabled");
    server.opened.clock.advance(limits.identityCacheMs);
    await server.client().send("POST", "/v2/app/blobs/uploads/");
    await ports.memory.keyUses.flush(ports.metadata);
    const [last] = await ports.metadata.kms.uses.list(key, { limit: 1 });
    expect(last?.error).toBe("DisabledException");
  });
});

describe("a repository that comes back from the trash", () => {
  it("claims its key again, and does not come back without it", async () => {
    const key = await newKey(delegates);
    await create("app", key.id);
    await pushImage("app");
    const { ports } = server.opened;
    const grants = async () => (await ports.metadata.kms.grants.list(key, { limit: 9 })).length;
    const before = await grants();
    expect(before).toBe(2);
    api.keepTrash(7);
    await api.ask(deleteRepository, { repositoryName: "app", force: true });
    expect(await grants()).toBe(0);
    await setState(key, "Disabled");
    const back = () => api.ask(restoreRepository, { repositoryName: "app" });
    await expect(back()).rejects.toMatchObject({ kind: "Kms" });
    await setState(key, "Enabled");
    await back();
    expect(await grants()).toBe(before);
    server.opened.clock.advance(limits.identityCacheMs);
    expect((await checkStore(ports, { repair: false })).problems).toEqual([]);
  });
});
