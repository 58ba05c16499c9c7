import type { Ports } from "../../ports/ports.ts";
import { encryptionDomain } from "../encryption/domain.ts";
import { isMountable } from "../gates/require-pullable.ts";
import { limits } from "../limits.ts";
import type { Digest, Registry, RepositoryName } from "../names.ts";
import { getAccountSetting } from "../repositories/account-settings.ts";
import { findRepository, lockRepository } from "../repositories/find-repository.ts";
import type { Repository } from "../repositories/repository.ts";
import { linkCharged } from "./complete-upload.ts";
import type { Layer } from "./layer.ts";
import { queueIfArchived } from "./queue-storage.ts";

/** Sources that are looked at when the caller names none. */
const sourcesTried = 100;

/**
 * Links a layer that another repository of the same encryption domain holds, without its bytes moving.
 * Source: OCI 1.1, "Mounting a blob from another repository"; ECR, BLOB_MOUNTING.
 * @param from the source; without it every repository that `mayRead` lets the caller see is one
 * @returns the linked layer, or `undefined` when there is nothing that the caller may mount
 * @throws RepositoryNotFound when the target is not there
 * @throws LimitExceeded when the layer passes a quota
 */
export async function mountLayer(
  ports: Ports,
  target: { readonly registry: Registry; readonly name: RepositoryName },
  digest: Digest,
  from: RepositoryName | undefined,
  mayRead: (source: Repository) => Promise<boolean>,
): Promise<Layer | undefined> {
  const { registry, name } = target;
  const repository = await findRepository(ports, registry, name);
  const { value } = await getAccountSetting(ports, registry, "BLOB_MOUNTING");
  if (value !== "ENABLED") return undefined;
  const found = await candidates(ports, registry, digest, from);
  const domain = encryptionDomain(repository);
  const source = await firstReadable(
    found.filter((one) => encryptionDomain(one) === domain),
    async (one) => (await mayRead(one)) && (await isGiven(ports, one, digest, repository)),
  );
  if (source === undefined) return undefined;
  const now = ports.clock.now();
  return ports.metadata.transaction(async (change) => {
    const [to, [held]] = await Promise.all([
      lockRepository(change, registry, name),
      change.layers.lock(source, [digest]),
    ]);
    if (held === undefined || encryptionDomain(to) !== domain) return undefined;
    // Not the source's own object: while its key is changed that may still be under the old one.
    const object = await change.objects.lockLive(registry, domain, digest);
    if (object === undefined) return undefined;
    const layer: Layer = {
      ...held,
      object: object.id,
      repository: { registry, id: to.id },
      linkedAt: now,
      leasedUntil: now + limits.layerLeaseMs,
    };
    await linkCharged(change, to, layer);
    await queueIfArchived(change, object, now);
    return layer;
  });
}

async function firstReadable(
  sources: readonly Repository[],
  mayRead: (source: Repository) => Promise<boolean>,
): Promise<Repository | undefined> {
  for (const source of sources) if (await mayRead(source)) return source;
  return undefined;
}

async function candidates(
  ports: Ports,
  registry: Registry,
  digest: Digest,
  from: RepositoryName | undefined,
): Promise<Repository[]> {
  if (from === undefined) return ports.metadata.layers.holders(registry, digest, sourcesTried);
  const source = await ports.metadata.repositories.find(registry, from);
  return source === undefined ? [] : [source];
}

/** What can not be read where it is does not get away by being linked elsewhere. */
async function isGiven(
  ports: Ports,
  source: Repository,
  digest: Digest,
  target: Repository,
): Promise<boolean> {
  if (source.id === target.id) return true;
  const isPullable = await ports.metadata.layers.isPullable(source, digest);
  return isMountable(ports, { repository: source, digest, isPullable });
}
