import { createHash } from "node:crypto";
import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { keyRefusal } from "../encryption/key-refusal.ts";
import {
  mayService,
  regionalService,
  repositoryContext,
  serviceOperations,
} from "../encryption/service-access.ts";
import { invariant, isRegistryError, type RegistryError } from "../errors.ts";
import type { Caller } from "../identity/principal.ts";
import { awsManagedKey } from "../kms/create-key.ts";
import { lookUpKey, type NamedKey, noSuchKey, requireKey } from "../kms/find-key.ts";
import { namedKeyResource } from "../kms/key-access.ts";
import {
  type KmsGrant,
  type KmsKey,
  type KmsKeyRef,
  kmsKeyArn,
  parseKmsKeyArn,
} from "../kms/kms-key.ts";
import { requireUsable } from "../kms/require-usable.ts";
import { requireAllowed } from "../policy/authorize.ts";
import { RequestContext } from "../policy/request-context.ts";
import type { Encryption, Repository, WantedEncryption } from "./repository.ts";

export type { WantedEncryption } from "./repository.ts";

/** How it will be sealed, and the grants that the registry needs for it: made together with it. */
export interface ClaimedKey {
  readonly encryption: Encryption;
  readonly grants: readonly KmsGrant[];
}

type Claimant = Pick<Repository, "registry" | "name" | "id">;

/**
 * Sees to it that the registry may use the key for the repository: by two grants that the caller makes,
 * or by a key policy that lets the service in. AWS's own key takes no right of the caller's. Source:
 * ECR, "Encryption at rest", "Required IAM permissions".
 * @throws Kms with KMS's code in `kmsError`
 */
export async function claimKey(
  ports: Ports,
  repository: Claimant,
  wanted: WantedEncryption,
): Promise<ClaimedKey> {
  const { type } = wanted;
  if (type === "AES256") return { encryption: { type }, grants: [] };
  const caller = ports.onBehalfOf;
  invariant(caller !== undefined, "somebody asks for what a key is to seal");
  try {
    if (wanted.key === undefined) {
      const key = await awsManagedKey(ports, repository.registry, "alias/aws/ecr");
      return claimed(type, key, grantsOn(key, repository, ports.clock.now()));
    }
    const named = await lookUpKey(ports, repository.registry, wanted.key);
    const refusal = await whyNoGrants(ports, caller, repository, named);
    const byPolicy = named.key !== undefined && (await letsServiceIn(ports, repository, named.key));
    if (refusal !== undefined && !byPolicy) throw refusal;
    const key = requireKey(named);
    requireUsable(key);
    const grants = refusal === undefined ? grantsOn(key, repository, ports.clock.now()) : [];
    return claimed(type, key, grants);
  } catch (error) {
    throw keyRefusal(error);
  }
}

function claimed(type: "KMS" | "KMS_DSSE", key: KmsKey, grants: readonly KmsGrant[]): ClaimedKey {
  return { encryption: { type, keyArn: kmsKeyArn(key) }, grants };
}

/** Ids of the repository's grants: the same whenever they are made, and nobody else's. */
export function grantIds(repository: Pick<Repository, "id">): string[] {
  return [1, 2].map((number) => grantId(repository, number));
}

function grantId({ id }: Pick<Repository, "id">, number: number): string {
  return createHash("sha256").update(`grant ${number} of repository ${id}`).digest("hex");
}

/** Source: ECR, "Encryption at rest": two grants with the same content. */
function grantsOn(key: KmsKey, repository: Claimant, createdAt: number): KmsGrant[] {
  const service = regionalService(repository.registry.region);
  return grantIds(repository).map((id, index) => ({
    key: { registry: key.registry, id: key.id },
    id,
    name: `ecr-${repository.id}-${index + 1}`,
    grantee: service,
    retiring: service,
    operations: [...serviceOperations],
    constraints: { encryptionContextSubset: repositoryContext(repository) },
    issuer: `arn:aws:iam::${repository.registry.account}:root`,
    createdAt,
  }));
}

/** The refusal that keeps the caller from making the grants; `undefined` where nothing does. */
async function whyNoGrants(
  ports: Ports,
  caller: Caller,
  repository: Claimant,
  named: NamedKey,
): Promise<RegistryError | undefined> {
  const { principal } = caller;
  const service = regionalService(repository.registry.region);
  const encryptionContext = repositoryContext(repository);
  const request = { principal, encryptionContext, viaService: service };
  const resource = await namedKeyResource(ports, named, request);
  const describing = new RequestContext(
    caller,
    ports.clock.now(),
    new Map([["aws:viaawsservice", "true"]]),
  );
  const granting = describing.forAction(
    new Map<string, string | readonly string[]>([
      ["aws:viaawsservice", "true"],
      ["kms:granteeprincipal", service],
      ["kms:retiringprincipal", service],
      ["kms:grantoperations", serviceOperations],
      ["kms:grantconstrainttype", "EncryptionContextSubset"],
    ]),
  );
  try {
    await requireAllowed(ports, principal, "kms:DescribeKey", resource, describing);
    requireKey(named);
    await requireAllowed(ports, principal, "kms:CreateGrant", resource, granting);
    return undefined;
  } catch (error) {
    if (isRegistryError(error, "AccessDenied") || isRegistryError(error, "NotFound")) return error;
    throw error; // That nothing can be read at the moment is no reason to make no grants.
  }
}

/** Whether the key policy lets the service do all that it needs, without any grant. */
async function letsServiceIn(ports: Ports, repository: Claimant, key: KmsKey): Promise<boolean> {
  for (const operation of serviceOperations) {
    if (!(await mayService(ports, repository, key, operation))) return false;
  }
  return true;
}

/**
 * Makes the grants, in the transaction of what needs them.
 * @throws Kms when the key went, or is going, in the meantime
 */
export async function insertGrants(
  change: MetadataChange,
  grants: readonly KmsGrant[],
): Promise<void> {
  for (const [index, grant] of grants.entries()) {
    if (index === 0) await requireStillUsable(change, grant.key);
    await change.kms.grants.insert(grant);
  }
}

async function requireStillUsable(change: MetadataChange, ref: KmsKeyRef): Promise<void> {
  const key = await change.kms.keys.lock(ref);
  try {
    if (key === undefined) throw noSuchKey(kmsKeyArn(ref));
    requireUsable(key);
  } catch (error) {
    throw keyRefusal(error);
  }
}

/**
 * Ends what the repository was granted on its key: the service retires its own grants. One that the
 * key's owner has revoked, or whose key is gone, is no matter.
 */
export async function retireGrants(
  change: MetadataChange,
  repository: Pick<Repository, "id" | "encryption">,
): Promise<void> {
  if (!("keyArn" in repository.encryption)) return;
  const key = parseKmsKeyArn(repository.encryption.keyArn);
  for (const id of grantIds(repository)) await change.kms.grants.remove(key, id);
}

/** After the transaction: decisions from before it are not to be gone by any more. */
export function forgetGrants({ memory }: Pick<Ports, "memory">, grants: readonly KmsGrant[]): void {
  for (const { key } of grants) memory.access.forgetKmsKey(key);
}
