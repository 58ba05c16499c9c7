/** Scans in a registry: of an image whose layers nobody looked into, and of another of the same layers. */
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { IndexDirectory } from "../../src/adapters/advisories/index-directory.ts";
import { LayerAnalysisThreads } from "../../src/adapters/layer-analysis/layer-analysis-threads.ts";
import { completeLayerUpload } from "../../src/operations/ecr/complete-layer-upload.ts";
import { initiateLayerUpload } from "../../src/operations/ecr/initiate-layer-upload.ts";
import { uploadLayerPart } from "../../src/operations/ecr/upload-layer-part.ts";
import type { Digest, Region, RepositoryName } from "../../src/registry/names.ts";
import { scanImage } from "../../src/registry/scanning/scan-image.ts";
import { account, digestOf, imageManifest, TestRegistry } from "../../test/support/ecr.ts";
import { testPorts } from "../../test/support/ports.ts";
import { checkout } from "../places.ts";
import type { BenchImage } from "./images.ts";

export interface RegistryScan {
  readonly what: string;
  readonly seconds: number;
  /** Of the whole process. */
  readonly processorSeconds: number;
  readonly findings: number;
}

const threads = 2;
const name = "bench/scan";
/** Of ECR's parts, all but the last of which have to have 5 MiB. */
const partBytes = 10 * 1024 * 1024;

/** The advisories of the package, laid into a directory. */
export function shippedAdvisories(directory: string): IndexDirectory {
  return new IndexDirectory(directory, join(checkout, "data/advisories/snapshot.db.zst"));
}

export async function scansInRegistry(
  image: BenchImage,
  directory: string,
): Promise<RegistryScan[]> {
  const opened = await testPorts();
  const layerAnalysis = new LayerAnalysisThreads(threads);
  const vulnerabilities = shippedAdvisories(join(directory, "vulndb-of-registry"));
  Object.assign(opened.ports, { layerAnalysis, vulnerabilities });
  await vulnerabilities.current();
  const registry = new TestRegistry(opened);
  await registry.createRepository(name);
  const layers = image.layers.map((layer) => gzipSync(layer));
  const rows: RegistryScan[] = [];
  for (const what of ["no layer known", "all layers known"]) {
    const config = Buffer.from(JSON.stringify({ os: "linux", architecture: "amd64", what }));
    await pushInParts(registry, config);
    if (rows.length === 0) for (const layer of layers) await pushInParts(registry, layer);
    const digest = await registry.putManifest(name, imageManifest(config, ...layers));
    const named = { account, region: "us-east-1" as Region };
    const { metadata } = opened.ports;
    const repository = (await metadata.repositories.find(named, name as RepositoryName))!;
    const found = (await metadata.images.find(repository, digest as Digest))!;
    const cpu = process.cpuUsage();
    const startedAt = performance.now();
    const scan = await scanImage(opened.ports, repository, found, "ENHANCED");
    const seconds = (performance.now() - startedAt) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    if (scan?.status !== "ACTIVE") throw new Error(`The scan is ${scan?.status}`);
    const findings = Object.values(scan.counts).reduce((sum, count) => sum + count, 0);
    rows.push({ what, seconds, processorSeconds: (user + system) / 1e6, findings });
  }
  await layerAnalysis.close();
  vulnerabilities.close();
  await registry.close();
  return rows;
}

async function pushInParts(registry: TestRegistry, content: Uint8Array): Promise<void> {
  const repositoryName = name;
  const { uploadId } = await registry.ask(initiateLayerUpload, { repositoryName });
  for (let partFirstByte = 0; partFirstByte < content.length; partFirstByte += partBytes) {
    const part = content.subarray(partFirstByte, partFirstByte + partBytes);
    await registry.ask(uploadLayerPart, {
      ...{ repositoryName, uploadId, partFirstByte },
      partLastByte: partFirstByte + part.length - 1,
      layerPartBlob: Buffer.from(part).toString("base64"),
    });
  }
  const layerDigests = [digestOf(content)];
  await registry.ask(completeLayerUpload, { repositoryName, uploadId, layerDigests });
}
