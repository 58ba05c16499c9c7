import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { isRegistryError, RegistryError } from "../errors.ts";
import type { ResourceTag } from "../identity/entity.ts";
import { noSuchSecret, requireKept } from "./find-secret.ts";
import type { Secret, SecretRef } from "./secret.ts";
import { secretLimits } from "./secret-limits.ts";
import { movedStage, type StageMove } from "./secret-stages.ts";

const dayMs = 24 * 60 * 60_000;

/**
 * Puts what `next` makes of the secret in its place; nobody else changes it meanwhile.
 * @throws ResourceNotFound, and what `next` throws
 */
export function changeSecret(
  { metadata }: Pick<Ports, "metadata">,
  ref: SecretRef,
  next: (secret: Secret, change: MetadataChange) => Secret | Promise<Secret>,
): Promise<Secret> {
  return metadata.transaction(async (change) => {
    const secret = await change.secrets.lock(ref.registry, ref.name);
    if (secret === undefined || secret.suffix !== ref.suffix) throw noSuchSecret();
    const changed = await next(secret, change);
    await change.secrets.replace(changed);
    return changed;
  });
}

/** @throws ResourceNotFound, InvalidRequest, InvalidParameter, LimitExceeded */
export function moveStage(
  ports: Pick<Ports, "metadata" | "clock">,
  ref: SecretRef,
  move: StageMove,
): Promise<Secret> {
  const changedAt = ports.clock.now();
  return changeSecret(ports, ref, async (secret, { secrets }) => {
    requireKept(secret);
    const { to } = move;
    if (to !== undefined && (await secrets.findVersion(secret, to)) === undefined) {
      throw new RegistryError(
        "ResourceNotFound",
        `Secrets Manager can't find the specified secret version ${to}.`,
      );
    }
    return { ...secret, stages: movedStage(secret.stages, move), changedAt };
  });
}

/** Sets tags by key, and leaves the others. @throws LimitExceeded */
export function withSecretTags(
  present: readonly ResourceTag[],
  added: readonly ResourceTag[],
): ResourceTag[] {
  const keys = new Set(added.map(({ key }) => key));
  const tags = [...present.filter(({ key }) => !keys.has(key)), ...added];
  if (tags.length <= secretLimits.tags) return tags;
  const sentence = `A secret can have at most ${secretLimits.tags} tags.`;
  throw new RegistryError("LimitExceeded", sentence);
}

/** @throws InvalidParameter for AWS's own prefix and for a key that stands there twice */
export function checkSecretTags(
  tags: readonly { readonly Key: string; readonly Value: string }[],
): ResourceTag[] {
  const keys = new Set<string>();
  return tags.map(({ Key: key, Value: value }) => {
    if (key.toLowerCase().startsWith("aws:")) {
      throw new RegistryError("InvalidParameter", "Tag keys that begin with aws: are reserved.");
    }
    if (keys.has(key)) throw new RegistryError("InvalidParameter", `Duplicate tag key: ${key}`);
    keys.add(key);
    return { key, value };
  });
}

/** Marks it for deletion. @throws ResourceNotFound, InvalidRequest where it is marked */
export function scheduleDeletion(
  ports: Pick<Ports, "metadata" | "clock">,
  ref: SecretRef,
  days: number,
): Promise<Secret> {
  const at = ports.clock.now();
  return changeSecret(ports, ref, (secret) => ({
    ...requireKept(secret),
    deletion: { at, removeAt: at + days * dayMs },
  }));
}

/** Takes the mark away; one without it stays as it is. @throws ResourceNotFound */
export function restoreSecret(ports: Pick<Ports, "metadata">, ref: SecretRef): Promise<Secret> {
  return changeSecret(ports, ref, (secret) => ({ ...secret, deletion: undefined }));
}

/** Removes it with all of its versions, marked or not. */
export async function removeSecret(
  { metadata }: Pick<Ports, "metadata">,
  ref: SecretRef,
): Promise<void> {
  await metadata.transaction(async ({ secrets }) => {
    const secret = await secrets.lock(ref.registry, ref.name);
    if (secret?.suffix === ref.suffix) await secrets.remove(secret);
  });
}

/** Notes the day of a read, once a day; not where nothing can be written at the moment. */
export async function noteAccess(
  ports: Pick<Ports, "metadata" | "clock">,
  secret: Secret,
): Promise<void> {
  const now = ports.clock.now();
  const accessedAt = now - (now % dayMs);
  if (secret.accessedAt === accessedAt) return;
  try {
    await changeSecret(ports, secret, (found) => ({ ...found, accessedAt }));
  } catch (error) {
    if (isRegistryError(error, "ServiceUnavailable")) return;
    // Gone meanwhile: it was there when it was read.
    if (!isRegistryError(error, "ResourceNotFound")) throw error;
  }
}
