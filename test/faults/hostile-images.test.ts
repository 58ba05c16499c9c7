/** Images that are made to harm who looks into them, pushed to a whole server: cases 63 and 64. */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { gzipSync } from "node:zlib";
import {
  CreateRepositoryCommand,
  DescribeImageScanFindingsCommand,
  type DescribeImageScanFindingsResponse,
  ECRClient,
  PutRegistryScanningConfigurationCommand,
} from "@aws-sdk/client-ecr";
import { afterAll, beforeAll, expect, it } from "vitest";
import { App } from "../support/app.ts";
import { digestText } from "../support/image-files.ts";
import {
  type ArchiveEntry,
  archiveEntry,
  file,
  hardlink,
  layerArchive,
  symlink,
} from "../support/layer-archive.ts";

const repositoryName = "hostile";
const octets = { "content-type": "application/octet-stream" };
const types = {
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
  manifest: "application/vnd.oci.image.manifest.v1+json",
};
let app: App;
let ecr: ECRClient;

beforeAll(async () => {
  app = await App.start();
  await app.login();
  ecr = new ECRClient(app.clientSettings);
  await ecr.send(new CreateRepositoryCommand({ repositoryName }));
  const repositoryFilters = [{ filter: "*", filterType: "WILDCARD" as const }];
  const rules = [{ scanFrequency: "SCAN_ON_PUSH" as const, repositoryFilters }];
  await ecr.send(new PutRegistryScanningConfigurationCommand({ scanType: "BASIC", rules }));
});
afterAll(() => app.stop());

async function push(tag: string, layer: Buffer, ending: string): Promise<void> {
  const config = Buffer.from(
    JSON.stringify({ os: "linux", architecture: "amd64", config: { tag } }),
  );
  const descriptor = (mediaType: string, content: Buffer) => ({
    ...{ mediaType, digest: digestText(content), size: content.length },
  });
  for (const content of [config, layer]) {
    const path = `/v2/${repositoryName}/blobs/uploads/?digest=${digestText(content)}`;
    const { status } = await app.send("POST", path, { headers: octets, body: content });
    expect(status).toBe(201);
  }
  const manifest = {
    ...{ schemaVersion: 2, mediaType: types.manifest },
    config: descriptor(types.config, config),
    layers: [descriptor(types.layer + ending, layer)],
  };
  const { status } = await app.send("PUT", `/v2/${repositoryName}/manifests/${tag}`, {
    headers: { "content-type": types.manifest },
    body: JSON.stringify(manifest),
  });
  expect(status).toBe(201);
}

/** What came of the scan, once there is something; the server answers others meanwhile. */
async function scanOf(imageTag: string): Promise<DescribeImageScanFindingsResponse> {
  for (;;) {
    const ask = new DescribeImageScanFindingsCommand({ repositoryName, imageId: { imageTag } });
    const found = await ecr.send(ask).catch((error: Error) => {
      if (error.name !== "ScanNotFoundException") throw error;
    });
    const status = found?.imageScanStatus?.status;
    if (found !== undefined && status !== "IN_PROGRESS" && status !== "PENDING") return found;
    expect((await app.send("GET", "/healthz")).status).toBe(200);
  }
}

const longName = (): Buffer =>
  archiveEntry({ path: "././@LongLink", type: "L", content: Buffer.alloc(900_000, "a") });

it.each<[title: string, make: () => [layer: Buffer, ending: string], sentence: string]>([
  [
    "a little gzip that is 70 MiB of zeros",
    () => [gzipSync(layerArchive([file("zeros", Buffer.alloc(70 * 2 ** 20))])), "+gzip"],
    "as large as what is stored",
  ],
  [
    "a zstd frame that wants a gigabyte to be read",
    () => [Buffer.from("28b52ffd00a0010000", "hex"), "+zstd"],
    "memory",
  ],
  [
    "an archive of headers without an entry",
    () => [Buffer.concat(Array.from({ length: 20 }, longName)), ""],
    "headers that do not end",
  ],
])("63: %s has no result, and says why", async (title, make, sentence) => {
  const tag = title.replaceAll(" ", "-");
  const [layer, ending] = make();
  await push(tag, layer, ending);
  const { imageScanStatus, imageScanFindings } = await scanOf(tag);
  expect(imageScanStatus).toMatchObject({
    status: "FAILED",
    description: expect.stringContaining(sentence),
  });
  expect(imageScanFindings?.findings ?? []).toEqual([]);
});

it("64: of links, absolute paths and devices nothing is written or followed", async () => {
  const name = `entrepot-escaped-${randomUUID()}`;
  const status = "Package: openssl\nStatus: install ok installed\nVersion: 3.0.11-1~deb12u1\n\n";
  const device: ArchiveEntry = { path: "dev/sda", type: "4" };
  const layer = layerArchive([
    file("etc/os-release", 'ID=debian\nVERSION_ID="12"\n'),
    file(`/tmp/${name}`, "x"),
    file(`../../../../tmp/${name}`, "x"),
    symlink("var/lib/dpkg/passwd", "/etc/passwd"),
    symlink("outside", "../../../../../tmp"),
    file(`outside/${name}`, "x"),
    hardlink("etc/shadow", "/etc/shadow"),
    ...[device, { path: "dev/tty", type: "3" }, { path: "run/fifo", type: "6" }],
    file("/var/lib/dpkg/status", status),
  ]);
  await push("links", layer, "");
  const { imageScanStatus, imageScanFindings } = await scanOf("links");
  expect(imageScanStatus?.status).toBe("COMPLETE");
  const names = imageScanFindings?.findings?.map((finding) => finding.name);
  expect(names).toContain("CVE-2024-5535");
  expect(existsSync(`/tmp/${name}`)).toBe(false);
});
