/** Copies that come from another region or another deployment: scanned as the registry says where they are. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { account, digestOf, imageManifest, ociManifest } from "../../../test/support/ecr.ts";
import {
  debianLayer,
  lodashLayer,
  ScannedRegistry,
} from "../../../test/support/scanned-registry.ts";
import { replicateOnce } from "../../../test/support/settle-replication.ts";
import { describeImageScanFindings } from "../../operations/ecr/describe-image-scan-findings.ts";
import { putRegistryScanningConfiguration } from "../../operations/ecr/put-registry-scanning-configuration.ts";
import { putReplicationConfiguration } from "../../operations/ecr/put-replication-configuration.ts";
import { getImageSbom } from "../../operations/entrepot/get-image-sbom.ts";
import { putReplica } from "../../operations/entrepot/put-replica.ts";
import type { Region } from "../names.ts";

const repositoryName = "team/app";
const there = "eu-west-1" as Region;
const filter = (value: string) => [{ filter: value, filterType: "WILDCARD" }];

let source: ScannedRegistry;
let copies: ScannedRegistry;
beforeEach(async () => {
  source = await ScannedRegistry.open(repositoryName);
  copies = await ScannedRegistry.over(source.opened, there);
  await source.registry.ask(putReplicationConfiguration, {
    replicationConfiguration: {
      rules: [{ destinations: [{ region: there, registryId: account }] }],
    },
  });
});
afterEach(async () => {
  await source.close();
  await copies.advisories.close();
});

async function settle(): Promise<void> {
  await replicateOnce(source.opened);
  await copies.settle();
}

const statusOf = async (registry: ScannedRegistry, imageDigest: string) => {
  const asked = { repositoryName, imageId: { imageDigest } };
  const { imageScanStatus, imageScanFindings } = await registry.registry.ask(
    describeImageScanFindings,
    asked,
  );
  return [imageScanStatus?.status, imageScanFindings?.findingSeverityCounts];
};

/** Types and rules of the two registries. */
async function rules(of: ScannedRegistry, scanType: string, ...given: object[]): Promise<void> {
  await of.registry.ask(putRegistryScanningConfiguration, { scanType, rules: given });
}

describe("An image that is copied from another region", () => {
  it("is scanned on arrival by the rules of the registry where it arrives, whatever the source's are", async () => {
    await rules(source, "BASIC");
    await rules(copies, "BASIC", {
      ...{ scanFrequency: "SCAN_ON_PUSH", repositoryFilters: filter("team") },
    });
    const digest = await source.push(repositoryName, "v1", [debianLayer]);
    await settle();
    expect(await statusOf(copies, digest)).toEqual(["COMPLETE", { CRITICAL: 1 }]);
    await expect(statusOf(source, digest)).rejects.toMatchObject({ kind: "ScanNotFound" });
  });

  it("is not scanned where no rule there wants it", async () => {
    await rules(copies, "ENHANCED", {
      ...{ scanFrequency: "SCAN_ON_PUSH", repositoryFilters: filter("other") },
    });
    const digest = await source.push(repositoryName, "v1", [debianLayer]);
    await settle();
    await expect(statusOf(copies, digest)).rejects.toMatchObject({ kind: "ScanNotFound" });
  });

  it("is looked at once more when a bill of materials is copied after it", async () => {
    const digest = await source.push(repositoryName, "v1", [debianLayer]);
    await settle();
    const packages = async () => {
      const asked = { repositoryName, imageId: { imageDigest: digest } };
      const { sbom } = await copies.registry.ask(getImageSbom, asked);
      return (JSON.parse(sbom) as { components: { name: string }[] }).components.map(
        ({ name }) => name,
      );
    };
    expect(await packages()).not.toContain("minimist");
    const mediaType = "application/vnd.cyclonedx+json";
    const sbom = Buffer.from(
      JSON.stringify({
        ...{ bomFormat: "CycloneDX", specVersion: "1.6", version: 1 },
        components: [{ type: "library", name: "minimist", purl: "pkg:npm/minimist@1.2.5" }],
      }),
    );
    const empty = Buffer.from("{}");
    for (const content of [empty, sbom]) await source.pushLayer(repositoryName, content);
    const subject = Buffer.from(await source.registry.manifestText(repositoryName, digest));
    await source.registry.putManifest(repositoryName, {
      ...imageManifest(empty),
      artifactType: mediaType,
      config: { mediaType: "application/vnd.oci.empty.v1+json", digest: digestOf(empty), size: 2 },
      layers: [{ mediaType, digest: digestOf(sbom), size: sbom.length }],
      subject: { mediaType: ociManifest, digest, size: subject.length },
    });
    await settle();
    expect(await packages()).toContain("minimist");
  });
});

it("An image that another deployment copies here is scanned on arrival", async () => {
  const config = Buffer.from(JSON.stringify({ os: "linux", architecture: "amd64" }));
  for (const content of [config, lodashLayer]) await source.pushLayer(repositoryName, content);
  const manifest = JSON.stringify(imageManifest(config, lodashLayer));
  const imageDigest = digestOf(manifest);
  await source.registry.ask(putReplica, {
    ...{ repositoryName, imageManifest: manifest, imageManifestMediaType: ociManifest },
    ...{ imageDigest, tags: [], source: { region: "eu-north-1", registryId: account } },
  });
  await source.settle();
  expect(await statusOf(source, imageDigest)).toEqual(["ACTIVE", { HIGH: 1 }]);
});
