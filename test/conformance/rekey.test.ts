/** Repositories put under another key while they are in use: what moves, what waits, and who sees it. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deleteRepository } from "../../src/operations/ecr/delete-repository.ts";
import { rekeyRepository } from "../../src/operations/entrepot/rekey-repository.ts";
import { layersUnder } from "../../src/registry/encryption/wrapped-key.ts";
import { limits } from "../../src/registry/limits.ts";
import type { Digest } from "../../src/registry/names.ts";
import { account } from "../support/ecr.ts";
import { keyOf, putUser } from "../support/identity.ts";
import { digestOf } from "../support/oci-client.ts";
import {
  api,
  asWanted,
  closeServer,
  create,
  finish,
  grantsOf,
  isAllUnderItsKey,
  isWhole,
  layer,
  newKey,
  objectsOf,
  openServer,
  progress,
  pulls,
  push,
  rekey,
  repositoryOf,
  server,
  service,
  setState,
  under,
  type Wanted,
  work,
} from "../support/rekey-server.ts";
import { callerWith } from "../support/sessions.ts";

beforeEach(() => openServer());
afterEach(closeServer);

describe("a repository put under another key", () => {
  const moves: [string, () => Promise<[Wanted, Wanted]>][] = [
    ["from the service's own key to KMS", async () => [service, under(await newKey())]],
    ["from KMS to the service's own key", async () => [under(await newKey()), service]],
    ["from one KMS key to another", async () => [under(await newKey()), under(await newKey())]],
    [
      "from one KMS key to another, sealed twice",
      async () => [under(await newKey(), "KMS_DSSE"), under(await newKey(), "KMS_DSSE")],
    ],
  ];
  it.each(moves)("%s keeps every byte where it is", async (_title, keys) => {
    const [from, to] = await keys();
    await create("app", from);
    await push("app");
    const before = await objectsOf("app");
    expect(await rekey("app", to)).toMatchObject({ status: "IN_PROGRESS", from, to });
    expect(await asWanted("app")).toEqual(to);
    await pulls("app");
    await finish();
    expect(await progress()).toMatchObject({
      ...{ objectCount: 3, doneObjects: 3, rewrappedObjects: 3 },
      ...{ copiedObjects: 0, adoptedObjects: 0 },
    });
    const after = await objectsOf("app");
    const rest = ({ wrappedKey: _, domain: __, ...others }: (typeof after)[number]) => others;
    expect(after.map(rest)).toEqual(before.map(rest));
    expect(await isAllUnderItsKey("app")).toBe(true);
    await pulls("app");
    await isWhole();
  });

  it("needs the old key no more: not for pulls, not for pushes, and it has no grant on it", async () => {
    const [from, to] = [await newKey(), await newKey()];
    await create("app", under(from));
    await push("app");
    await rekey("app", under(to));
    expect([(await grantsOf(from)).length, (await grantsOf(to)).length]).toEqual([2, 2]);
    await finish();
    expect([(await grantsOf(from)).length, (await grantsOf(to)).length]).toEqual([0, 2]);
    const { ports, clock } = server.opened;
    await ports.metadata.transaction(({ kms }) => kms.keys.removeVersions(from));
    await setState(from, "PendingDeletion");
    clock.advance(limits.dataKeyCacheMs);
    ports.memory.manifests.clear();
    await pulls("app");
    await push("app", "v2");
    await setState(to, "Disabled");
    expect((await server.client().get("/v2/app/manifests/v1")).status).toBe(403);
  });

  it("waits, and tells why, while its old key may not be used, and goes on when it may", async () => {
    const [from, to] = [await newKey(), await newKey()];
    await create("app", under(from));
    await push("app");
    await rekey("app", under(to));
    await setState(from, "Disabled");
    expect(await work()).toHaveLength(1);
    const waiting = await progress();
    expect(waiting).toMatchObject({ status: "WAITING", doneObjects: 0 });
    expect(waiting?.failureReason).toContain("disabled");
    expect(await grantsOf(from)).toHaveLength(2);
    await setState(from, "Enabled");
    expect(await rekey("app", under(to))).toMatchObject({ startedAt: waiting?.startedAt });
    await finish();
    expect((await progress())?.failureReason).toBeUndefined();
    await pulls("app");
  });

  it("is done at once where it is under that key, and says so", async () => {
    const key = await newKey();
    await create("app", under(key));
    const done = { status: "COMPLETE", objectCount: 0 };
    expect(await rekey("app", under(key))).toMatchObject(done);
    expect(await progress()).toBeUndefined();
    expect(await grantsOf(key)).toHaveLength(2);
  });

  it("refuses another goal while one is under way, and tells of that to who asks for it again", async () => {
    const [first, second] = [await newKey(), await newKey()];
    await create("app", service);
    await push("app");
    const begun = await rekey("app", under(first));
    expect(await rekey("app", under(first))).toEqual(begun);
    await expect(rekey("app", under(second))).rejects.toMatchObject({ kind: "Conflict" });
    await expect(rekey("app", service)).rejects.toMatchObject({ kind: "Conflict" });
    expect(await grantsOf(second)).toEqual([]);
    await finish();
    await rekey("app", under(second));
    await finish();
    expect(await isAllUnderItsKey("app")).toBe(true);
    await rekey("app", under(first));
    await finish();
    expect([(await grantsOf(first)).length, (await grantsOf(second)).length]).toEqual([2, 0]);
    await pulls("app");
    await isWhole();
  });

  it("is never sealed once where it was sealed twice, nor twice where once", async () => {
    const key = await newKey();
    await create("app", service);
    await create("twice", under(key, "KMS_DSSE"));
    for (const [name, wanted] of [
      ["app", under(key, "KMS_DSSE")],
      ["twice", under(key)],
      ["twice", service],
    ] as const) {
      const refused = { kind: "InvalidParameter", message: expect.stringContaining("sealed anew") };
      await expect(rekey(name, wanted)).rejects.toMatchObject(refused);
    }
    expect(await asWanted("app")).toEqual(service);
    expect(await asWanted("twice")).toEqual(under(key, "KMS_DSSE"));
  });

  it("needs the right to the repository and to its new key, and changes nothing without", async () => {
    const { ports } = server.opened;
    const key = await newKey();
    await create("app", service);
    await push("app");
    const user = await putUser(
      ports,
      { account, name: "half" },
      {
        Effect: "Allow",
        Action: "entrepot:RekeyRepository",
        Resource: "*",
      },
    );
    const { accessKeyId } = await keyOf(ports, user);
    const half = await callerWith(ports, { AccessKeyId: accessKeyId });
    const input = { repositoryName: "app", encryptionConfiguration: under(key) };
    await expect(api.ask(rekeyRepository, input, half)).rejects.toMatchObject({
      ...{ kind: "Kms", details: { kmsError: "AccessDeniedException" } },
    });
    await expect(
      api.ask(rekeyRepository, { ...input, repositoryName: "none" }),
    ).rejects.toMatchObject({ kind: "RepositoryNotFound" });
    expect(await asWanted("app")).toEqual(service);
    expect(await grantsOf(key)).toEqual([]);
    expect(await progress()).toBeUndefined();
  });

  it("retires the grants on both keys when it is deleted half-way, and the work ends", async () => {
    const [from, to] = [await newKey(), await newKey()];
    await create("app", under(from));
    await push("app");
    await rekey("app", under(to));
    await api.ask(deleteRepository, { repositoryName: "app", force: true });
    expect([...(await grantsOf(from)), ...(await grantsOf(to))]).toEqual([]);
    await create("app", service);
    expect(await work()).toEqual([]);
    expect(await progress()).toBeUndefined();
    await isWhole();
  });
});

describe("a layer", () => {
  it("that another repository holds too is sealed anew, and that one keeps its own", async () => {
    const key = await newKey();
    await create("app", service);
    await create("other", service);
    await push("app");
    await push("other");
    const shared = await objectsOf("other");
    await rekey("app", under(key));
    await finish();
    expect(await progress()).toMatchObject({ copiedObjects: 2, rewrappedObjects: 1 });
    expect(await objectsOf("other")).toEqual(shared);
    expect(await isAllUnderItsKey("app")).toBe(true);
    const ids = new Set(shared.map(({ id }) => id));
    expect((await objectsOf("app")).filter(({ id }) => ids.has(id))).toEqual([]);
    await setState(key, "Disabled");
    await pulls("other");
    await setState(key, "Enabled");
    await pulls("app");
    await isWhole();
  });

  it("that the new key's repositories have already is theirs from then on, and stored once", async () => {
    const key = await newKey();
    await create("app", service);
    await create("there", under(key));
    await push("app");
    await push("there");
    await rekey("app", under(key));
    await finish();
    expect(await progress()).toMatchObject({ adoptedObjects: 2, rewrappedObjects: 1 });
    const { metadata } = server.opened.ports;
    const [app, there] = [await repositoryOf("app"), await repositoryOf("there")];
    const digest = digestOf(layer) as Digest;
    const [mine, theirs] = await Promise.all([
      metadata.layers.find(app, digest),
      metadata.layers.find(there, digest),
    ]);
    expect(mine?.object).toBe(theirs?.object);
    await isWhole();
    expect((await metadata.objects.totals()).objects).toBe(4);
    await pulls("app");
    await pulls("there");
  });

  it("does not move to who is under the old key, however long the work takes", async () => {
    const key = await newKey();
    for (const name of ["app", "old"]) await create(name, service);
    await create("new", under(key));
    await push("app");
    await rekey("app", under(key));
    const client = server.client();
    const digest = digestOf(layer);
    const mount = async (name: string) =>
      (await client.send("POST", `/v2/${name}/blobs/uploads/?mount=${digest}&from=app`)).status;
    expect([await mount("old"), await mount("new")]).toEqual([202, 202]);
    await push("old");
    await finish();
    expect(await mount("new")).toBe(201);
    expect(await isAllUnderItsKey("old")).toBe(true);
    expect(await isAllUnderItsKey("new")).toBe(true);
    await isWhole();
  });

  it("that is pushed again before its turn is under the new key at once", async () => {
    const key = await newKey();
    await create("app", service);
    await push("app");
    await rekey("app", under(key));
    const client = server.client();
    await client.pushBlob("app", layer);
    await finish();
    expect(await progress()).toMatchObject({ rewrappedObjects: 2, adoptedObjects: 0 });
    expect(await isAllUnderItsKey("app")).toBe(true);
    await pulls("app");
    await isWhole();
  });
});

describe("an upload that began before", () => {
  it.each(["before", "after"])(
    "is completed %s the work is done, without the old key",
    async (when) => {
      const [from, to] = [await newKey(), await newKey()];
      await create("app", under(from));
      const client = server.client();
      const at = await client.startUpload("app");
      const half = layer.subarray(0, 1_200_000);
      const patched = await client.send("PATCH", at, { body: half });
      expect(patched.status).toBe(202);
      await rekey("app", under(to));
      if (when === "after") {
        await finish();
        await setState(from, "Disabled");
      }
      const more = await client.send("PATCH", patched.headers.get("location")!, {
        body: layer.subarray(1_200_000),
      });
      expect(more.status).toBe(202);
      const put = `${more.headers.get("location")}?digest=${digestOf(layer)}`;
      expect((await client.send("PUT", put)).status).toBe(201);
      if (when === "before") await finish();
      expect(await isAllUnderItsKey("app")).toBe(true);
      const answer = await client.get(`/v2/app/blobs/${digestOf(layer)}`);
      expect(answer.body.equals(layer)).toBe(true);
      await isWhole();
    },
  );
});

it("wraps as many times as before", async () => {
  await create("app", under(await newKey(), "KMS_DSSE"));
  await push("app");
  await rekey("app", under(await newKey(), "KMS_DSSE"));
  await finish();
  for (const { wrappedKey } of await objectsOf("app")) expect(layersUnder(wrappedKey)).toBe(2);
});
