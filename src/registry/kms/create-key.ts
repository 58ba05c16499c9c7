import { randomUUID } from "node:crypto";
import type { KmsChange } from "../../ports/kms-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { invariant } from "../errors.ts";
import type { ResourceTag } from "../identity/entity.ts";
import type { Registry } from "../names.ts";
import { defaultKeyPolicy, serviceKeyPolicy } from "./key-policy.ts";
import type { KmsKey, KmsVersionOrigin } from "./kms-key.ts";
import { kmsLimits } from "./kms-limits.ts";

export interface NewKey {
  readonly registry: Registry;
  readonly description?: string | undefined;
  /** As `checkedKeyPolicy` gives it; by default the policy that leaves the key to its account. */
  readonly policy?: string | undefined;
  readonly tags?: readonly ResourceTag[] | undefined;
}

type KeyPorts = Pick<Ports, "metadata" | "keys" | "clock">;

/**
 * Makes a key with its first version, or neither.
 * @param check may still refuse the key as it is going to be
 */
export async function createKey(
  ports: KeyPorts,
  wanted: NewKey,
  check?: (key: KmsKey) => Promise<void>,
): Promise<KmsKey> {
  const key = newKey(ports, wanted);
  await check?.(key);
  await ports.metadata.transaction(({ kms }) => insertKey(ports, kms, key));
  return key;
}

/** The keys that services make for an account, by their alias. */
const managed: Readonly<Record<string, { service: string; description: string }>> = {
  "alias/aws/ecr": {
    service: "ecr",
    description: "Default key that protects my ECR data when no other key is defined",
  },
};

/**
 * The service's own key in the account and region. It is made when it is first asked for, once however
 * many ask. Source: KMS, "AWS managed keys".
 */
export async function awsManagedKey(
  ports: KeyPorts,
  registry: Registry,
  alias: "alias/aws/ecr",
): Promise<KmsKey> {
  return (await findManaged(ports, registry, alias)) ?? (await makeManaged(ports, registry, alias));
}

async function findManaged(
  { metadata }: KeyPorts,
  registry: Registry,
  name: string,
): Promise<KmsKey | undefined> {
  const alias = await metadata.kms.aliases.find(registry, name);
  return alias && (await metadata.kms.keys.find({ registry, id: alias.key }));
}

async function makeManaged(ports: KeyPorts, registry: Registry, name: string): Promise<KmsKey> {
  const { service, description } = managed[name]!;
  const now = ports.clock.now();
  const periodDays = kmsLimits.rotationDefaultDays;
  const wanted = { registry, description, policy: serviceKeyPolicy(registry, service) };
  const key: KmsKey = {
    ...newKey(ports, wanted),
    manager: "AWS",
    rotation: { periodDays, nextAt: now + periodDays * dayMs },
  };
  const made = await ports.metadata.transaction(async ({ kms }) => {
    const alias = { registry, name, key: key.id, createdAt: now, updatedAt: now };
    // The alias decides who of several is the first.
    if (!(await kms.aliases.insertIfAbsent(alias))) return undefined;
    await insertKey(ports, kms, key);
    return key;
  });
  const found = made ?? (await findManaged(ports, registry, name));
  invariant(found !== undefined, "an alias of a service has its key");
  return found;
}

export const dayMs = 86_400_000;

function newKey(ports: KeyPorts, wanted: NewKey): KmsKey {
  const { registry, description = "", policy = defaultKeyPolicy(registry), tags = [] } = wanted;
  return {
    ...{ registry, id: randomUUID(), state: "Enabled", manager: "CUSTOMER" },
    ...{ description, policy, tags },
    ...{ createdAt: ports.clock.now(), deletionAt: undefined },
    ...{ version: 1, rotation: undefined, rotationsOnDemand: 0 },
  };
}

async function insertKey(ports: KeyPorts, kms: KmsChange, key: KmsKey): Promise<void> {
  await kms.keys.insert(key);
  await addVersion(ports, kms, key, "CREATED");
}

/** The material of the key's version as the row has it, which must be a new one. */
export async function addVersion(
  ports: Pick<Ports, "keys" | "clock">,
  kms: KmsChange,
  key: KmsKey,
  origin: KmsVersionOrigin,
): Promise<void> {
  const version = { key: { registry: key.registry, id: key.id }, version: key.version };
  const wrapped = ports.keys.material.create(version);
  await kms.keys.insertVersion({ ...version, wrapped, origin, createdAt: ports.clock.now() });
}
