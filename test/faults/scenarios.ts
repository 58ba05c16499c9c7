/**
 * What a client does while the process dies. Content is fixed, so that the process that looks
 * afterwards knows what the one that died was about.
 */
import { createHash } from "node:crypto";
import type { Ports } from "../../src/ports/ports.ts";
import { RequestAudit } from "../../src/registry/audit/request-audit.ts";
import { type Caller, rootPrincipal } from "../../src/registry/identity/principal.ts";
import { deleteImages } from "../../src/registry/images/delete-image.ts";
import { putImage } from "../../src/registry/images/put-image.ts";
import { completeUpload } from "../../src/registry/layers/complete-upload.ts";
import { queueStorage } from "../../src/registry/layers/queue-storage.ts";
import { appendToUpload, startUpload } from "../../src/registry/layers/upload-layer.ts";
import { putLifecycle } from "../../src/registry/lifecycle/put-lifecycle.ts";
import { runLifecycle } from "../../src/registry/lifecycle/run-lifecycle.ts";
import type { Digest, RepositoryName, Tag } from "../../src/registry/names.ts";
import { continueRekey } from "../../src/registry/rekeying/continue-rekey.ts";
import { rekeyRepository } from "../../src/registry/rekeying/rekey-repository.ts";
import {
  createRepository,
  type NewRepository,
} from "../../src/registry/repositories/create-repository.ts";
import { deleteRepository } from "../../src/registry/repositories/delete-repository.ts";
import { findRepository } from "../../src/registry/repositories/find-repository.ts";
import { restoreImages } from "../../src/registry/trash/restore-images.ts";
import { restoreRepository } from "../../src/registry/trash/restore-repository.ts";
import { reclaimOnce } from "../../src/workers/reclaim.ts";
import { setImageState } from "../support/image-state.ts";
import { forGood, testRegistry, testRepository } from "../support/store.ts";

export const latest = "latest" as Tag;

export interface Content {
  readonly bytes: Buffer;
  readonly digest: Digest;
}

function content(bytes: Buffer): Content {
  return { bytes, digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}` as Digest };
}

/** More than two frames, so that a write has a middle. */
export const bigLayer = content(Buffer.alloc(2_500_000, "layer one "));
export const smallLayer = content(Buffer.from("layer two"));
const config = content(Buffer.from("{}"));

function manifestOf(layers: readonly Content[]): Content {
  const descriptor = ({ bytes, digest }: Content) => ({
    mediaType: "application/octet-stream",
    digest,
    size: bytes.length,
  });
  return content(
    Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: "application/vnd.oci.image.manifest.v1+json",
        config: descriptor(config),
        layers: layers.map(descriptor),
      }),
    ),
  );
}

export const oldImage = manifestOf([smallLayer]);
export const newImage = manifestOf([smallLayer, bigLayer]);

export async function pushLayer(
  ports: Ports,
  layer: Content,
  name: RepositoryName = testRepository,
): Promise<void> {
  const { id } = await startUpload(ports, testRegistry, name);
  const half = Math.ceil(layer.bytes.length / 2);
  for (const part of [layer.bytes.subarray(0, half), layer.bytes.subarray(half)]) {
    await appendToUpload(ports, testRegistry, name, id, pieces(part), {});
  }
  await completeUpload(ports, testRegistry, name, id, layer.digest, {
    repeatable: false,
    emptyAllowed: true,
    enforcePartSize: false,
  });
}

async function* pieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

export function pushManifest(ports: Ports, image: Content): Promise<unknown> {
  return putImage(ports, testRegistry, testRepository, {
    manifest: image.bytes,
    mediaType: undefined,
    tags: [latest],
    repeat: "accept",
  });
}

export async function deleteNewImage(ports: Ports): Promise<void> {
  await deleteImages(
    ports,
    testRegistry,
    testRepository,
    [{ imageDigest: newImage.digest }],
    forGood,
  );
}

export const reclaimEverything = (ports: Ports) => reclaimOnce(ports, { ignoreLeases: true });

function newRepository(name: RepositoryName): NewRepository {
  return {
    registry: testRegistry,
    name,
    tagMutability: { mode: "MUTABLE", exclusionFilters: [] },
    scanOnPush: false,
    encryption: { type: "AES256" },
    resourceTags: new Map(),
  };
}

/** An image under `latest`, whole. */
async function withOldImage(ports: Ports): Promise<void> {
  await createRepository(ports, newRepository(testRepository));
  await pushLayer(ports, config);
  await pushLayer(ports, smallLayer);
  await pushManifest(ports, oldImage);
}

const neighbour = "team/neighbour" as RepositoryName;
const root: Caller = {
  principal: rootPrincipal(testRegistry.account, ""),
  ...testRegistry,
  ...{ requestId: "", sourceIp: "127.0.0.1", userAgent: "", origin: "http://localhost" },
};
const rekeyed = { type: "KMS" } as const;

/** As root asks, until all of the work is done. */
export async function rekeyEverything(ports: Ports): Promise<void> {
  const asked = { ...ports, onBehalfOf: root };
  await rekeyRepository(asked, testRegistry, testRepository, rekeyed);
  const { signal } = new AbortController();
  const repository = await findRepository(ports, testRegistry, testRepository);
  const againAt = await continueRekey(ports, repository, signal);
  if (againAt !== undefined) throw new Error("nothing keeps the work from being done at once");
}

/** Puts the new image into a state, as who archives images does, and queues what that may move. */
export async function putIntoState(ports: Ports, state: "ACTIVE" | "ARCHIVED"): Promise<void> {
  const repository = await findRepository(ports, testRegistry, testRepository);
  await setImageState(ports.metadata, repository, newImage.digest, state);
  const now = ports.clock.now();
  await ports.metadata.transaction((change) =>
    queueStorage(change, repository, newImage.digest, now),
  );
}

const weekMs = 7 * 86_400_000;

/** Of two images the older one goes. */
const keepNewest = {
  rulePriority: 1,
  description: "of all the images in this repository only the newest one stays",
  selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 1 },
  action: { type: "expire" },
};

export interface Scenario {
  /** What is there before; nothing dies meanwhile. */
  prepare(ports: Ports): Promise<void>;
  /** What the process dies in. */
  act(ports: Ports): Promise<void>;
}

export const scenarios = {
  "a blob PUT": {
    prepare: withOldImage,
    act: (ports) => pushLayer(ports, bigLayer),
  },
  "a manifest PUT": {
    async prepare(ports) {
      await withOldImage(ports);
      await pushLayer(ports, bigLayer);
    },
    async act(ports) {
      const audit = new RequestAudit({ trail: ports.memory.audit, clock: ports.clock }, root, {
        ...{ eventSource: "ecr.amazonaws.com", eventName: "PutImage", readOnly: false },
      });
      const metadata = audit.over(ports.metadata);
      await pushManifest({ ...ports, metadata }, newImage);
    },
  },
  "a delete": {
    async prepare(ports) {
      await withOldImage(ports);
      await pushLayer(ports, bigLayer);
      await pushManifest(ports, newImage);
    },
    act: deleteNewImage,
  },
  "a reclaim": {
    async prepare(ports) {
      await withOldImage(ports);
      await pushLayer(ports, bigLayer);
      await pushManifest(ports, newImage);
      await deleteNewImage(ports);
    },
    async act(ports) {
      await reclaimEverything(ports);
    },
  },
  "a rekey": {
    // One layer that is shared, one that is the repository's own, one that the new key has already.
    async prepare(ports) {
      await withOldImage(ports);
      await pushLayer(ports, bigLayer);
      await pushManifest(ports, newImage);
      await createRepository(ports, newRepository(neighbour));
      await pushLayer(ports, bigLayer, neighbour);
      const there = { ...newRepository("team/there" as RepositoryName), encryption: rekeyed };
      await createRepository({ ...ports, onBehalfOf: root }, there);
      await pushLayer(ports, config, there.name);
      await startUpload(ports, testRegistry, testRepository);
    },
    act: rekeyEverything,
  },
  "a delete that can be undone": {
    async prepare(ports) {
      await withOldImage(ports);
      await pushLayer(ports, bigLayer);
      await pushManifest(ports, newImage);
    },
    // There and back.
    async act(ports) {
      const ids = [{ imageDigest: newImage.digest }];
      await deleteImages(ports, testRegistry, testRepository, ids, { by: "", keepMs: weekMs });
      await restoreImages(ports, testRegistry, testRepository, [newImage.digest]);
    },
  },
  "a repository's deletion and return": {
    async prepare(ports) {
      await withOldImage(ports);
      await pushLayer(ports, bigLayer);
      await pushManifest(ports, newImage);
    },
    async act(ports) {
      const options = { force: true, by: "", keepMs: weekMs };
      await deleteRepository(ports, testRegistry, testRepository, options);
      await restoreRepository(ports, testRegistry, testRepository);
    },
  },
  "a lifecycle run": {
    async prepare(ports) {
      await withOldImage(ports);
      await pushLayer(ports, bigLayer);
      await pushManifest(ports, newImage);
      const policy = JSON.stringify({ rules: [keepNewest] });
      await putLifecycle(ports, testRegistry, testRepository, { policy });
    },
    async act(ports) {
      const repository = await findRepository(ports, testRegistry, testRepository);
      await runLifecycle(ports, repository, { trashMs: weekMs });
    },
  },
  "a transfer": {
    async prepare(ports) {
      await withOldImage(ports);
      await pushLayer(ports, bigLayer);
      await pushManifest(ports, newImage);
      await putIntoState(ports, "ARCHIVED");
    },
    // There and back, and what was left behind goes too.
    async act(ports) {
      await reclaimEverything(ports);
      await putIntoState(ports, "ACTIVE");
      await reclaimEverything(ports);
    },
  },
} as const satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof scenarios;
