import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { encryptionDomain } from "../encryption/domain.ts";
import { invalidParameter, RegistryError } from "../errors.ts";
import { newJob, rerun } from "../jobs/job.ts";
import type { Registry, RepositoryName } from "../names.ts";
import {
  type ClaimedKey,
  claimKey,
  forgetGrants,
  insertGrants,
  type WantedEncryption,
} from "../repositories/claim-key.ts";
import {
  findRepository,
  lockRepository,
  repositoryNotFound,
} from "../repositories/find-repository.ts";
import type { Encryption, Repository } from "../repositories/repository.ts";
import { isUnderWay, leadsTo, newRekey, type Rekey } from "./rekey.ts";

/** The kind of job that does the work. Its key is the repository's id. */
export const rekeyKind = "rekey";

/** What such a job must know. */
export interface RekeyPayload {
  readonly name: RepositoryName;
  readonly repositoryId: string;
}

/**
 * Puts the repository under another key. What is pushed is sealed under it from now on; what is there
 * comes under it in the background. The new key's grants are made together with that; the old one's
 * stay until nothing needs it. Asked again for the same key, it goes on at once if it was waiting.
 * @returns how far it is
 * @throws RepositoryNotFound
 * @throws InvalidParameter where content would have to be sealed another number of times
 * @throws Conflict while it comes under yet another key
 * @throws Kms when the key is not there, or not for this
 */
export async function rekeyRepository(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  wanted: WantedEncryption,
): Promise<Rekey> {
  const found = await findRepository(ports, registry, name);
  requireSameLayers(found.encryption.type, wanted.type);
  const claimed = await claimKey(ports, found, wanted);
  const rekey = await ports.metadata.transaction(async (change) => {
    const repository = await lockRepository(change, registry, name);
    if (repository.id !== found.id) throw repositoryNotFound(registry, name);
    const now = ports.clock.now();
    const current = await change.rekeys.find(repository);
    if (isUnderWay(current)) {
      if (!leadsTo(current, claimed.encryption)) throw underWay(repository, current.to);
      await hurry(change, repository, now);
      return current;
    }
    if (encryptionDomain(repository) === encryptionDomain(claimed)) {
      if (current !== undefined && leadsTo(current, claimed.encryption)) return current;
      const { encryption } = claimed;
      return { ...newRekey(repository, encryption, encryption, now), finishedAt: now, objects: 0 };
    }
    requireSameLayers(repository.encryption.type, claimed.encryption.type);
    return begin(change, repository, claimed, now);
  });
  ports.memory.access.forgetRepository(registry, name);
  forgetGrants(ports, claimed.grants);
  return rekey;
}

async function begin(
  change: MetadataChange,
  repository: Repository,
  { encryption, grants }: ClaimedKey,
  now: number,
): Promise<Rekey> {
  const { registry, id, name } = repository;
  const rekey = newRekey(repository, repository.encryption, encryption, now);
  await change.repositories.setEncryption(repository, encryption);
  await insertGrants(change, grants);
  await change.rekeys.put(rekey);
  const payload: RekeyPayload = { name, repositoryId: id };
  const job = { kind: rekeyKind, key: id, registry, payload, runAt: now };
  await change.jobs.enqueue(newJob(job, now));
  return rekey;
}

/** What waits after a failure goes on now. */
async function hurry(change: MetadataChange, repository: Repository, now: number): Promise<void> {
  const job = await change.jobs.lockActive(repository.registry, rekeyKind, repository.id);
  if (job !== undefined) await change.jobs.replace(rerun(job, now));
}

/** A data key can be wrapped anew; what is sealed once can not be made sealed twice by that. */
function requireSameLayers(from: Encryption["type"], to: Encryption["type"]): void {
  if ((from === "KMS_DSSE") === (to === "KMS_DSSE")) return;
  throw invalidParameter(
    "encryptionConfiguration.encryptionType",
    `a repository under ${from} can't be put under ${to}: its content would have to be sealed anew`,
  );
}

function underWay({ registry, name }: Repository, to: Encryption): RegistryError {
  return new RegistryError(
    "Conflict",
    `The repository with name '${name}' in registry with id '${registry.account}' is being put under another key: ${encryptionDomain({ encryption: to })}`,
  );
}

/**
 * How the repository came, or comes, under its key; `undefined` where it never was under another.
 * @throws RepositoryNotFound
 */
export async function describeRekey(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
): Promise<Rekey | undefined> {
  return ports.metadata.rekeys.find(await findRepository(ports, registry, name));
}
