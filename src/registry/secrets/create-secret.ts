import { randomInt, randomUUID } from "node:crypto";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { ResourceTag } from "../identity/entity.ts";
import type { Caller } from "../identity/principal.ts";
import type { Registry } from "../names.ts";
import type { Secret, SecretContent } from "./secret.ts";
import { currentStage } from "./secret.ts";
import { secretLimits } from "./secret-limits.ts";
import { withNewVersion } from "./secret-stages.ts";
import { openContent, sealContent } from "./secret-value.ts";

export interface NewSecret {
  readonly name: string;
  readonly description: string | undefined;
  readonly keyArn: string | undefined;
  readonly tags: readonly ResourceTag[];
  /** The id of the first version. */
  readonly versionId: string | undefined;
  readonly content: SecretContent | undefined;
}

export interface MadeSecret {
  readonly secret: Secret;
  /** Absent where the secret has no value yet. */
  readonly versionId: string | undefined;
}

/**
 * A secret with its first version, if it is given a value. The same request with the same version id
 * gives the same secret again.
 * @throws ResourceExists, InvalidRequest while a secret of that name waits for its deletion
 * @throws LimitExceeded, AccessDenied, EncryptionFailure
 */
export async function createSecret(
  ports: Ports,
  caller: Caller,
  registry: Registry,
  wanted: NewSecret,
): Promise<MadeSecret> {
  const { name, description, keyArn, tags, content } = wanted;
  const id = wanted.versionId ?? randomUUID();
  const now = ports.clock.now();
  const stages = content ? withNewVersion(new Map(), [currentStage], id) : new Map();
  const secret: Secret = {
    ...{ registry, name, suffix: freshSuffix(), description, keyArn, stages, tags },
    ...{ policy: undefined, createdAt: now, changedAt: now },
    ...{ accessedAt: undefined, deletion: undefined },
  };
  const value = content && (await sealContent(ports, caller, secret, id, content));
  const isMade = await ports.metadata.transaction(async ({ secrets, repositories }) => {
    await repositories.lockCount(registry);
    if (!(await secrets.insertIfAbsent(secret))) return false;
    if (value) await secrets.insertVersionIfAbsent(secret, { id, createdAt: now, value });
    if ((await secrets.count(registry)) > secretLimits.secrets) throw tooMany();
    return true;
  });
  if (isMade) return { secret, versionId: content && id };
  return madeBefore(ports, caller, secret, { id, content });
}

/** @throws ResourceExists, InvalidRequest */
async function madeBefore(
  ports: Ports,
  caller: Caller,
  { registry, name }: Secret,
  { id, content }: { readonly id: string; readonly content: SecretContent | undefined },
): Promise<MadeSecret> {
  const secret = await ports.metadata.secrets.find(registry, name);
  if (secret?.deletion !== undefined) {
    throw new RegistryError(
      "InvalidRequest",
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  }
  const version = secret && (await ports.metadata.secrets.findVersion(secret, id));
  if (secret && version && content) {
    const known = await openContent(ports, caller, secret, version);
    if (isSameContent(known, content)) return { secret, versionId: id };
  }
  throw new RegistryError(
    "ResourceExists",
    `The operation failed because the secret ${name} already exists.`,
  );
}

export function isSameContent(one: SecretContent, other: SecretContent): boolean {
  return one.text === other.text && one.binary === other.binary;
}

const characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

function freshSuffix(): string {
  return Array.from({ length: 6 }, () => characters[randomInt(characters.length)]).join("");
}

function tooMany(): RegistryError {
  const sentence = `You can have at most ${secretLimits.secrets} secrets in a region.`;
  return new RegistryError("LimitExceeded", sentence);
}
