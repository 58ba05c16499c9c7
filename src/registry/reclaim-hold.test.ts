import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, it } from "vitest";
import { imageManifest, TestRegistry } from "../../test/support/ecr.ts";
import { type TestPorts, testPorts } from "../../test/support/ports.ts";
import { someBytes } from "../../test/support/store.ts";
import { batchDeleteImage } from "../operations/ecr/batch-delete-image.ts";
import { reclaimAlone } from "../workers/reclaim.ts";
import { holdReclaim, reclaimName, releaseReclaim } from "./reclaim-hold.ts";

let opened: TestPorts;
beforeEach(async () => {
  opened = await testPorts();
  const registry = new TestRegistry(opened);
  await registry.createRepository("app");
  const blobs = [Buffer.from("{}"), someBytes(50_000)] as const;
  for (const blob of blobs) await registry.pushLayer("app", blob);
  await registry.putManifest("app", imageManifest(...blobs), { imageTag: "1" });
  await registry.ask(batchDeleteImage, { repositoryName: "app", imageIds: [{ imageTag: "1" }] });
});
afterEach(() => opened.close());

const second = 1_000;
const collect = () => reclaimAlone(opened.ports, { ignoreLeases: true });
const objects = async () => (await opened.ports.metadata.objects.totals()).objects;

it("keeps everything until it ends by itself, or is given up", async () => {
  const { ports, clock } = opened;
  const before = await objects();
  const mine = randomUUID();
  expect(await holdReclaim(ports, mine, 60 * second)).toBe("held");
  expect(await collect()).toBeUndefined();
  clock.advance(59 * second);
  expect(await holdReclaim(ports, mine, 60 * second)).toBe("held");
  clock.advance(59 * second);
  expect(await collect()).toBeUndefined();
  expect(await objects()).toBe(before);
  clock.advance(second);
  expect(await collect()).toMatchObject({ layers: 2 });

  await holdReclaim(ports, mine, 60 * second);
  await releaseReclaim(ports, mine);
  expect(await collect()).toBeDefined();
});

it("is one holder's at a time", async () => {
  const { ports } = opened;
  const [mine, yours] = [randomUUID(), randomUUID()];
  expect(await holdReclaim(ports, mine, second)).toBe("held");
  expect(await holdReclaim(ports, yours, second)).toBe("taken");
  await releaseReclaim(ports, yours);
  expect(await collect()).toBeUndefined();
});

it("begins when the collection that runs has ended, and no other begins before", async () => {
  const { ports } = opened;
  const mine = randomUUID();
  const end = await ports.exclusive.tryAcquire(reclaimName);
  expect(await holdReclaim(ports, mine, second)).toBe("busy");
  await end?.();
  expect(await collect()).toBeUndefined();
  expect(await holdReclaim(ports, mine, second)).toBe("held");
});
