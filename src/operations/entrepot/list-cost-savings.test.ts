/** Findings as they are told: to whom, of what is there by now, and each with a call that does it. */
import { describe, expect, it, onTestFinished } from "vitest";
import {
  account,
  callerOf,
  digestOf,
  imageManifest,
  openTestRegistry,
  otherAccount,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { TestIam } from "../../../test/support/iam.ts";
import { addAccounts } from "../../../test/support/sessions.ts";
import { costLimits } from "../../registry/cost/cost-limits.ts";
import { flushPulls } from "../../registry/images/record-pull.ts";
import type { Region, RepositoryName } from "../../registry/names.ts";
import { assessmentRound } from "../../workers/assess-costs.ts";
import { batchDeleteImage } from "../ecr/batch-delete-image.ts";
import { batchGetImage } from "../ecr/batch-get-image.ts";
import { createRepository } from "../ecr/create-repository.ts";
import { deleteRepository } from "../ecr/delete-repository.ts";
import { putLifecyclePolicy } from "../ecr/put-lifecycle-policy.ts";
import { operations } from "../index.ts";
import { createKey } from "../kms/create-key.ts";
import { getCostForecast } from "./get-cost-forecast.ts";
import { getCostSummary } from "./get-cost-summary.ts";
import { type CostSavingAnswer, listCostSavings } from "./list-cost-savings.ts";
import { putPriceTable } from "./put-price-table.ts";

const day = 86_400_000;

async function opened(...names: string[]): Promise<TestRegistry> {
  const registry = await openTestRegistry();
  onTestFinished(() => registry.close());
  for (const name of names) await registry.createRepository(name);
  return registry;
}

/** Looks at everything anew. */
async function look(registry: TestRegistry): Promise<void> {
  const { ports } = registry.environment;
  await assessmentRound(ports, new AbortController().signal, (error) => {
    throw error;
  });
}

async function found(registry: TestRegistry, kind: CostSavingAnswer["kind"]) {
  const { savings } = await registry.ask(listCostSavings, {});
  return savings.filter((each) => each.kind === kind);
}

async function make(registry: TestRegistry, [saving]: CostSavingAnswer[]): Promise<void> {
  const { operation, input } = saving!.call!;
  await registry.ask(operations.find(({ name }) => name === operation)!, input);
}

async function push(registry: TestRegistry, name: string, imageTag: string): Promise<string> {
  const config = Buffer.from(JSON.stringify({ at: registry.clock.now(), imageTag }));
  const layer = Buffer.alloc(10_000, config);
  for (const content of [config, layer]) await registry.pushLayer(name, content);
  return registry.putManifest(name, imageManifest(config, layer), { imageTag });
}

async function pull(registry: TestRegistry, repositoryName: string, imageDigest: string) {
  await registry.ask(batchGetImage, { repositoryName, imageIds: [{ imageDigest }] });
  await flushPulls(registry.environment.ports);
}

describe("ListCostSavings", () => {
  it("tells nothing of a repository that another one has the name of by now", async () => {
    const registry = await opened("app");
    const digest = await push(registry, "app", "old");
    registry.clock.advance((costLimits.unpulledDays + 1) * day);
    await look(registry);
    const [{ call }] = (await found(registry, "UNPULLED")) as [CostSavingAnswer];
    expect(call?.input).toMatchObject({ imageIds: [{ imageDigest: digest }] });
    await registry.ask(deleteRepository, { repositoryName: "app", force: true });
    await registry.createRepository("app");
    expect((await registry.ask(listCostSavings, {})).savings).toEqual([]);
  });

  it("names images that still nobody pulls, and asks of untagged ones too whether somebody does", async () => {
    const registry = await opened("app");
    const wanted = await push(registry, "app", "moved");
    registry.clock.advance(1);
    const unwanted = await push(registry, "app", "moved");
    registry.clock.advance(1);
    await push(registry, "app", "moved"); // Both of them are without a tag now.
    registry.clock.advance((costLimits.untaggedDays + 1) * day);
    await pull(registry, "app", wanted);
    await look(registry);
    expect(await found(registry, "UNTAGGED")).toMatchObject([{ items: 1 }]);
    await registry.ask(batchDeleteImage, {
      ...{ repositoryName: "app", imageIds: [{ imageDigest: unwanted }] },
    });
    registry.clock.advance((costLimits.unpulledDays + 1) * day);
    const [one, other] = [await push(registry, "app", "a"), await push(registry, "app", "b")];
    registry.clock.advance((costLimits.unpulledDays + 1) * day);
    await look(registry);
    const digests = async () => {
      const [saving] = await found(registry, "UNPULLED");
      const { imageIds } = (saving?.call?.input ?? {}) as { imageIds?: { imageDigest: string }[] };
      return [saving?.items, new Set(imageIds?.map(({ imageDigest }) => imageDigest))] as const;
    };
    const [items, named] = await digests();
    expect([items, named.has(one), named.has(other)]).toEqual([3, true, true]);
    const [{ bytes }] = (await found(registry, "UNPULLED")) as [CostSavingAnswer];
    await pull(registry, "app", one);
    const [left, leftNamed] = await digests();
    expect([left, leftNamed.has(one), leftNamed.has(other)]).toEqual([2, false, true]);
    expect((await found(registry, "UNPULLED"))[0]!.bytes).toBeLessThan(bytes - 9_000);
  });

  it("tells the trash of a name once, with all that its call gives up, and not after that", async () => {
    const registry = await opened("app", "short");
    for (const days of [3, 30]) {
      registry.keepTrash(days);
      await push(registry, "app", "one");
      await registry.ask(deleteRepository, { repositoryName: "app", force: true });
      await registry.createRepository("app");
      registry.clock.advance(1);
    }
    registry.keepTrash(30);
    await push(registry, "app", "two");
    await registry.ask(batchDeleteImage, {
      ...{ repositoryName: "app", imageIds: [{ imageTag: "two" }] },
    });
    registry.keepTrash(3);
    await push(registry, "short", "one");
    await registry.ask(batchDeleteImage, {
      ...{ repositoryName: "short", imageIds: [{ imageTag: "one" }] },
    });
    await look(registry);
    const trash = await found(registry, "TRASH");
    expect(trash).toMatchObject([{ repositoryName: "app", items: 3 }]);
    expect(trash[0]!.bytes).toBeGreaterThan(30_000);
    await make(registry, trash);
    expect(await found(registry, "TRASH")).toEqual([]);
  });

  it("puts a rule before the one that would leave nothing to it, and tells nothing twice", async () => {
    const registry = await opened("app", "full");
    const any = { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 900 };
    for (const [repositoryName, rulePriority] of [
      ["app", 10],
      ["full", 1],
    ] as const) {
      const rule = { rulePriority, selection: any, action: { type: "expire" } };
      const lifecyclePolicyText = JSON.stringify({ rules: [rule] });
      await registry.ask(putLifecyclePolicy, { repositoryName, lifecyclePolicyText });
      await push(registry, repositoryName, "moved");
      registry.clock.advance(1);
      await push(registry, repositoryName, "moved");
    }
    registry.clock.advance((costLimits.untaggedDays + 1) * day);
    await look(registry);
    const untagged = await found(registry, "UNTAGGED");
    // Before a rule of the first priority there is no place.
    expect(untagged).toMatchObject([{ repositoryName: "app", items: 1 }]);
    const { extensionText } = untagged[0]!.call!.input as { extensionText: string };
    expect(JSON.parse(extensionText).rules).toMatchObject([{ rulePriority: 9 }]);
    await make(registry, untagged);
    expect(await found(registry, "UNTAGGED")).toEqual([]);
    registry.clock.advance(2 * day);
    await look(registry);
    expect(await found(registry, "UNTAGGED")).toEqual([]);
  });

  it("tells repositories for single architectures once, until an index is where it could be", async () => {
    const registry = await opened("app-amd64", "other/amd64", "other/arm64");
    const { KeyMetadata } = await registry.ask(createKey, {});
    const kmsKey = KeyMetadata?.Arn;
    await registry.ask(createRepository, {
      repositoryName: "app-arm64",
      encryptionConfiguration: { encryptionType: "KMS", kmsKey },
    });
    const base = Buffer.alloc(5_000, "base");
    for (const [name, tags] of Object.entries({
      "app-amd64": ["v1", "v2", "test"],
      "app-arm64": ["v1", "v2"],
      "other/amd64": ["a", "b", "c"],
      "other/arm64": ["a"],
    })) {
      for (const imageTag of tags) {
        const config = Buffer.from(JSON.stringify({ name, imageTag }));
        for (const content of imageTag === tags[0] ? [config, base] : [config]) {
          await registry.pushLayer(name, content);
        }
        await registry.putManifest(name, imageManifest(config, base), { imageTag });
      }
    }
    await look(registry);
    const [saving, ...others] = await found(registry, "ARCHITECTURE_REPOSITORIES");
    // Of the other two, most tags are not in both.
    expect(others).toEqual([]);
    expect(saving).toMatchObject({
      ...{ repositoryName: "app-amd64", items: 2, bytes: 0, estimatedBytes: 5_000 },
      repositoryNames: ["app-amd64", "app-arm64"],
      call: { operation: "ecr:CreateRepository", input: { repositoryName: "app" } },
    });
    const at = "localhost:5050";
    expect(saving?.commands?.[0]?.split(" ")).toEqual([
      ...["docker", "buildx", "imagetools", "create"],
      ...["--tag", `${at}/app:v1`, `${at}/app-amd64:v1`, `${at}/app-arm64:v1`],
    ]);
    await make(registry, [saving!]);
    await push(registry, "app", "v1");
    const [left] = await found(registry, "ARCHITECTURE_REPOSITORIES");
    expect([left?.call, left?.commands?.length]).toEqual([undefined, 1]);
    await push(registry, "app", "v2");
    expect(await found(registry, "ARCHITECTURE_REPOSITORIES")).toEqual([]);
  });

  it("guesses what uncompressed layers would give back, and of none that others hold too", async () => {
    const registry = await opened("app", "other");
    const shared = Buffer.alloc(3_000, "shared");
    for (const name of ["app", "other"]) {
      const config = Buffer.from(JSON.stringify({ name }));
      const own = Buffer.alloc(1_000, name);
      for (const content of [config, shared, own]) await registry.pushLayer(name, content);
      const manifest = imageManifest(config, shared, own);
      for (const layer of manifest.layers) {
        layer.mediaType = "application/vnd.oci.image.layer.v1.tar";
      }
      await registry.putManifest(name, manifest);
    }
    await look(registry);
    const guess = { bytes: 0, amount: "0.00", affectedBytes: 4_000, estimatedBytes: 500 };
    expect(await found(registry, "UNCOMPRESSED")).toMatchObject([guess, guess]);
  });

  it("guesses what zstd would leave of layers that were looked into, and of none beside", async () => {
    const registry = await opened("app", "other");
    const { metadata } = registry.environment.ports;
    const of = { account, region: "us-east-1" as Region };
    const large = Buffer.alloc(6_000_000, "known");
    const others = ["tight", "unknown", "shared"].map((text) => Buffer.alloc(2_000, text));
    const layers = [large, ...others];
    const config = Buffer.from("{}");
    for (const content of [config, ...layers]) await registry.pushLayer("app", content);
    await registry.putManifest("app", imageManifest(config, ...layers));
    await registry.pushLayer("other", layers[3]!);
    const repository = (await metadata.repositories.find(of, "app" as RepositoryName))!;
    const known = await metadata.layers.list(repository, { limit: 9 });
    const unpacked = [5_000_000_000, 2_000, undefined, 5_000_000_000];
    await metadata.transaction(async ({ scans }) => {
      for (const [index, unpackedBytes] of unpacked.entries()) {
        const digest = digestOf(layers[index]!);
        const { object } = known.find((each) => each.digest === digest)!;
        const empty = new Uint8Array();
        const inventory = { madeBy: "a", sizeBytes: 0, content: empty, wrappedKey: empty };
        await scans.putLayerInventory(of, object, { ...inventory, unpackedBytes });
      }
    });
    await look(registry);
    const [saving, ...more] = await found(registry, "RECOMPRESSION");
    // Of the other repository less than a mebibyte is known.
    expect(more).toEqual([]);
    expect(saving).toMatchObject({
      ...{ repositoryName: "app", items: 2, bytes: 0, affectedBytes: 6_002_000 },
      ...{ unpackedBytes: 10_000_000_000, estimatedBytes: 1_200_000, estimatedAmount: "0.00" },
    });
    expect(saving).not.toHaveProperty("call");
  });

  it("has nothing to say of an archive that costs as much", async () => {
    const registry = await opened("app");
    await push(registry, "app", "old");
    registry.clock.advance((costLimits.archiveDays + 1) * day);
    await look(registry);
    expect(await found(registry, "ARCHIVE")).toHaveLength(1);
    const priceTable = { figures: { archiveStorage: { amount: "0.10" } } };
    await registry.ask(putPriceTable, { priceTable });
    const { savings, sums } = await registry.ask(listCostSavings, {});
    const kinds = [...savings, ...(sums ?? [])].map(({ kind }) => kind);
    expect([kinds.length > 0, kinds.includes("ARCHIVE")]).toEqual([true, false]);
  });

  it("tells of repositories that the caller may ask of, and refuses the others", async () => {
    const registry = await opened("app", "secret");
    for (const name of ["app", "secret"]) await push(registry, name, "one");
    await look(registry);
    await addAccounts(registry.environment.ports, account, otherAccount);
    const iam = new TestIam(registry);
    const secret = "arn:aws:ecr:*:*:repository/secret";
    const Action = "entrepot:ListCostSavings";
    const most = await iam.user(
      "most",
      { Effect: "Allow", Action, Resource: "*" },
      { Effect: "Deny", Action, Resource: secret },
    );
    const one = await iam.user("one", { Effect: "Allow", Action, Resource: secret });
    const none = await iam.user("none");
    const names = async (input: object, caller: Parameters<TestRegistry["ask"]>[2]) =>
      (await registry.ask(listCostSavings, input, caller)).savings.map(
        ({ repositoryName }) => repositoryName,
      );
    const denied = { kind: "AccessDenied" };
    const ofSecret = { repositoryName: "secret" };
    expect(await names({}, most)).toEqual(["app"]);
    await expect(names(ofSecret, most)).rejects.toMatchObject(denied);
    expect(await names(ofSecret, one)).toEqual(["secret"]);
    await expect(names({}, one)).rejects.toMatchObject(denied);
    await expect(names(ofSecret, none)).rejects.toMatchObject(denied);
    for (const operation of [getCostSummary, getCostForecast]) {
      await expect(registry.ask(operation, {}, none)).rejects.toMatchObject(denied);
      await expect(
        registry.ask(operation, { scope: "ORGANIZATION" }, callerOf(otherAccount)),
      ).rejects.toMatchObject(denied);
    }
    const elsewhere = callerOf(otherAccount);
    expect(await names({}, elsewhere)).toEqual([]);
    await expect(names(ofSecret, elsewhere)).rejects.toMatchObject({ kind: "RepositoryNotFound" });
  });
});
