import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { noteService } from "../audit/service-event.ts";
import { RegistryError } from "../errors.ts";
import { judgeTree } from "../gates/judge-tree.ts";
import { treeOf } from "../gates/request-judgement.ts";
import {
  type Digest,
  type Registry,
  type RepositoryName,
  repositoryArn,
  type Tag,
} from "../names.ts";
import { Copying } from "../replication/copy-image.ts";
import { LocalTarget } from "../replication/local-target.ts";
import type { Reach } from "../replication/reach.ts";
import { isSameRegistry } from "../replication/replication-configuration.ts";
import { lockRepository } from "../repositories/find-repository.ts";
import type { Repository } from "../repositories/repository.ts";
import { type ApprovalRequest, isApprovalGood, registryAt } from "./approval.ts";
import { copyAttached } from "./copy-attached.ts";
import { queueRecheck } from "./queue-approvals.ts";

/** Other registries of the deployment; no peers: they know nothing of approvals. */
export type PromotionReach = Pick<Reach, "regions" | "organization" | "trashMs">;

export interface Promoted {
  readonly request: ApprovalRequest;
  readonly destination: Registry;
  readonly name: RepositoryName;
  readonly tags: readonly Tag[];
  /** What goes with it. */
  readonly attached: readonly Digest[];
}

/**
 * Brings what was approved to another registry, as replication does: the policies there decide, a missing
 * repository is made as the template for replication says, and the image is a copy there. First comes the
 * approval, then the image, then what is attached to it, and its tags at last. Of two promotions of a tag
 * that of the later approval counts, whichever comes later.
 * @throws AccessDenied where the policies there refuse it, or the environment there takes no such approval
 * @throws ImageTagAlreadyExists where a tag stays at another image
 * @throws RemovedLater for what was deleted there after it was approved
 */
export async function promoteElsewhere(
  ports: Ports,
  reach: PromotionReach,
  source: Repository,
  promoted: Promoted,
  signal: AbortSignal,
): Promise<void> {
  const { request, destination, name, tags, attached } = promoted;
  const { digest } = request;
  if (!reach.regions.includes(destination.region)) {
    const sentence = `The region ${destination.region} is not served here`;
    throw new RegistryError("InvalidParameter", sentence);
  }
  const since = request.decidedAt ?? 0;
  const target = new LocalTarget(ports, reach, source, destination, { name, since });
  await target.admit();
  await target.prepare([], since);
  const there = await approveElsewhere(ports, source, promoted);
  const copying = new Copying(ports, source, target);
  await copying.image({ digest, tags: [] }, signal);
  await copyAttached(copying, attached, signal);
  await judgeTree(ports, there, digest);
  if (tags.length === 0) return;
  await copying.image({ digest, tags }, signal);
  await requireTagged(ports, there, digest, tags);
}

/** A copy comes without the tags that it may not move. */
async function requireTagged(
  { metadata }: Ports,
  there: Repository,
  digest: Digest,
  tags: readonly Tag[],
): Promise<void> {
  for (const tag of tags) {
    if ((await metadata.tags.find(there, tag)) === digest) continue;
    const sentence = `The image is there, but the tag '${tag}' stays where it is: it is immutable, or was moved after the approval`;
    throw new RegistryError("ImageTagAlreadyExists", sentence);
  }
}

/**
 * Before anything of it is there, so that a gate which asks for the approval finds it. It counts where the
 * environment of the same name there says so; where there is none, no gate can ask for it.
 */
function approveElsewhere(
  ports: Ports,
  source: Repository,
  { request, destination, name }: Promoted,
): Promise<Repository> {
  return ports.metadata.transaction(async (change) => {
    const there = await lockRepository(change, destination, name);
    const { environment } = request;
    const known = await change.approvals.environment(destination, environment);
    if (known === undefined) return there;
    const accepted = known.rule.acceptFrom ?? [];
    if (!accepted.some((each) => isSameRegistry(registryAt(each), source.registry))) {
      const sentence = `The environment '${environment}' of account ${destination.account} in ${destination.region} takes no approvals of account ${source.registry.account} in ${source.registry.region}`;
      throw new RegistryError("AccessDenied", sentence);
    }
    await putApprovals(ports, change, source, there, request);
    return there;
  });
}

async function putApprovals(
  ports: Ports,
  change: MetadataChange,
  source: Repository,
  there: Repository,
  { id, digest: wanted, environment }: ApprovalRequest,
): Promise<void> {
  const now = ports.clock.now();
  const forIt = async (repository: Repository, digest: Digest) => {
    const approvals = await change.approvals.approvals(repository, digest);
    return approvals.find((each) => each.environment === environment);
  };
  const repository = { registry: there.registry, id: there.id };
  for (const digest of await treeOf(change, source, wanted)) {
    const approval = await forIt(source, digest);
    const own = await forIt(there, digest);
    if (approval === undefined || own?.request === approval.request) continue;
    // What is approved there itself does not end with what is approved here.
    if (own !== undefined && own.from === undefined && isApprovalGood(own, now)) continue;
    const from = approval.from ?? source.registry;
    await change.approvals.putApproval({ ...approval, repository, from });
    if (digest !== wanted) continue;
    await queueRecheck(change, there, digest, { runAt: approval.until, now });
    const { registry, name } = there;
    await noteService(ports, change, {
      ...{ registry, eventSource: "entrepot", arn: repositoryArn(registry, name) },
      eventName: "AcceptApproval",
      details: {
        ...{ repositoryName: name, imageDigest: digest, environment, requestId: id },
        ...{ sourceRegistryId: source.registry.account, sourceRegion: source.registry.region },
        sourceRepositoryName: source.name,
      },
    });
  }
}
