/** The work of putting a repository under another key: broken off, twice at once, on other stores. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MemoryBlobStore } from "../../src/adapters/blobs/memory.ts";
import type { MetadataStore } from "../../src/ports/metadata-store.ts";
import { encryptionDomain, manifestDomain } from "../../src/registry/encryption/domain.ts";
import { continueRekey } from "../../src/registry/rekeying/continue-rekey.ts";
import { changedStore } from "../support/changed-store.ts";
import { digestOf } from "../support/oci-client.ts";
import {
  closeServer,
  config,
  create,
  finish,
  isAllUnderItsKey,
  isWhole,
  layer,
  manifest,
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
  under,
  type Wanted,
} from "../support/rekey-server.ts";

beforeEach(() => openServer());
afterEach(closeServer);

describe("the work", () => {
  it("goes on where it ended, whatever it had done, and does nothing twice", async () => {
    const { ports } = server.opened;
    await create("app", under(await newKey()));
    await push("app");
    await rekey("app", under(await newKey()));
    const repository = await repositoryOf("app");
    const seen = new Set<string>();
    for (let rounds = 0; (await progress())?.doneObjects !== 3; rounds++) {
      expect(rounds).toBeLessThan(20);
      const controller = new AbortController();
      const metadata = afterCommit(ports.metadata, () => controller.abort(new Error("stopped")));
      const run = continueRekey({ ...ports, metadata }, repository, controller.signal, 1);
      await expect(run).rejects.toThrow("stopped");
      seen.add(JSON.stringify(await ports.metadata.rekeys.find(repository)));
      await pulls("app");
    }
    expect(seen.size).toBeGreaterThan(4);
    await finish();
    expect(await progress()).toMatchObject({ doneObjects: 3, rewrappedObjects: 3 });
    await isWhole();
  });

  it("is done once by two workers at once, beside pulls, pushes, mounts and another rekey", async () => {
    const { ports, clock } = server.opened;
    const [from, to] = [await newKey(), await newKey()];
    const names = ["app", "second", "old"];
    for (const name of names) await create(name, under(from));
    await create("new", under(to));
    for (const name of names) await push(name);
    for (const name of ["app", "second"]) await rekey(name, under(to));
    const { signal } = new AbortController();
    const worker = async (name: string) => {
      const repository = await repositoryOf(name);
      for (let rounds = 0; rounds < 20; rounds++) {
        const again = await continueRekey(ports, repository, signal, 1);
        if (again === undefined) return;
        clock.set(Math.max(again, clock.now()));
      }
    };
    const mount = async (name: string, source: string) => {
      const digest = digestOf(layer);
      const target = `/v2/${name}/blobs/uploads/?mount=${digest}&from=${source}`;
      expect([201, 202]).toContain((await server.client().send("POST", target)).status);
    };
    await Promise.all([
      ...["app", "app", "second", "second"].map(worker),
      ...["app", "second", "old"].flatMap((name) => [pulls(name), push(name, "v2"), pulls(name)]),
      ...["app", "second"].flatMap((name) => [mount("old", name), mount("new", name)]),
    ]);
    for (const name of ["app", "second"]) await finish(name);
    for (const name of [...names, "new"]) {
      expect(await isAllUnderItsKey(name), name).toBe(true);
      const domain = encryptionDomain(await repositoryOf(name));
      for (const object of await objectsOf(name)) {
        expect(object.domain.replace(/\/manifest\/.*/, "")).toBe(domain);
      }
    }
    for (const name of names) await pulls(name, "v2");
    await isWhole();
  });
});

describe("a push during which the repository is put under another key", () => {
  /** Has it put under the key when the next transaction is about to begin, whoever begins it. */
  function rekeyBeforeNext(to: Wanted): void {
    const { ports } = server.opened;
    const { metadata } = ports;
    const transaction: MetadataStore["transaction"] = async (work) => {
      Object.assign(ports, { metadata });
      await rekey("app", to);
      return metadata.transaction(work);
    };
    Object.assign(ports, { metadata: changedStore(metadata, { transaction }) });
  }

  it.each(["new", "there already"])("keeps a layer that is %s under the new one", async (what) => {
    const key = await newKey();
    for (const name of ["app", "other"]) await create(name, service);
    if (what === "there already") await push("other");
    const client = server.client();
    const at = await client.startUpload("app");
    const patched = await client.send("PATCH", at, { body: layer });
    rekeyBeforeNext(under(key));
    const put = `${patched.headers.get("location")}?digest=${digestOf(layer)}`;
    expect((await client.send("PUT", put)).status).toBe(201);
    const domain = encryptionDomain(await repositoryOf("app"));
    expect((await objectsOf("app")).map((object) => object.domain)).toEqual([domain]);
    expect(await isAllUnderItsKey("app")).toBe(true);
    const answer = await client.get(`/v2/app/blobs/${digestOf(layer)}`);
    expect(answer.body.equals(layer)).toBe(true);
    await finish();
    await isWhole();
  });

  it("keeps a manifest under the new one", async () => {
    await create("app", service);
    const client = server.client();
    for (const blob of [layer, config]) await client.pushBlob("app", blob);
    const before = (await objectsOf("app")).map(({ id }) => id);
    rekeyBeforeNext(under(await newKey()));
    expect((await client.putManifest("app", "v1", manifest)).status).toBe(201);
    const repository = await repositoryOf("app");
    const added = (await objectsOf("app")).filter(({ id }) => !before.includes(id));
    expect(added.map((object) => object.domain)).toEqual([manifestDomain(repository)]);
    await finish();
    await pulls("app");
    await isWhole();
  });
});

/** The same store, and something that is done after each of its transactions. */
function afterCommit(metadata: MetadataStore, then: () => void): MetadataStore {
  const transaction: MetadataStore["transaction"] = async (work) => {
    const result = await metadata.transaction(work);
    then();
    return result;
  };
  return Object.assign(Object.create(metadata) as MetadataStore, { transaction });
}

it("seals what its store encrypted by itself, and leaves what was sealed when it goes back", async () => {
  await closeServer();
  await openServer(new MemoryBlobStore({ encrypts: true }));
  await create("app", service);
  await push("app");
  await rekey("app", under(await newKey()));
  await finish();
  expect(await progress()).toMatchObject({ copiedObjects: 2, rewrappedObjects: 1 });
  for (const { wrappedKey } of await objectsOf("app")) expect(wrappedKey.length).toBeGreaterThan(0);
  expect(await isAllUnderItsKey("app")).toBe(true);
  await pulls("app");
  await isWhole(); // What was there before is reclaimed by that.
  await rekey("app", service);
  await finish();
  expect(await progress()).toMatchObject({ copiedObjects: 0, rewrappedObjects: 3 });
  await pulls("app");
  await isWhole();
});
