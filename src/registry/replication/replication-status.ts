import type { Ports } from "../../ports/ports.ts";
import type { Digest } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import type { ImageReplication } from "./image-replication.ts";
import {
  destinationKey,
  destinationsOf,
  replicationConfiguration,
} from "./replication-configuration.ts";

/**
 * What became of an image's copies, at the destinations that the rules name for its repository now: what
 * went elsewhere by a rule that is gone stays there, and is told no more.
 * Source: ECR API, DescribeImageReplicationStatus.
 */
export async function replicationStatus(
  { metadata }: Pick<Ports, "metadata">,
  repository: Pick<Repository, "registry" | "id" | "name">,
  digest: Digest,
): Promise<ImageReplication[]> {
  const configuration = await replicationConfiguration({ metadata }, repository.registry);
  const named = new Set(destinationsOf(configuration, repository.name).map(destinationKey));
  const found = await metadata.replications.ofImage(repository, digest);
  return found.filter(({ destination }) => named.has(destinationKey(destination)));
}
