import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { imageManifest, openTestRegistry, TestRegistry } from "../../../test/support/ecr.ts";
import { RegistryMemory } from "../../registry/memory.ts";
import { deleteServiceQuota } from "./delete-service-quota.ts";
import { listServiceQuotas } from "./list-service-quotas.ts";
import { putServiceQuota } from "./put-service-quota.ts";

let registry: TestRegistry;
beforeEach(async () => {
  registry = await openTestRegistry();
});
afterEach(() => registry.close());

const repositories = "L-CFEB8E8D";
const images = "L-03A36CE1";

/** The same store as another replica sees it. */
function replica(): TestRegistry {
  const { ports } = registry.environment;
  return new TestRegistry({
    ...{ ports: { ...ports, memory: new RegistryMemory() }, clock: registry.clock },
    ...{ dump: () => registry.dump(), close: async () => undefined },
  });
}

describe("service quotas", () => {
  it("are those of ECR until they are adjusted, and again after", async () => {
    const before = (await registry.ask(listServiceQuotas, {})).quotas;
    expect(before).toContainEqual({
      ...{ quotaCode: images, quotaName: "Images per repository", unit: "None" },
      ...{ value: 100_000, defaultValue: 100_000, adjustable: true },
    });
    expect(before.filter(({ adjustable }) => adjustable).map(({ quotaCode }) => quotaCode)).toEqual(
      [repositories, images],
    );
    expect(before).toContainEqual(
      expect.objectContaining({ quotaName: "Tags per image", value: 1_000, adjustable: false }),
    );
    const { quota } = await registry.ask(putServiceQuota, { quotaCode: images, desiredValue: 7 });
    expect(quota).toMatchObject({ value: 7, defaultValue: 100_000 });
    expect((await registry.ask(listServiceQuotas, {})).quotas).toContainEqual(quota);
    for (let n = 0; n < 2; n++) await registry.ask(deleteServiceQuota, { quotaCode: images });
    expect((await registry.ask(listServiceQuotas, {})).quotas).toEqual(before);
  });

  it("limit the repositories of a registry, also when many are made at once", async () => {
    await registry.ask(putServiceQuota, { quotaCode: repositories, desiredValue: 3 });
    const made = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) => registry.createRepository(`app-${n}`)),
    );
    const refused = made.flatMap((end) => (end.status === "rejected" ? [end.reason] : []));
    expect(refused).toHaveLength(5);
    for (const error of refused) {
      expect(error).toMatchObject({
        kind: "LimitExceeded",
        message:
          "The registry with id '000000000000' already has the maximum allowed number of repositories which is '3'",
      });
    }
    await registry.ask(putServiceQuota, { quotaCode: repositories, desiredValue: 4 });
    await registry.createRepository("one-more");
  });

  it("limit the images of a repository: at once here, within five seconds elsewhere", async () => {
    const other = replica();
    await registry.createRepository("app");
    for (const each of [registry, other]) await each.pushImage("app", `first of ${each === other}`);
    await registry.ask(putServiceQuota, { quotaCode: images, desiredValue: 2 });
    const refusal = {
      kind: "LimitExceeded",
      message:
        "The repository with name 'app' in registry with id '000000000000' already has the maximum allowed number of images which is '2'",
    };
    await expect(registry.pushImage("app", "second")).rejects.toMatchObject(refusal);
    // What is there can be tagged.
    const config = Buffer.from(JSON.stringify({ content: "first of true" }));
    await registry.putManifest("app", imageManifest(config), { imageTag: "again" });
    registry.clock.advance(5_000);
    await expect(other.pushImage("app", "third")).rejects.toMatchObject(refusal);
    await other.ask(putServiceQuota, { quotaCode: images, desiredValue: 3 });
    await other.pushImage("app", "fourth");
  });

  it("are asked for once in a while, however much is pushed", async () => {
    await registry.createRepository("app");
    const { serviceQuotas } = registry.environment.ports.metadata;
    let asked = 0;
    const { of } = serviceQuotas;
    serviceQuotas.of = (...from) => {
      asked += 1;
      return of.apply(serviceQuotas, from);
    };
    for (let n = 0; n < 9; n++) await registry.pushImage("app", String(n));
    expect(asked).toBe(1);
  });

  it.each([
    [{ quotaCode: "L-00000000", desiredValue: 1 }, "ResourceNotFound"],
    [{ quotaCode: "tags-per-image", desiredValue: 1 }, "InvalidParameter"],
    [{ quotaCode: images, desiredValue: 0 }, "InvalidParameter"],
    [{ quotaCode: images, desiredValue: 10_000_001 }, "InvalidParameter"],
    [{ quotaCode: images }, "InvalidParameter"],
  ])("take no %j", async (input, kind) => {
    await expect(registry.ask(putServiceQuota, input)).rejects.toMatchObject({ kind });
  });
});
