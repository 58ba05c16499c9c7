import { afterEach, beforeEach, expect, it } from "vitest";
import { auditEntries } from "../../../test/support/audit.ts";
import { account, deployment, digestOf, TestRegistry } from "../../../test/support/ecr.ts";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import { replicationLimits } from "../../registry/replication/replication-limits.ts";
import { batchCheckLayerAvailability } from "../ecr/batch-check-layer-availability.ts";
import { putReplicaLayers } from "./put-replica-layers.ts";

const repositoryName = "team/app";
const contents = ["one", "two", ""].map((each) => Buffer.from(each));

let opened: TestPorts;
let registry: TestRegistry;
beforeEach(async () => {
  opened = await testPorts();
  registry = new TestRegistry(opened);
  await registry.createRepository(repositoryName);
});
afterEach(() => registry.close());

const given = (content: Buffer, layerDigest = digestOf(content)) => ({
  ...{ layerDigest, layerBlob: content.toString("base64") },
});
const put = (...layers: object[]) => registry.ask(putReplicaLayers, { repositoryName, layers });
async function held(...contentsOf: Buffer[]) {
  const layerDigests = contentsOf.map((each) => digestOf(each));
  const input = { repositoryName, layerDigests };
  const { layers } = await registry.ask(batchCheckLayerAvailability, input);
  return layers?.map(({ layerAvailability, layerSize }) => [layerAvailability, layerSize ?? 0]);
}

it("stores each layer under its digest, once, and the trail has no content", async () => {
  const answer = { layerDigests: contents.map((each) => digestOf(each)) };
  const all = contents.map((each) => given(each));
  expect(await put(...all)).toEqual(answer);
  expect(await put(...all, ...all)).toEqual({
    layerDigests: [...answer.layerDigests, ...answer.layerDigests],
  });
  expect(await held(...contents)).toEqual(contents.map(({ length }) => ["AVAILABLE", length]));
  const trail = JSON.stringify(
    await auditEntries(opened.ports, { account, region: deployment.region }),
  );
  expect(trail).toContain("PutReplicaLayers");
  expect(trail).toContain(digestOf(contents[0]!));
  expect(trail).not.toContain(contents[0]!.toString("base64"));
});

it("refuses bytes of another digest, what is no base64, and more than a request may bring", async () => {
  const [one, two] = contents as [Buffer, Buffer];
  await expect(put(given(one, digestOf(two)))).rejects.toMatchObject({ kind: "InvalidLayer" });
  const bad = { layerDigest: digestOf(one), layerBlob: "!" };
  await expect(put(bad)).rejects.toMatchObject({ kind: "InvalidParameter" });
  await expect(put()).rejects.toMatchObject({ kind: "InvalidParameter" });
  const half = (byte: string) =>
    given(Buffer.alloc(replicationLimits.peerSmallLayersBytes / 2 + 1, byte));
  await expect(put(half("a"), half("b"))).rejects.toMatchObject({ kind: "InvalidParameter" });
  expect(await held(one, two)).toEqual([
    ["UNAVAILABLE", 0],
    ["UNAVAILABLE", 0],
  ]);
});
