import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { Caller } from "../identity/principal.ts";
import { isSameContent } from "./create-secret.ts";
import { noSuchSecret, requireKept } from "./find-secret.ts";
import {
  currentStage,
  pendingStage,
  previousStage,
  type Secret,
  type SecretContent,
  type SecretRef,
  type SecretVersion,
} from "./secret.ts";
import { secretLimits } from "./secret-limits.ts";
import { withNewVersion } from "./secret-stages.ts";
import { openContent, sealContent } from "./secret-value.ts";

export interface NewValue {
  readonly versionId: string;
  readonly content: SecretContent;
  readonly stages: readonly string[];
}

export interface SecretUpdate {
  readonly value?: NewValue | undefined;
  readonly description?: string | undefined;
  /** Absent: the key stays. */
  readonly key?: { readonly arn: string | undefined } | undefined;
}

/**
 * Gives the secret a version, a description, another key, or several of these, all or nothing. Under
 * another key the labelled versions AWSCURRENT, AWSPREVIOUS and AWSPENDING are sealed anew. A version
 * that is there already with the same value is left as it is. One that was made anew under the name
 * since is another secret.
 * @throws ResourceNotFound, InvalidRequest, ResourceExists where the version has another value
 * @throws LimitExceeded, AccessDenied, EncryptionFailure, DecryptionFailure
 */
export async function updateSecret(
  ports: Ports,
  caller: Caller,
  { registry, name, suffix }: SecretRef,
  update: SecretUpdate,
): Promise<Secret> {
  for (let attempt = 0; attempt < secretLimits.tries; attempt++) {
    const found = await ports.metadata.secrets.find(registry, name);
    if (found === undefined || found.suffix !== suffix) throw noSuchSecret();
    const prepared = await prepare(ports, caller, requireKept(found), update);
    const changed = await ports.metadata.transaction((change) => apply(change, prepared));
    if (changed !== undefined) return changed;
  }
  throw new RegistryError("InvalidRequest", "Others are changing this secret at the same time.");
}

interface Prepared {
  readonly found: Secret;
  /** Absent: the one that it has then stays. */
  readonly description: string | undefined;
  readonly keyArn: string | undefined;
  readonly now: number;
  readonly made: SecretVersion | undefined;
  readonly stages: readonly string[];
  readonly resealed: readonly SecretVersion[];
}

async function prepare(
  ports: Ports,
  caller: Caller,
  found: Secret,
  update: SecretUpdate,
): Promise<Prepared> {
  const { value, key } = update;
  const now = ports.clock.now();
  const keyArn = key === undefined ? found.keyArn : key.arn;
  const wanted = { ...found, keyArn };
  const isNew = value !== undefined && !(await isThere(ports, caller, found, value));
  const made = isNew
    ? {
        ...{ id: value.versionId, createdAt: now },
        value: await sealContent(ports, caller, wanted, value.versionId, value.content),
      }
    : undefined;
  const resealed: SecretVersion[] = [];
  if (keyArn !== found.keyArn) {
    const labels = [currentStage, previousStage, pendingStage];
    const ids = new Set(labels.map((label) => found.stages.get(label)));
    for (const id of ids) {
      const version = id && (await ports.metadata.secrets.findVersion(found, id));
      if (!version) continue;
      const content = await openContent(ports, caller, found, version);
      const sealed = await sealContent(ports, caller, wanted, version.id, content);
      resealed.push({ ...version, value: sealed });
    }
  }
  return {
    found,
    description: update.description,
    keyArn,
    now,
    made,
    stages: value?.stages ?? [],
    resealed,
  };
}

/** @throws ResourceExists where that version has another value */
async function isThere(
  ports: Ports,
  caller: Caller,
  secret: Secret,
  { versionId, content }: NewValue,
): Promise<boolean> {
  const version = await ports.metadata.secrets.findVersion(secret, versionId);
  if (version === undefined) return false;
  if (isSameContent(await openContent(ports, caller, secret, version), content)) return true;
  throw new RegistryError(
    "ResourceExists",
    `You can't use ClientRequestToken ${versionId} because that value is already in use for a version of secret ${secret.name}.`,
  );
}

/** `undefined` where the secret is not any more as it was found: then nothing was done. */
async function apply(
  { secrets }: MetadataChange,
  { found, description, keyArn, now, made, stages, resealed }: Prepared,
): Promise<Secret | undefined> {
  const locked = await secrets.lock(found.registry, found.name);
  if (locked === undefined || locked.suffix !== found.suffix) throw noSuchSecret();
  const secret = requireKept(locked);
  if (secret.keyArn !== found.keyArn) return undefined;
  if (resealed.length > 0 && !isSameMap(secret.stages, found.stages)) return undefined;
  const changed = { description: description ?? secret.description, keyArn, changedAt: now };
  let next: Secret = { ...secret, ...changed };
  if (made !== undefined) {
    if (!(await secrets.insertVersionIfAbsent(secret, made))) return undefined;
    next = { ...next, stages: withNewVersion(secret.stages, stages, made.id) };
  }
  for (const version of resealed) await secrets.replaceValue(secret, version);
  await secrets.replace(next);
  if (made !== undefined) await removeOutdated(secrets, next, now);
  return next;
}

function isSameMap(one: Secret["stages"], other: Secret["stages"]): boolean {
  return one.size === other.size && [...one].every(([key, value]) => other.get(key) === value);
}

/**
 * Versions without a label go, the oldest first, once there are too many. Source: Secrets Manager,
 * "Secret versions": none that is younger than a day.
 * @throws LimitExceeded
 */
async function removeOutdated(
  secrets: MetadataChange["secrets"],
  secret: Secret,
  now: number,
): Promise<void> {
  const versions = await secrets.versions(secret);
  const labelled = new Set(secret.stages.values());
  let over = versions.length - secretLimits.versions;
  let left = versions.length;
  for (const { id, createdAt } of versions) {
    if (over <= 0) return;
    if (labelled.has(id) || createdAt > now - secretLimits.versionKeptMs) continue;
    await secrets.removeVersion(secret, id);
    over -= 1;
    left -= 1;
  }
  if (left <= secretLimits.versionsAtMost) return;
  const sentence = `A secret can have at most ${secretLimits.versionsAtMost} versions of one day.`;
  throw new RegistryError("LimitExceeded", sentence);
}
