/** Clients that push into the repositories of one store, and look whether their quotas count right. */
import { randomBytes } from "node:crypto";
import { expect } from "vitest";
import { MemoryBlobStore } from "../../src/adapters/blobs/memory.ts";
import { FixedClock } from "../../src/adapters/clock/fixed.ts";
import { HttpEgress } from "../../src/adapters/egress/http-egress.ts";
import { InProcessExclusive } from "../../src/adapters/exclusive/in-process.ts";
import { LocalKeyService } from "../../src/adapters/keys/local.ts";
import { PackageTagPatterns } from "../../src/adapters/patterns/package-tag-patterns.ts";
import type { MetadataStore } from "../../src/ports/metadata-store.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { digestOf } from "../../src/registry/digest.ts";
import { isRegistryError } from "../../src/registry/errors.ts";
import { putImage } from "../../src/registry/images/put-image.ts";
import { completeUpload } from "../../src/registry/layers/complete-upload.ts";
import { startUpload } from "../../src/registry/layers/upload-layer.ts";
import { WorkInPlace } from "../../src/registry/layers/work-in-place.ts";
import { RegistryMemory } from "../../src/registry/memory.ts";
import type { Digest, RepositoryName } from "../../src/registry/names.ts";
import { countQuota } from "../../src/registry/quotas/count-quota.ts";
import { putQuota, type WantedQuota } from "../../src/registry/quotas/put-quota.ts";
import { covers, type Quota } from "../../src/registry/quotas/quota.ts";
import { createRepository } from "../../src/registry/repositories/create-repository.ts";
import type { Repository } from "../../src/registry/repositories/repository.ts";
import { checkStore } from "../../src/workers/check-store.ts";
import { idleScanner } from "../support/scanner.ts";
import { registry, repositoryName } from "./metadata-stores.ts";

export const config = Buffer.from('{"os":"linux"}');
export const never = new AbortController().signal;

/** Pushes and deletions over a store, one function for each thing that a client does. */
export class Pusher {
  readonly ports: Ports;

  constructor(metadata: MetadataStore) {
    const clock = new FixedClock();
    this.ports = {
      ...{ metadata, clock, blobs: new MemoryBlobStore(), exclusive: new InProcessExclusive() },
      keys: new LocalKeyService({ masterKey: randomBytes(32), metadata, clock }),
      ...{
        egress: new HttpEgress({ isListed: () => false }),
        tagPatterns: new PackageTagPatterns(),
      },
      ...{ layerWork: new WorkInPlace(), memory: new RegistryMemory(), ...idleScanner() },
    };
  }

  /** A repository with the config that every image here has. */
  async repository(text: string): Promise<RepositoryName> {
    const name = await this.empty(text);
    await this.layer(name, config);
    return name;
  }

  async empty(text: string): Promise<RepositoryName> {
    const name = repositoryName(text);
    await createRepository(this.ports, {
      ...{ registry, name, scanOnPush: false, encryption: { type: "AES256" } },
      ...{ tagMutability: { mode: "MUTABLE", exclusionFilters: [] }, resourceTags: new Map() },
    });
    return name;
  }

  async layer(name: RepositoryName, content: Buffer): Promise<Digest> {
    const { id } = await startUpload(this.ports, registry, name);
    const digest = digestOf(content);
    await completeUpload(this.ports, registry, name, id, digest, {
      ...{ content: pieces(content), repeatable: false, emptyAllowed: true },
      enforcePartSize: false,
    });
    return digest;
  }

  /** Four digits make all of them equally long. */
  async image(name: RepositoryName, n: number): Promise<Digest> {
    const manifest = manifestOf(n);
    const wanted = { manifest, mediaType: undefined, tags: [], repeat: "accept" as const };
    return (await putImage(this.ports, registry, name, wanted)).digest;
  }

  /** Puts the quota and counts what is there. */
  async quota(wanted: Partial<WantedQuota> & Pick<WantedQuota, "prefix" | "unit">): Promise<Quota> {
    const { quota } = await this.put(wanted);
    await countQuota(this.ports, registry, quota.id, never);
    return this.found(quota.id);
  }

  put(wanted: Partial<WantedQuota> & Pick<WantedQuota, "prefix" | "unit">) {
    return putQuota(this.ports, registry, { soft: undefined, hard: undefined, ...wanted });
  }

  async found(id: string): Promise<Quota> {
    return (await this.ports.metadata.quotas.find(registry, id))!;
  }

  async used({ id }: Quota): Promise<number | undefined> {
    return (await this.ports.metadata.quotaUsage.of(registry, [id])).get(id);
  }

  repositories(): Promise<Repository[]> {
    return this.ports.metadata.repositories.list(registry, { limit: 1_000 });
  }

  /** Everything is counted as it is: usage, the repositories' own counters, and who is counted where. */
  async expectCounted(): Promise<void> {
    const { problems } = await checkStore(this.ports, { repair: false, verifyBytes: false });
    expect(problems).toEqual([]);
    for (const quota of await this.ports.metadata.quotas.list(registry, { limit: 100 })) {
      const covered = (await this.repositories()).filter(({ name }) => covers(quota.prefix, name));
      const sums = covered.map(({ sizeBytes, imageCount }) =>
        quota.unit === "BYTES" ? sizeBytes : imageCount,
      );
      expect(await this.used(quota)).toBe(sums.reduce((sum, each) => sum + each, 0));
    }
  }
}

export function manifestOf(n: number): Buffer {
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const descriptor = { mediaType: "application/vnd.oci.image.config.v1+json" };
  return Buffer.from(
    JSON.stringify({
      ...{ schemaVersion: 2, mediaType, layers: [] },
      config: { ...descriptor, digest: digestOf(config), size: config.length },
      annotations: { n: String(n).padStart(4, "0") },
    }),
  );
}

export const manifestBytes = manifestOf(0).length;

export async function* pieces(content: Buffer): AsyncGenerator<Uint8Array> {
  yield Uint8Array.from(content);
}

/** How many went well; all others were refused by a quota. */
export async function outcomes(pushes: readonly Promise<unknown>[]): Promise<number> {
  const ends = await Promise.allSettled(pushes);
  const failures = ends.flatMap((end) => (end.status === "rejected" ? [end.reason] : []));
  expect(failures.filter((error) => !isRegistryError(error, "LimitExceeded"))).toEqual([]);
  return ends.length - failures.length;
}

export const times = <T>(count: number, make: (n: number) => T) =>
  Array.from({ length: count }, (_, n) => make(n));
