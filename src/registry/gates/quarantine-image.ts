import type { MetadataChange, MetadataReads } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { addQuarantineEvent } from "../events/gate-event.ts";
import { imageNotFound } from "../images/get-image.ts";
import { limits } from "../limits.ts";
import type { Digest, Registry, RepositoryName, Tag } from "../names.ts";
import { lockRepository } from "../repositories/find-repository.ts";
import type { Repository, RepositoryRef } from "../repositories/repository.ts";
import { quarantineReason } from "./evaluate-verdict.ts";
import type { Quarantine, VerdictReason } from "./gate.ts";
import { queueJudgement, treeOf } from "./request-judgement.ts";

/** Which image, and what is said about it. */
export interface HandOn {
  readonly image: { readonly digest?: Digest | undefined; readonly tag?: Tag | undefined };
  readonly reason: string;
  /** An ARN. */
  readonly by: string;
}

/**
 * Holds an image back from now on, and all that it lists, whatever gates say and also when it is deleted
 * and pushed again. It is bound to the digest, in this repository.
 * @returns all digests that are in quarantine by that, the image's own first
 * @throws RepositoryNotFound, ImageNotFound
 */
export function quarantineImage(
  ports: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
  name: RepositoryName,
  { image, reason, by }: HandOn,
): Promise<readonly Digest[]> {
  return ports.metadata.transaction(async (change) => {
    const repository = await lockRepository(change, registry, name);
    const digest = await namedDigest(change, repository, image);
    const at = ports.clock.now();
    const tree = await treeOf(change, repository, digest);
    for (const each of tree) {
      const ref = { registry, id: repository.id };
      const quarantine: Quarantine = { repository: ref, digest: each, reason, by, at };
      await change.gates.putQuarantine(quarantine);
      await holdAtOnce(change, quarantine.repository, each, quarantineReason(quarantine), at);
      await queueJudgement(change, repository, each, { runAt: at, now: at });
    }
    await tell(change, repository, "QUARANTINE", { digest, by, reason, at });
    return tree;
  });
}

/**
 * Ends what `quarantineImage` began, of the image and all that it lists. Gates still have their say, and
 * what is judged anew can be pulled a moment later.
 * @returns the digests that were in quarantine
 * @throws RepositoryNotFound, ImageNotFound
 * @throws ResourceNotFound where none was
 */
export function releaseImage(
  ports: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
  name: RepositoryName,
  { image, reason, by }: HandOn,
): Promise<readonly Digest[]> {
  return ports.metadata.transaction(async (change) => {
    const repository = await lockRepository(change, registry, name);
    const digest = await namedDigest(change, repository, image);
    const at = ports.clock.now();
    const released: Digest[] = [];
    for (const each of await treeOf(change, repository, digest)) {
      if (!(await change.gates.removeQuarantine(repository, each))) continue;
      released.push(each);
      await queueJudgement(change, repository, each, { runAt: at, now: at });
    }
    if (released.length === 0) {
      throw new RegistryError("ResourceNotFound", `The image '${digest}' is not in quarantine`);
    }
    await tell(change, repository, "RELEASE", { digest, by, reason, at });
    return released;
  });
}

/**
 * The image that is meant, of a locked repository.
 * @throws ImageNotFound also where tag and digest name different ones
 */
export async function namedDigest(
  change: Pick<MetadataReads, "images" | "tags">,
  repository: Repository,
  { digest, tag }: HandOn["image"],
): Promise<Digest> {
  const tagged = tag === undefined ? digest : await change.tags.find(repository, tag);
  if (tagged === undefined || (digest !== undefined && digest !== tagged)) throw imageNotFound();
  if ((await change.images.find(repository, tagged)) === undefined) throw imageNotFound();
  return tagged;
}

/** For a reason that does not wait for a job. That tells of it: to it the verdict is one not reached yet. */
export async function holdAtOnce(
  { gates }: Pick<MetadataChange, "gates">,
  repository: RepositoryRef,
  digest: Digest,
  reason: VerdictReason,
  at: number,
): Promise<void> {
  const before = await gates.verdict(repository, digest);
  const others = (before?.reasons ?? []).filter(({ code }) => code !== reason.code);
  await gates.putVerdict({
    ...{ repository, digest, state: "QUARANTINED", reasons: [reason, ...others] },
    review: before?.review,
    changedAt: before?.state === "QUARANTINED" ? before.changedAt : at,
    judgedAt: undefined,
  });
}

async function tell(
  change: MetadataChange,
  repository: Repository,
  action: "QUARANTINE" | "RELEASE",
  told: {
    readonly digest: Digest;
    readonly by: string;
    readonly reason: string;
    readonly at: number;
  },
): Promise<void> {
  const tags = await change.tags.of(repository, told.digest, limits.tagsPerImage);
  await addQuarantineEvent(change, repository, action, { ...told, tags });
}
