/** Trails that write to a directory, delivered when a test says so. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { TrailDirectory } from "../../src/adapters/blobs/trail-directory.ts";
import type { TrailTarget } from "../../src/ports/trail-target.ts";
import type { CloudTrailRecord } from "../../src/registry/audit/cloudtrail-record.ts";
import { openOrganization } from "../../src/registry/identity/organization.ts";
import type { DigestFile } from "../../src/registry/trails/digest-file.ts";
import { verifyTrails } from "../../src/registry/trails/verify-trails.ts";
import { deliverTrails } from "../../src/workers/deliver-trails.ts";
import { account, deployment, type TestRegistry } from "./ecr.ts";

export const bucket = "audit-logs";
const hourMs = 3_600_000;

export class TrailBench {
  readonly registry: TestRegistry;
  readonly directory: string;
  readonly files: TrailTarget;
  /** What the worker writes to: to be put in the way of. */
  target: TrailTarget;
  readonly failures: unknown[] = [];

  constructor(registry: TestRegistry, directory: string) {
    this.registry = registry;
    this.directory = directory;
    this.files = new TrailDirectory(directory);
    this.target = this.files;
    const trailTargets = new Set([bucket, "elsewhere"]);
    Object.assign(registry.environment, { deployment: { ...deployment, trailTargets } });
  }

  /** So much later, one look of the worker. */
  async deliver(laterMs = 6 * 60_000): Promise<void> {
    this.registry.clock.advance(laterMs);
    const { ports } = this.registry.environment;
    await ports.memory.audit.flush(ports.metadata);
    const failed = (error: unknown) => this.failures.push(error);
    const targets = new Map([[bucket, this.target]]);
    await deliverTrails(ports, { targets, account, failed }, new AbortController().signal);
  }

  /** Files, and the hour over, so that there is a digest of them. */
  async hour(): Promise<void> {
    await this.deliver();
    await this.deliver(hourMs);
  }

  async names(kind: "CloudTrail" | "CloudTrail-Digest" = "CloudTrail"): Promise<string[]> {
    const names: string[] = [];
    for await (const name of this.files.list()) if (name.includes(`/${kind}/`)) names.push(name);
    return names.sort();
  }

  async content<T>(name: string): Promise<T> {
    const file = await this.files.read(name);
    return JSON.parse(gunzipSync(file?.content ?? "").toString()) as T;
  }

  async records(): Promise<CloudTrailRecord[]> {
    const all: CloudTrailRecord[] = [];
    for (const name of await this.names()) {
      all.push(...(await this.content<{ Records: CloudTrailRecord[] }>(name)).Records);
    }
    return all;
  }

  async digests(): Promise<DigestFile[]> {
    const names = await this.names("CloudTrail-Digest");
    return Promise.all(names.map((name) => this.content<DigestFile>(name)));
  }

  /** What verification finds, with the keys that there are. */
  async verify(): Promise<{ problems: string[]; gaps: string[]; digests: number; files: number }> {
    const { ports } = this.registry.environment;
    const { findings, ...counts } = await verifyTrails(this.files, {
      now: ports.clock.now(),
      keys: {
        find: async (registry, fingerprint) =>
          (await ports.metadata.trails.keys.find(registry, fingerprint))?.publicKey,
      },
    });
    const of = (kind: string) =>
      findings
        .filter((each) => each.kind === kind)
        .map(({ name, what }) => `${name.slice(name.lastIndexOf("/") + 1)}: ${what}`);
    return { problems: of("problem"), gaps: of("gap"), ...counts };
  }

  async close(): Promise<void> {
    await this.registry.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}

export async function openTrailBench(registry: TestRegistry): Promise<TrailBench> {
  await openOrganization(registry.environment.ports, deployment, false);
  return new TrailBench(registry, await mkdtemp(join(tmpdir(), "entrepot-trails-")));
}
