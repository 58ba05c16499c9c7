/** How the bytes of a manifest are stored: sealed, beside the metadata. */
import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { createDataKey } from "../encryption/data-keys.ts";
import { manifestDomain } from "../encryption/domain.ts";
import { sealWhole } from "../encryption/sealed-format.ts";
import type { StoredObject } from "../encryption/stored-object.ts";
import { invariant } from "../errors.ts";
import { newObjectId } from "../layers/upload-layer.ts";
import type { Digest, ObjectId } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";

export interface SealedManifest {
  readonly object: StoredObject;
  readonly content: Uint8Array;
}

/** Outside the transaction, since ciphers are not SQL. */
export async function sealManifest(
  ports: Ports,
  repository: Repository,
  digest: Digest,
  manifest: Uint8Array,
): Promise<SealedManifest> {
  const id = newObjectId();
  const { registry } = repository;
  const { plain, wrapped } = await createDataKey(ports, repository, id);
  const content = sealWhole(plain, id, manifest);
  const object: StoredObject = {
    id,
    registry,
    domain: manifestDomain(repository),
    digest,
    sizeBytes: manifest.length,
    sealedBytes: content.length,
    wrappedKey: wrapped,
    state: "live",
    placement: "metadata",
    place: "",
    layout: String(manifest.length),
    createdAt: ports.clock.now(),
  };
  return { object, content };
}

/** The sealed manifest: this one, or that of an image just deleted which is not reclaimed yet. */
export async function keepManifest(
  change: MetadataChange,
  object: StoredObject,
  content: Uint8Array,
  presumed: "first" | "again",
): Promise<ObjectId> {
  if (presumed === "first") {
    await change.objects.insert(object, content);
    return object.id;
  }
  if (await change.objects.insertIfAbsent(object, content)) return object.id;
  const stored = await change.objects.lockLive(object.registry, object.domain, object.digest);
  if (stored !== undefined) return stored.id;
  // It was taken for reclaiming in between: now nothing stands in the way.
  const inserted = await change.objects.insertIfAbsent(object, content);
  invariant(inserted, "an object that nothing stands in the way of is inserted");
  return object.id;
}
