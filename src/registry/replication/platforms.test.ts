import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  account,
  callerOf,
  deployment,
  imageManifest,
  ociIndex,
  TestRegistry,
} from "../../../test/support/ecr.ts";
import { PeerDouble } from "../../../test/support/peer-double.ts";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import { settleReplication } from "../../../test/support/settle-replication.ts";
import { batchGetImage } from "../../operations/ecr/batch-get-image.ts";
import { describeImageReplicationStatus } from "../../operations/ecr/describe-image-replication-status.ts";
import { describeImages } from "../../operations/ecr/describe-images.ts";
import { listReplicationBackfills } from "../../operations/ecr/list-replication-backfills.ts";
import { putImage } from "../../operations/ecr/put-image.ts";
import { startReplicationBackfill } from "../../operations/ecr/start-replication-backfill.ts";
import { getReplicationOptions } from "../../operations/entrepot/get-replication-options.ts";
import { putReplicationOptions } from "../../operations/entrepot/put-replication-options.ts";
import type { Region } from "../names.ts";
import { putReplicationConfiguration } from "./replication-configuration.ts";

const west = "eu-west-1" as Region;
const there = "eu-west-2" as Region;
const repositoryName = "team/app";
const inWest = { ...callerOf(account), region: west };

let opened: TestPorts;
let registry: TestRegistry;
let peer: PeerDouble;
beforeEach(async () => {
  opened = await testPorts();
  registry = new TestRegistry(opened);
  peer = await PeerDouble.open(there);
  await registry.createRepository(repositoryName);
  const source = { account, region: deployment.region };
  const destinations = [west, there].map((region) => ({ account, region }));
  await putReplicationConfiguration(
    opened.ports,
    source,
    { rules: [{ destinations, prefixes: [] }] },
    { regions: deployment.regions, peerAccounts: new Map([[there, new Set([account])]]) },
  );
});
afterEach(async () => {
  await registry.close();
  await peer.registry.close();
});

const settle = () => settleReplication(opened, new Map([[there, peer]]));
const choose = (platforms: string[]) =>
  registry.ask(putReplicationOptions, {
    options: [west, there].map((region) => ({
      ...{ destination: { region, registryId: account }, platforms },
    })),
  });

interface Child {
  readonly digest: string;
  readonly platform: { readonly os: string; readonly architecture: string; variant?: string };
  readonly text: string;
}

/** An image for the platform, as its config says and an index will. */
async function pushFor(os: string, architecture: string, variant?: string): Promise<Child> {
  const platform = { os, architecture, ...(variant === undefined ? {} : { variant }) };
  const config = Buffer.from(JSON.stringify({ ...platform, rootfs: { type: "layers" } }));
  const layer = Buffer.from(`layer of ${os} ${architecture} ${variant}`);
  for (const each of [config, layer]) await registry.pushLayer(repositoryName, each);
  const manifest = imageManifest(config, layer);
  const digest = await registry.putManifest(repositoryName, manifest);
  return { digest, platform, text: JSON.stringify(manifest) };
}

function indexOf(children: readonly Child[]) {
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const manifests = children.map(({ digest, platform, text }) => ({
    ...{ mediaType, digest, size: Buffer.byteLength(text), platform },
  }));
  return { schemaVersion: 2, mediaType: ociIndex, manifests };
}

const atPlaces = [
  ["a region of this deployment", () => registry, () => inWest],
  ["another deployment", () => peer.registry, () => peer.caller],
] as const;

async function held(of: TestRegistry, caller: typeof inWest): Promise<string[]> {
  const { imageDetails = [] } = await of.ask(describeImages, { repositoryName }, caller);
  return imageDetails.map(({ imageDigest }) => imageDigest ?? "").toSorted();
}

describe("Platforms that are chosen", () => {
  it("are all that is copied of an index, which stays the same index, and of images", async () => {
    await choose(["linux/amd64", "linux/arm/v7"]);
    const amd = await pushFor("linux", "amd64");
    const v7 = await pushFor("linux", "arm", "v7");
    const v6 = await pushFor("linux", "arm", "v6");
    const windows = await pushFor("windows", "amd64");
    const attestation = await pushFor("unknown", "unknown");
    const all = [amd, v7, v6, windows, attestation];
    const text = JSON.stringify(indexOf(all));
    const index = await registry.putManifest(repositoryName, indexOf(all), { imageTag: "v1" });
    const others = indexOf([windows]);
    const foreign = await registry.putManifest(repositoryName, others, { imageTag: "windows" });
    await settle();
    for (const [place, of, caller] of atPlaces) {
      const found = await held(of(), caller());
      // A config of ARM's alone says no variant that counts: what is for ARM may be for v7.
      expect(found, place).toEqual(
        [amd, v7, v6, attestation]
          .map(({ digest }) => digest)
          .concat(index)
          .toSorted(),
      );
      const wanted = [{ imageTag: "v1" }, { imageDigest: windows.digest }];
      const answer = await of().ask(batchGetImage, { repositoryName, imageIds: wanted }, caller());
      expect(answer.images?.map(({ imageManifest: its }) => its)).toEqual([text]);
      expect(answer.failures).toMatchObject([{ failureCode: "ImageNotFound" }]);
    }
    const status = async (imageDigest: string) =>
      (
        await registry.ask(describeImageReplicationStatus, {
          ...{ repositoryName, imageId: { imageDigest } },
        })
      ).replicationStatuses?.map((each) => each.status);
    expect(await status(index)).toEqual(["COMPLETE", "COMPLETE"]);
    // What goes nowhere has no status, as if no rule led there.
    for (const digest of [windows.digest, foreign]) expect(await status(digest)).toEqual([]);
  });

  it("that are chosen later come by a backfill, and the index refers to them from then on", async () => {
    await choose(["linux/amd64"]);
    const [amd, arm] = [await pushFor("linux", "amd64"), await pushFor("linux", "arm64")];
    const both = indexOf([amd, arm]);
    const index = await registry.putManifest(repositoryName, both, { imageTag: "v1" });
    await settle();
    const region = west;
    const backfill = async () => {
      await registry.ask(startReplicationBackfill, {
        destination: { region, registryId: account },
      });
      await settle();
      const [last] = (await registry.ask(listReplicationBackfills, {})).backfills ?? [];
      return [last?.status, last?.progress];
    };
    // What is for other platforms does not count.
    expect(await backfill()).toMatchObject([
      "COMPLETE",
      { totalReplicationCount: 2, completedReplicationCount: 2, failedReplicationCount: 0 },
    ]);
    expect(await held(registry, inWest)).toEqual([amd.digest, index].toSorted());
    await choose([]);
    opened.clock.advance(1_000);
    expect((await backfill())[1]).toMatchObject({ completedReplicationCount: 3 });
    expect(await held(registry, inWest)).toEqual([amd.digest, arm.digest, index].toSorted());
    const inWestToo = { account, region: west };
    const { repositories, images } = opened.ports.metadata;
    const repository = await repositories.find(inWestToo, repositoryName as never);
    const references = await images.references(repository!, index as never);
    expect(references.map(({ digest }) => digest)).toEqual([amd.digest, arm.digest]);
  });

  it("let nobody else put an index without what it lists", async () => {
    await choose(["linux/amd64"]);
    const [amd, arm] = [await pushFor("linux", "amd64"), await pushFor("linux", "arm64")];
    await registry.putManifest(repositoryName, indexOf([amd, arm]), { imageTag: "v1" });
    await settle();
    const input = {
      ...{ repositoryName, imageManifest: JSON.stringify(indexOf([amd, arm])), imageTag: "v2" },
    };
    await expect(peer.registry.ask(putImage, input, peer.caller)).rejects.toMatchObject({
      kind: "ReferencedImagesNotFound",
    });
  });

  it("are refused by ECR itself, which wants all that an index lists", async () => {
    peer.unknown = () => true;
    await choose(["linux/amd64"]);
    const [amd, arm] = [await pushFor("linux", "amd64"), await pushFor("linux", "arm64")];
    const both = indexOf([amd, arm]);
    const imageDigest = await registry.putManifest(repositoryName, both, { imageTag: "v1" });
    await settle();
    const input = { repositoryName, imageId: { imageDigest } };
    const answer = await registry.ask(describeImageReplicationStatus, input);
    expect(answer.replicationStatuses).toContainEqual({
      ...{ region: there, registryId: account, status: "FAILED" },
      failureCode: "PlatformsNotSupported",
    });
    expect(await held(peer.registry, peer.caller)).toEqual([amd.digest]);
  });

  it("are told as they were put, and refused where they are none", async () => {
    await choose(["linux/amd64", "linux/arm/v7"]);
    const { options } = await registry.ask(getReplicationOptions, {});
    expect(options[0]).toMatchObject({ platforms: ["linux/amd64", "linux/arm/v7"] });
    await choose([]);
    const none = await registry.ask(getReplicationOptions, {});
    expect(none.options[0]).not.toHaveProperty("platforms");
    for (const word of ["linux", "Linux/amd64", "linux/amd64/v1/x", "linux/", "*/amd64"]) {
      await expect(choose([word]), word).rejects.toMatchObject({ kind: "InvalidParameter" });
    }
  });
});
