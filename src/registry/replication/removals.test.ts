import { afterEach, beforeEach, expect, it } from "vitest";
import { account, deployment, imageManifest, TestRegistry } from "../../../test/support/ecr.ts";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import { putImage } from "../images/put-image.ts";
import type { Digest, Region, RepositoryName } from "../names.ts";
import { RemovedLater } from "./alive-at.ts";
import { applyRemovals } from "./apply-removals.ts";

const registry = { account, region: deployment.region };
const from = { account, region: "eu-west-1" as Region };
const name = "app" as RepositoryName;
const config = Buffer.from("{}");
const manifest = Buffer.from(JSON.stringify(imageManifest(config)));

let opened: TestPorts;
let digest: Digest;
beforeEach(async () => {
  opened = await testPorts();
  const test = new TestRegistry(opened);
  await test.createRepository(name);
  await test.pushLayer(name, config);
  digest = (await test.putManifest(name, imageManifest(config))) as Digest;
});
afterEach(() => opened.close());

const remove = (at: number) => {
  const removal = { kind: "IMAGE", target: digest, at } as const;
  const deleter = { by: "arn:aws:iam::000000000000:user/there", keepMs: 1_000 };
  return applyRemovals(opened.ports, registry, name, { from }, [removal], deleter);
};
const copy = (aliveAt: number) =>
  putImage(opened.ports, registry, name, {
    ...{ manifest, mediaType: undefined, tags: [], repeat: "accept" },
    replica: { from, aliveAt, movedAt: async () => undefined },
  });

it("a copy as old as the removal does not bring an image back, and one from after it does", async () => {
  const at = opened.clock.now();
  await remove(at);
  await expect(copy(at - 1)).rejects.toBeInstanceOf(RemovedLater);
  await expect(copy(at)).rejects.toBeInstanceOf(RemovedLater);
  expect((await copy(at + 1)).digest).toBe(digest);
});

it("a removal from a clock that runs ahead keeps nothing away that comes after it", async () => {
  const now = opened.clock.now();
  await remove(now + 86_400_000);
  await expect(copy(now)).rejects.toBeInstanceOf(RemovedLater);
  expect((await copy(now + 1)).digest).toBe(digest);
});
