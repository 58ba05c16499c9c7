import { afterEach, beforeEach, expect, it } from "vitest";
import { type TestPorts, testPorts } from "../../test/support/ports.ts";
import { copiedTable, type RowStore } from "../ports/row-copy.ts";
import { digestOf } from "../registry/digest.ts";
import { sealWhole } from "../registry/encryption/sealed-format.ts";
import { newObjectId } from "../registry/layers/upload-layer.ts";
import type { AccountId, Digest, Region, RepositoryName } from "../registry/names.ts";
import { countQuota } from "../registry/quotas/count-quota.ts";
import { putQuota } from "../registry/quotas/put-quota.ts";
import { createRepository } from "../registry/repositories/create-repository.ts";
import type { Repository } from "../registry/repositories/repository.ts";
import { checkStore } from "./check-store.ts";

let opened: TestPorts;
beforeEach(async () => {
  opened = await testPorts();
});
afterEach(() => opened.close());

const registry = { account: "000000000000" as AccountId, region: "us-east-1" as Region };

/** Keeps content under a digest, be it its own or not. */
async function keep(content: Buffer, digest: Digest): Promise<void> {
  const { ports } = opened;
  const id = newObjectId();
  const { plain, wrapped } = await ports.keys.createDataKey({ registry, object: id });
  const sealed = sealWhole(plain, id, content);
  const object = {
    ...{ id, registry, domain: "test", digest, wrappedKey: wrapped, state: "live" as const },
    ...{ sizeBytes: content.length, sealedBytes: sealed.length, layout: String(content.length) },
    ...{ placement: "metadata" as const, place: "", createdAt: ports.clock.now() },
  };
  await ports.metadata.transaction((change) => change.objects.insertIfAbsent(object, sealed));
}

it.each(["sha256", "sha512"] as const)(
  "tells of content that does not hash to its digest by %s",
  async (algorithm) => {
    const [right, other] = [Buffer.from("right"), Buffer.from("other")];
    await keep(right, digestOf(right, algorithm));
    const before = await checkStore(opened.ports, { repair: false });
    expect(before).toMatchObject({ objects: 1, problems: [] });
    const wrong = digestOf(Buffer.from("wrong"), algorithm);
    await keep(other, wrong);
    const { problems } = await checkStore(opened.ports, { repair: false });
    expect(problems.map(({ kind }) => kind)).toEqual(["damaged-object"]);
    const found = `hashes to ${digestOf(other, algorithm)} instead of ${wrong}`;
    expect(problems[0]?.message).toContain(found);
  },
);

it("tells of counters that differ from a recount, and mends them when asked to", async () => {
  const { ports } = opened;
  const repository = await createRepository(ports, {
    registry,
    name: "app" as RepositoryName,
    tagMutability: { mode: "MUTABLE", exclusionFilters: [] },
    scanOnPush: false,
    encryption: { type: "AES256" },
    resourceTags: new Map(),
  });
  await ports.metadata.transaction((change) =>
    change.repositories.adjust(repository, { imageCount: 2, sizeBytes: 70 }),
  );
  const problem = {
    kind: "wrong-counter",
    message: "repository 'app' counts 2 images and 70 bytes, and has 0 and 0",
  };
  const found = await checkStore(ports, { repair: false });
  expect(found.problems).toEqual([{ ...problem, repaired: false }]);
  const mended = await checkStore(ports, { repair: true });
  expect(mended.problems).toEqual([{ ...problem, repaired: true }]);
  expect((await checkStore(ports, { repair: false })).problems).toEqual([]);
  expect(await ports.metadata.repositories.totals()).toEqual({
    repositories: 1,
    images: 0,
    sizeBytes: 0,
  });
});

it("tells of rows that say another worst finding than scans do, and mends them when asked to", async () => {
  const { ports } = opened;
  const repository = await createRepository(ports, {
    ...{ registry, name: "app" as RepositoryName, scanOnPush: false },
    ...{ tagMutability: { mode: "MUTABLE", exclusionFilters: [] } },
    ...{ encryption: { type: "AES256" }, resourceTags: new Map() },
  });
  const { rows } = ports.metadata as typeof ports.metadata & { readonly rows: RowStore };
  const row = { ...registry, id: repository.id, worst_basic: 6 };
  await rows.change([{ kind: "update", table: copiedTable("repository"), row }]);
  const problem = {
    kind: "wrong-counter",
    message: "in 'app' 1 rows tell another worst finding than scans do",
  };
  const found = await checkStore(ports, { repair: false });
  expect(found.problems).toEqual([{ ...problem, repaired: false }]);
  const mended = await checkStore(ports, { repair: true });
  expect(mended.problems).toEqual([{ ...problem, repaired: true }]);
  expect((await checkStore(ports, { repair: false })).problems).toEqual([]);
});

it("tells of a quota that counts wrong, or not all it should, and mends it when asked to", async () => {
  const { ports } = opened;
  const wanted = { prefix: "team", unit: "BYTES", soft: undefined, hard: 100 } as const;
  const { quota } = await putQuota(ports, registry, wanted);
  await countQuota(ports, registry, quota.id, new AbortController().signal);
  const made: Repository[] = [];
  for (const name of ["team/one", "team/two"]) {
    made.push(
      await createRepository(ports, {
        ...{ registry, name: name as RepositoryName, scanOnPush: false },
        ...{ tagMutability: { mode: "MUTABLE", exclusionFilters: [] } },
        ...{ encryption: { type: "AES256" }, resourceTags: new Map() },
      }),
    );
  }
  await ports.metadata.transaction(async (change) => {
    await change.repositories.setQuotas(made[0]!, []);
    await change.quotaUsage.add(registry, quota.id, 90);
    // What the repository counts is wrong too, and is mended before.
    await change.repositories.adjust(made[1]!, { sizeBytes: 70 });
    await change.quotaUsage.add(registry, quota.id, 70);
  });
  const problems = [
    "repository 'team/two' counts 0 images and 70 bytes, and has 0 and 0",
    "the quota of bytes at 'team' counts 90, and its repositories have 0",
    "the quota of bytes at 'team' does not count the repository 'team/one'",
  ];
  const found = (await checkStore(ports, { repair: false })).problems;
  expect(found.map(({ kind }) => kind)).toEqual(["wrong-counter", "wrong-quota", "wrong-quota"]);
  const mended = (await checkStore(ports, { repair: true })).problems;
  expect(mended.map(({ message, repaired }) => [message, repaired])).toEqual(
    problems.map((message) => [message, true]),
  );
  expect((await checkStore(ports, { repair: false })).problems).toEqual([]);
  // Also what is still allowed.
  await ports.metadata.transaction(async ({ quotaUsage }) => {
    expect(await quotaUsage.charge(registry, quota.id, 101)).toBe(false);
  });
});
