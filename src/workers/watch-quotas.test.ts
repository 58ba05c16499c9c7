import { afterEach, beforeEach, expect, it } from "vitest";
import { openTestRegistry, type TestRegistry } from "../../test/support/ecr.ts";
import { deleteQuota } from "../operations/entrepot/delete-quota.ts";
import { putQuota } from "../operations/entrepot/put-quota.ts";
import type { QuotaStanding } from "../registry/quotas/quota.ts";
import { watchQuotas } from "./watch-quotas.ts";

let registry: TestRegistry;
beforeEach(async () => {
  registry = await openTestRegistry();
});
afterEach(() => registry.close());

it("tells of a quota once for each time that it passes its soft limit", async () => {
  const told: string[] = [];
  const { run } = watchQuotas(({ quota, used }: QuotaStanding) => {
    told.push(`${quota.prefix} ${used}`);
  });
  const { signal } = new AbortController();
  const look = () =>
    run(registry.environment.ports, null, {
      ...{ registry: undefined, attempt: 1, signal, heartbeat: async () => undefined },
    });
  await registry.ask(putQuota, { prefix: "team", unit: "IMAGES", soft: 1 });
  await registry.ask(putQuota, { prefix: "", unit: "IMAGES", hard: 9 });
  await registry.createRepository("team/app");
  await registry.pushImage("team/app", "one");
  await look();
  expect(told).toEqual([]);
  await registry.pushImage("team/app", "two");
  await look();
  await look();
  expect(told).toEqual(["team 2"]);
  await registry.ask(putQuota, { prefix: "team", unit: "IMAGES", soft: 5 });
  await look();
  await registry.ask(putQuota, { prefix: "team", unit: "IMAGES", soft: 0 });
  await look();
  expect(told).toEqual(["team 2", "team 2"]);
  await registry.ask(deleteQuota, { prefix: "team", unit: "IMAGES" });
  await look();
  expect(told).toHaveLength(2);
});
