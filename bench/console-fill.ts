/** Repositories and images that were scanned, as the console's lists would find them. */
import { createHash } from "node:crypto";
import type { Digest, ObjectId, Registry, RepositoryName, Tag } from "../src/registry/names.ts";
import type { SeverityCounts } from "../src/registry/scanning/image-scan.ts";
import { worstRank } from "../src/registry/scanning/severity/severity-rank.ts";
import type { Rows } from "./scale/rows.ts";

const startedAt = 1_700_000_000_000;
const severities: SeverityCounts[] = [
  {},
  { LOW: 2 },
  { MEDIUM: 1 },
  { HIGH: 3, LOW: 1 },
  { CRITICAL: 1 },
];
/** Of a base that all images of the first repository stand on. */
const baseLayers = Array.from({ length: 4 }, (_, at) => digestOf(`base layer ${at}`));
const isIndex = (at: number) => at % 10 === 9;

export const nameOf = (at: number) =>
  `team-${at % 100}/group-${at % 7}/service-${at}` as RepositoryName;

export function digestOf(text: string): Digest {
  return `sha256:${createHash("sha256").update(text).digest("hex")}` as Digest;
}

/** Each repository has an image that was scanned, and the first of them has many. */
export async function fill(
  rows: Rows,
  registry: Registry,
  repositories: number,
  images: number,
): Promise<void> {
  for (let at = 0; at < repositories; at++) {
    await addRepository(rows, registry, at);
    await addImage(rows, registry, { repository: idOf(at), at, listed: [] });
  }
  for (const layer of baseLayers) {
    const object = await addObject(rows, registry, layer);
    await rows.add("layer", {
      ...{ ...registry, repository: idOf(0), digest: layer, object, size_bytes: 10 },
      ...{ media_type: null, linked_at: startedAt, leased_until: 0 },
    });
  }
  for (let at = repositories; at < repositories + images; at++) {
    // Every tenth is an index of the one before.
    const listed = isIndex(at) && at > repositories ? [at - 1] : [];
    await addImage(rows, registry, { repository: idOf(0), at, listed });
  }
}

const idOf = (at: number) => createHash("md5").update(`repository ${at}`).digest("hex");
const worstOf = (at: number) => worstRank(severities[at % severities.length]!);

async function addRepository(rows: Rows, registry: Registry, at: number): Promise<void> {
  await rows.add("repository", {
    ...{ ...registry, name: nameOf(at), id: idOf(at), created_at: startedAt },
    ...{ tag_mutability: at % 5 === 0 ? "IMMUTABLE" : "MUTABLE", exclusion_filters: "[]" },
    ...{ scan_on_push: 0, encryption_type: "AES256", encryption_key: null },
    ...{ image_count: at % 1000, size_bytes: (at * 7919) % 1_000_003 },
    ...{ lifecycle_due_at: null, quotas: null, last_pushed_at: startedAt + at },
    // Of the first one it is that of its many images.
    ...{ worst_basic: at === 0 ? worstRank({ CRITICAL: 1 }) : worstOf(at), worst_enhanced: 0 },
  });
}

interface Wanted {
  readonly repository: string;
  /** The number of the image, and those of what it lists. */
  readonly at: number;
  readonly listed: readonly number[];
}

async function addImage(rows: Rows, registry: Registry, wanted: Wanted): Promise<void> {
  const { repository, at, listed } = wanted;
  const digest = digestOf(`image ${at}`);
  const key = { ...registry, repository };
  const kind = listed.length > 0 ? "index" : "manifest";
  const configType = listed.length > 0 ? null : "application/vnd.oci.image.config.v1+json";
  await rows.add("image", {
    ...{ ...key, digest, media_type: `application/vnd.oci.image.${kind}.v1+json` },
    ...{ artifact_type: null, config_media_type: configType, manifest_bytes: 500 },
    ...{ size_bytes: (at * 7919) % 1_000_003, subject: null, pushed_at: startedAt + at },
    ...{ pulled_at: null, state: "ACTIVE", object: await addObject(rows, registry, digest) },
    ...{ archived_at: null, activated_at: null, alive_at: null, hold: null, pushers: null },
    ...{ tag_count: 1, worst_basic: Math.max(...[at, ...listed].map(worstOf)), worst_enhanced: 0 },
  });
  for (const [position, each] of listed.entries()) {
    await rows.add("manifest_reference", {
      ...{ ...key, image: digest, position, kind: "child", digest: digestOf(`image ${each}`) },
      ...{ media_type: "application/vnd.oci.image.manifest.v1+json", size_bytes: 10 },
    });
  }
  if (repository === idOf(0) && listed.length === 0) {
    for (const [position, layer] of baseLayers.entries()) {
      await rows.add("manifest_reference", {
        ...{ ...key, image: digest, position, kind: "layer", digest: layer },
        ...{ media_type: "application/vnd.oci.image.layer.v1.tar", size_bytes: 10 },
      });
    }
  }
  const movedAt = startedAt + at;
  await rows.add("tag", {
    ...{ ...key, tag: `build-${at}` as Tag, digest, moved_at: movedAt, fresh_until: null },
  });
  const counts = severities[at % severities.length]!;
  await rows.add("image_scan", {
    ...{ ...key, digest, type: "BASIC", status: "COMPLETE", description: null },
    ...{ requested_at: startedAt, ended_at: startedAt, source_updated_at: null, advisories: "a" },
    ...{ counts: JSON.stringify(counts), worst: worstOf(at), findings: null, findings_bytes: null },
  });
}

async function addObject(rows: Rows, registry: Registry, digest: Digest): Promise<ObjectId> {
  const id = createHash("md5").update(digest).digest("hex") as ObjectId;
  await rows.add("object", {
    ...{ ...registry, id, domain: "AES256", digest, size_bytes: 10, sealed_bytes: 20 },
    ...{ wrapped_key: Uint8Array.of(1), state: "live", created_at: startedAt, layout: "v1" },
    ...{ placement: "metadata", place: "" },
  });
  return id;
}
