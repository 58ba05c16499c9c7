import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { metadataStores } from "../../test/contracts/metadata-stores.ts";
import { account, imageManifest, TestRegistry } from "../../test/support/ecr.ts";
import { policyText } from "../../test/support/identity.ts";
import { type TestPorts, testPorts } from "../../test/support/ports.ts";
import { scratchRows } from "../adapters/archive/archive-draft.ts";
import { MemoryBlobStore } from "../adapters/blobs/memory.ts";
import { batchDeleteImage } from "../operations/ecr/batch-delete-image.ts";
import { deleteRepository } from "../operations/ecr/delete-repository.ts";
import { tagResource } from "../operations/ecr/tag-resource.ts";
import { createAccessKey } from "../operations/iam/create-access-key.ts";
import { createUser } from "../operations/iam/create-user.ts";
import { deleteUser } from "../operations/iam/delete-user.ts";
import { putUserPolicy } from "../operations/iam/put-user-policy.ts";
import { updateUser } from "../operations/iam/update-user.ts";
import type { BlobStore } from "../ports/blob-store.ts";
import type { MetadataStore } from "../ports/metadata-store.ts";
import { copiedTables, type RowStore } from "../ports/row-copy.ts";
import { isRegistryError } from "../registry/errors.ts";
import { newJob } from "../registry/jobs/job.ts";
import { checkStore } from "./check-store.ts";
import { carriedRows } from "./copy/carried-rows.ts";
import { type MigrateOptions, type MigrationSource, migrate } from "./migrate.ts";
import { reclaimOnce } from "./reclaim.ts";
import type { CopyTarget } from "./restore.ts";

let opened: TestPorts;
let registry: TestRegistry;
let directory: string;
beforeEach(async () => {
  opened = await testPorts(new MemoryBlobStore());
  registry = new TestRegistry(opened);
  directory = await mkdtemp(join(tmpdir(), "entrepot-migrate-"));
});
afterEach(async () => {
  await opened.close();
  await rm(directory, { recursive: true });
});

const rowsOf = (metadata: MetadataStore) =>
  (metadata as MetadataStore & { readonly rows: RowStore }).rows;

function sourceOf(quiet?: MigrationSource["quiet"]): MigrationSource {
  const { metadata, blobs } = opened.ports;
  return { rows: rowsOf(metadata), blobs, store: "source", quiet };
}

/** A target whose keys are those of the source. */
function targetOf(metadata: MetadataStore, blobs: BlobStore): CopyTarget {
  const ports = { ...opened.ports, metadata, blobs };
  return { ports, rows: rowsOf(metadata), account, checkKeys: async () => {} };
}

const options: MigrateOptions = {
  verifyBytes: true,
  scratch: () => scratchRows(directory),
  onProgress: () => {},
};
const quiet = { stillQuiet: async () => true };

async function everything(rows: RowStore): Promise<Record<string, unknown[]>> {
  const found: Record<string, unknown[]> = {};
  for (const table of copiedTables) {
    const list: unknown[] = [];
    for await (const row of carriedRows(rows, table)) {
      const values = Object.entries(row).map(([column, value]) => [
        column,
        value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value,
      ]);
      list.push(Object.fromEntries(values.filter(([column]) => column !== "place")));
    }
    found[table.name] = list;
  }
  return found;
}

/** As a store that breaks down after so many of its writes, and then works again. */
class BreakingStore extends MemoryBlobStore {
  writesLeft = Number.POSITIVE_INFINITY;

  override stage(...parameters: Parameters<MemoryBlobStore["stage"]>) {
    this.#count();
    return super.stage(...parameters);
  }

  override publish(...parameters: Parameters<MemoryBlobStore["publish"]>) {
    this.#count();
    return super.publish(...parameters);
  }

  #count(): void {
    this.writesLeft -= 1;
    if (this.writesLeft < 0) throw new Error("the store broke down");
  }
}

const contents = [50_000, 50_001, 200].map((bytes) => randomBytes(bytes));

/** What clients and workers do with the source, each of which may be refused. */
const actions: Record<string, (name: string, pick: number) => Promise<unknown>> = {
  create: (name) => registry.createRepository(name),
  "delete repository": (repositoryName) =>
    registry.ask(deleteRepository, { repositoryName, force: true }),
  async "make anew"(repositoryName) {
    await registry.ask(deleteRepository, { repositoryName, force: true });
    await registry.createRepository(repositoryName);
  },
  async push(name, pick) {
    const config = Buffer.from(`{"n":${pick}}`);
    const layer = contents[pick % 3]!;
    for (const each of [config, layer]) await registry.pushLayer(name, each);
    const manifest = imageManifest(config, layer);
    await registry.putManifest(name, manifest, { imageTag: `t${pick % 2}` });
  },
  "delete image": (repositoryName, pick) =>
    registry.ask(batchDeleteImage, { repositoryName, imageIds: [{ imageTag: `t${pick % 2}` }] }),
  layer: (name, pick) => registry.pushLayer(name, contents[pick % 3]!),
  tag: (name, pick) =>
    registry.ask(tagResource, {
      resourceArn: `arn:aws:ecr:us-east-1:${account}:repository/${name}`,
      tags: [{ Key: `é${pick}`, Value: String(pick) }],
    }),
  async user(UserName, pick) {
    await registry.ask(createUser, { UserName, Path: `/p${pick}/` });
    if (pick % 2 === 0) await registry.ask(createAccessKey, { UserName });
  },
  "delete user": (UserName) => registry.ask(deleteUser, { UserName }),
  // Names are unique in more ways than one: at no moment may a copy have one twice.
  async "swap users"() {
    for (const [UserName, NewUserName] of ["aa-cc", "bb-aa", "cc-bb"].map((pair) =>
      pair.split("-"),
    )) {
      await registry.ask(updateUser, { UserName, NewUserName });
    }
  },
  policy: (UserName, pick) =>
    registry.ask(putUserPolicy, {
      ...{ UserName, PolicyName: `p${pick}` },
      PolicyDocument: policyText({ Effect: "Allow", Action: `ecr:${pick}`, Resource: "*" }),
    }),
  collect: () => reclaimOnce(opened.ports, { ignoreLeases: true }),
  async job(name, pick) {
    const now = opened.clock.now();
    const state = (["waiting", "running", "dead"] as const)[pick % 3]!;
    const job = { ...newJob({ kind: "scan", key: name, runAt: now }, now), state };
    await opened.ports.metadata.transaction(async ({ jobs }) => {
      await jobs.removeDead(undefined, "scan", name);
      const active = await jobs.lockActive(undefined, "scan", name);
      if (active !== undefined) await jobs.remove(active.id);
      await jobs.enqueue(job);
    });
  },
};

const step = fc.record({
  action: fc.constantFrom(...Object.keys(actions), "push", "push", "migrate", "migrate"),
  name: fc.constantFrom("aa", "bb"),
  pick: fc.nat(5),
  writesLeft: fc.constantFrom(0, 1, 3, Number.POSITIVE_INFINITY),
});

describe.each(metadataStores)("a migration to $name", ({ open }) => {
  it("has all that there is and nothing else, whatever happened before and between", async () => {
    const done = new Set<string>();
    await fc.assert(
      fc
        .asyncProperty(fc.array(step, { minLength: 4, maxLength: 25 }), async (steps) => {
          const { store: metadata } = await open();
          const blobs = new BreakingStore();
          const target = targetOf(metadata, blobs);
          for (const { action, name, pick, writesLeft } of steps) {
            if (action === "migrate") {
              blobs.writesLeft = writesLeft;
              const migrated = migrate(sourceOf(), target, options);
              await migrated.catch((error: Error) => {
                expect(error.message).toBe("the store broke down");
              });
              continue;
            }
            try {
              await actions[action]!(name, pick);
              done.add(action);
            } catch (error) {
              if (!isRegistryError(error)) throw error;
            }
          }
          blobs.writesLeft = Number.POSITIVE_INFINITY;
          const migrated = await migrate(sourceOf(quiet), target, options);
          expect(migrated).toMatchObject({ finished: true, verified: { problems: [] } });
          expect(await everything(target.rows)).toEqual(
            await everything(rowsOf(opened.ports.metadata)),
          );
          expect((await checkStore(target.ports, { repair: false })).problems).toEqual([]);
          expect(await readdir(directory)).toEqual([]);
        })
        .beforeEach(async () => {
          await opened.close();
          opened = await testPorts(new MemoryBlobStore());
          registry = new TestRegistry(opened);
          for (const name of ["aa", "bb"]) await registry.createRepository(name);
        }),
      { numRuns: 12 },
    );
    expect(done.size).toBeGreaterThan(5); // Most of them were not refused.
  }, 300_000);

  it("has another object in the place of one that was collected and pushed again", async () => {
    const target = targetOf((await open()).store, new MemoryBlobStore());
    for (const action of ["create", "push"]) await actions[action]!("aa", 0);
    await migrate(sourceOf(), target, options);
    await actions["delete image"]!("aa", 0);
    await reclaimOnce(opened.ports, { ignoreLeases: true });
    await actions.push!("aa", 0);
    const again = await migrate(sourceOf(quiet), target, options);
    expect(again).toMatchObject({ finished: true, resumed: true, verified: { problems: [] } });
    // The bytes of the first one are gone as well.
    expect((await Array.fromAsync(target.ports.blobs.list())).length).toBe(1);
  });

  it("keeps what is archived in the archive, also what is just on its way from there", async () => {
    const target = targetOf((await open()).store, new MemoryBlobStore());
    for (const action of ["create", "push"]) await actions[action]!("aa", 0);
    const { metadata, blobs } = opened.ports;
    const stored = (await metadata.objects.list({ limit: 9 })).find(
      ({ placement }) => placement === "blobs",
    )!;
    const archived = await blobs.transfer(stored.id, stored.place, "archive");
    const place = blobs.planTransfer(archived, "standard");
    await metadata.transaction((change) =>
      change.objects.setPlace(stored.id, stored.place, place, () => new Error("moved")),
    );
    expect(await migrate(sourceOf(quiet), target, options)).toMatchObject({
      finished: true,
      verified: { problems: [] },
    });
    expect((await target.ports.metadata.objects.find(stored.id))?.place).toBe("archive");
    expect(await Array.fromAsync(target.ports.blobs.list())).toMatchObject([{ place: "archive" }]);
  });

  it("is not finished when somebody writes to what was said to be quiet", async () => {
    const target = targetOf((await open()).store, new MemoryBlobStore());
    for (const action of ["create", "push"]) await actions[action]!("aa", 0);
    const writing = { ...options, onProgress: () => void actions.create!("bb", 0) };
    await expect(migrate(sourceOf(quiet), target, writing)).rejects.toThrow(/took writes/);
    const noticed = { stillQuiet: async () => false };
    await expect(migrate(sourceOf(noticed), target, options)).rejects.toThrow(/took writes/);
    expect(await migrate(sourceOf(quiet), target, options)).toMatchObject({ finished: true });
  });

  it("goes into nothing but an empty store, or its own half", async () => {
    const target = targetOf((await open()).store, new MemoryBlobStore());
    for (const action of ["create", "push"]) await actions[action]!("aa", 0);
    await migrate(sourceOf(), target, options);
    const other = { ...sourceOf(), store: "another" };
    await expect(migrate(other, target, options)).rejects.toThrow(
      /a part of the migration from source/,
    );
    await migrate(sourceOf(quiet), target, options);
    await expect(migrate(sourceOf(), target, options)).rejects.toThrow(/in use already/);
  });
});
