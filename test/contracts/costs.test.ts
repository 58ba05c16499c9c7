/** What is said to be shared and to be saved, against what is there and what is given back, on every database. */
import { describe, expect, it } from "vitest";
import type { FixedClock } from "../../src/adapters/clock/fixed.ts";
import { batchDeleteImage } from "../../src/operations/ecr/batch-delete-image.ts";
import { batchGetImage } from "../../src/operations/ecr/batch-get-image.ts";
import { createRepository } from "../../src/operations/ecr/create-repository.ts";
import { estimateCost } from "../../src/operations/entrepot/estimate-cost.ts";
import { getCostSummary } from "../../src/operations/entrepot/get-cost-summary.ts";
import {
  type CostSavingAnswer,
  listCostSavings,
} from "../../src/operations/entrepot/list-cost-savings.ts";
import { putPriceTable } from "../../src/operations/entrepot/put-price-table.ts";
import { operations } from "../../src/operations/index.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { costLimits } from "../../src/registry/cost/cost-limits.ts";
import { isRegistryError } from "../../src/registry/errors.ts";
import { flushPulls } from "../../src/registry/images/record-pull.ts";
import { runLifecycle } from "../../src/registry/lifecycle/run-lifecycle.ts";
import type { ObjectId } from "../../src/registry/names.ts";
import { sampleUsage } from "../../src/registry/usage/sample-usage.ts";
import { assessmentRound } from "../../src/workers/assess-costs.ts";
import { reclaimOnce } from "../../src/workers/reclaim.ts";
import { imageManifest, TestRegistry } from "../support/ecr.ts";
import { metadataStores, registry, repositoryName } from "./metadata-stores.ts";
import { never, Pusher } from "./pusher.ts";

const day = 86_400_000;

describe.each(metadataStores)("costs on $name", ({ open }) => {
  const opened = async () => {
    const { ports } = new Pusher((await open()).store);
    const clock = ports.clock as FixedClock;
    const nothing = { dump: async () => "", close: async () => undefined };
    return { ports, clock, client: new TestRegistry({ ports, clock, ...nothing }) };
  };

  it("tell shared bytes from a repository's own as a recount does", async () => {
    const { ports, clock, client } = await opened();
    clock.set(Date.UTC(2027, 5, 1));
    const layers = [0, 1, 2, 3].map((n) => Buffer.alloc(50_000 * (n + 1), String(n)));
    const holdings = { aa: [0, 1], bb: [0, 2], cc: [2, 3], dd: [3] };
    for (const [name, held] of Object.entries(holdings)) {
      await client.createRepository(name);
      await push(
        client,
        name,
        name,
        held.map((n) => layers[n]!),
      );
    }
    await look(ports);
    const { own, stored } = await recount(ports);
    for (const [id, bytes] of own) {
      const assessment = await ports.metadata.costs.assessment({ registry, id });
      expect(assessment).toMatchObject({ ownBytes: bytes });
    }
    const alone = [...own.values()].reduce((sum, each) => sum + each, 0);
    expect(alone).toBeLessThan(stored);
    clock.set(Date.UTC(2027, 6, 1));
    const prices = { figures: { storage: { amount: "1024" } } };
    await client.ask(putPriceTable, { priceTable: prices });
    const summary = await client.ask(getCostSummary, { month: "2027-06" });
    const micro = (bytes: number) => (bytes * 1024) / 2 ** 30;
    expect(Number(summary.total.exactAmount)).toBeCloseTo(micro(stored), 9);
    const line = (kind: string, key: string) =>
      Number(summary.lines.find((each) => each.kind === kind && each.key === key)?.exactAmount);
    expect(line("SHARED", "")).toBeCloseTo(micro(stored - alone), 9);
    for (const name of Object.keys(holdings)) {
      const repository = await ports.metadata.repositories.find(registry, repositoryName(name));
      expect(line("REPOSITORY", name)).toBeCloseTo(micro(own.get(repository!.id)!), 9);
    }
  }, 60_000);

  it("are told by the value of a tag, and page by page", async () => {
    const { ports, clock, client } = await opened();
    clock.set(Date.UTC(2027, 5, 1));
    for (const [name, team] of Object.entries({ aa: "x", bb: "y", cc: "x", dd: undefined })) {
      const tags = team === undefined ? [] : [{ Key: "team", Value: team }];
      await client.ask(createRepository, { repositoryName: name, tags });
      await push(client, name, name, [Buffer.alloc(10_000, name)]);
    }
    await look(ports);
    clock.advance(10 * day);
    const wish = { groupBy: "TAG", tagKey: "team" };
    const { lines } = await client.ask(getCostSummary, wish);
    const amounts = new Map(lines.map((line) => [line.key || line.kind, Number(line.exactAmount)]));
    expect([...amounts.keys()].toSorted()).toEqual(["REGISTRY", "SHARED", "UNTAGGED", "x", "y"]);
    expect(amounts.get("x")).toBeCloseTo(2 * amounts.get("y")!, 8);
    expect(amounts.get("SHARED")).toBe(0);
    const all = (await client.ask(listCostSavings, {})).savings;
    const paged: (typeof all)[number][] = [];
    let next: { nextToken?: string } | undefined = {};
    while (next !== undefined) {
      const page: { savings: typeof all; nextToken?: string } = await client.ask(listCostSavings, {
        ...{ maxResults: 1, ...next },
      });
      paged.push(...page.savings);
      next = page.nextToken === undefined ? undefined : { nextToken: page.nextToken };
    }
    expect([paged, paged.length]).toEqual([all, 4]);
  }, 60_000);

  it("are saved by each call exactly as it was said, one after the other", async () => {
    const { ports, clock, client } = await opened();
    client.keepTrash(30);
    await client.createRepository("app");
    await client.createRepository("other");
    const layer = (n: number) => Buffer.alloc(40_000 + n, `layer ${n}`);
    const base = layer(0);
    const elsewhere = layer(9);
    await push(client, "other", "latest", [elsewhere]);
    await push(client, "app", "moved", [base, layer(1), layer(4), elsewhere]);
    await push(client, "app", "moved", [base, layer(2)]); // Leaves the first one without a tag.
    await push(client, "app", "forgotten", [base, layer(1), layer(3)]);
    clock.advance((costLimits.unpulledDays + 1) * day);
    await pulled(client, ports, "moved");
    await push(client, "app", "kept", [base, layer(6)]);
    clock.advance((costLimits.archiveDays + 1) * day);
    await pulled(client, ports, "kept");
    await push(client, "app", "gone", [base, layer(5)]);
    clock.advance(2 * day); // Leases end.
    await deleteTag(client, "gone");
    await settle(ports, clock); // What was uploaded twice is there once.
    await look(ports);
    const { savings } = await client.ask(listCostSavings, { repositoryName: "app" });
    const found = new Map(savings.map((saving) => [saving.kind, saving]));
    expect([...found.keys()].toSorted()).toEqual(["ARCHIVE", "TRASH", "UNPULLED", "UNTAGGED"]);
    // Each call has the rules that are there by then in it.
    const again = async (kind: string) =>
      (await client.ask(listCostSavings, { repositoryName: "app" })).savings.find(
        (each) => each.kind === kind,
      )!;
    for (const kind of ["TRASH", "UNTAGGED", "UNPULLED"]) {
      const { bytes, call } = await again(kind);
      const before = await storedPlain(ports);
      await make(client, call!);
      client.keepTrash(0);
      await settle(ports, clock);
      expect([kind, before - (await storedPlain(ports))]).toEqual([kind, bytes]);
      expect(bytes).toBeGreaterThan(39_000);
    }
    const repository = (await ports.metadata.repositories.find(registry, repositoryName("app")))!;
    const archived = async () =>
      (await ports.metadata.usage.levels.archived({ limit: 9 })).find(
        (each) => each.repository === repository.id,
      )?.bytes ?? 0;
    expect(await archived()).toBe(0);
    const { bytes, call, amount } = await again("ARCHIVE");
    expect(bytes).toBeGreaterThan(39_000);
    await make(client, call!);
    await settle(ports, clock);
    expect(await archived()).toBe(bytes);
    expect(amount).toBe("0.00");
  }, 60_000);

  it("find tags that an index would replace, uncompressed layers, and who has no rules", async () => {
    const { ports, client } = await opened();
    await client.createRepository("app");
    const images = new Map<string, string>();
    for (const architecture of ["amd64", "arm64"]) {
      const config = Buffer.from(JSON.stringify({ architecture, os: "linux" }));
      const content = Buffer.alloc(1_000, architecture);
      for (const each of [config, content]) await client.pushLayer("app", each);
      const manifest = imageManifest(config, content);
      manifest.layers[0]!.mediaType = "application/vnd.oci.image.layer.v1.tar";
      const imageTag = `v1-${architecture}`;
      images.set(architecture, await client.putManifest("app", manifest, { imageTag }));
    }
    await look(ports);
    const { savings, sums } = await client.ask(listCostSavings, {});
    const found = new Map(savings.map((saving) => [saving.kind, saving]));
    expect([...found.keys()].toSorted()).toEqual(["ARCHITECTURES", "NO_POLICY", "UNCOMPRESSED"]);
    expect(sums?.map(({ kind, findings }) => [kind, findings])).toEqual([
      ["UNCOMPRESSED", 1],
      ["ARCHITECTURES", 1],
      ["NO_POLICY", 1],
    ]);
    expect(found.get("UNCOMPRESSED")).toMatchObject({ items: 2, bytes: 0, affectedBytes: 2_000 });
    await make(client, found.get("NO_POLICY")!.call!);
    await make(client, found.get("ARCHITECTURES")!.call!);
    const index = await ports.metadata.images.resolve(registry, repositoryName("app"), {
      tag: "v1" as never,
    });
    const children = await ports.metadata.images.references(
      index!.repository,
      index!.image!.digest,
    );
    expect(children.map(({ kind, digest }) => [kind, digest])).toEqual([
      ["child", images.get("amd64")],
      ["child", images.get("arm64")],
    ]);
    (ports.clock as FixedClock).advance(2 * day);
    await look(ports);
    const left = (await client.ask(listCostSavings, {})).savings.map(({ kind }) => kind);
    expect(left).toEqual(["UNCOMPRESSED"]);
    expect((await client.ask(estimateCost, { keys: 2 })).total.amount).toBe("2.00");
  }, 60_000);
});

async function push(
  client: TestRegistry,
  repositoryName: string,
  imageTag: string,
  layers: readonly Buffer[],
): Promise<string> {
  const config = Buffer.from(JSON.stringify({ repositoryName, imageTag, layers: layers.length }));
  for (const content of [config, ...layers]) {
    await client.pushLayer(repositoryName, content).catch((error: unknown) => {
      if (!isRegistryError(error, "LayerAlreadyExists")) throw error;
    });
  }
  return client.putManifest(repositoryName, imageManifest(config, ...layers), { imageTag });
}

async function pulled(client: TestRegistry, ports: Ports, imageTag: string): Promise<void> {
  await client.ask(batchGetImage, { repositoryName: "app", imageIds: [{ imageTag }] });
  await flushPulls(ports);
}

function deleteTag(client: TestRegistry, imageTag: string) {
  return client.ask(batchDeleteImage, { repositoryName: "app", imageIds: [{ imageTag }] });
}

/** Asks for what a finding says. */
async function make(
  client: TestRegistry,
  call: NonNullable<CostSavingAnswer["call"]>,
): Promise<void> {
  await client.ask(operations.find(({ name }) => name === call.operation)!, call.input);
}

/** Looks at everything as the workers do. */
async function look(ports: Ports): Promise<void> {
  await sampleUsage(ports, never);
  await assessmentRound(ports, never, (error) => {
    throw error;
  });
}

/** Runs the rules, and gives back what nothing stands on any more. */
async function settle(ports: Ports, clock: FixedClock): Promise<void> {
  const app = (await ports.metadata.repositories.find(registry, repositoryName("app")))!;
  await runLifecycle(ports, app, { trashMs: 0 });
  for (let round = 0; round < 3; round++) {
    clock.advance(3_600_000);
    await reclaimOnce(ports);
  }
}

async function storedPlain({ metadata }: Ports): Promise<number> {
  const objects = await metadata.objects.list({ limit: 1_000 });
  return objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** What every repository alone holds, from all rows, and what is stored in all. */
async function recount({ metadata }: Ports) {
  const holders = new Map<ObjectId, Set<string>>();
  for (const { id } of await metadata.repositories.list(registry, { limit: 1_000 })) {
    const repository = { registry, id };
    const layers = await metadata.layers.list(repository, { limit: 1_000 });
    const links = await metadata.images.links(repository, { limit: 1_000 });
    for (const { object } of [...layers, ...links]) {
      holders.set(object, (holders.get(object) ?? new Set()).add(id));
    }
  }
  const own = new Map<string, number>();
  let stored = 0;
  for (const { id, sealedBytes } of await metadata.objects.list({ limit: 1_000 })) {
    stored += sealedBytes;
    const [holder, ...others] = holders.get(id) ?? [];
    if (holder === undefined || others.length > 0) continue;
    own.set(holder, (own.get(holder) ?? 0) + sealedBytes);
  }
  return { own, stored };
}
