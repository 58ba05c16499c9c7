import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { noteService } from "../audit/service-event.ts";
import { addEvent, addRepositoryEvent } from "../events/new-event.ts";
import { type Digest, type Registry, repositoryArn, type Tag } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";

export const replicationDetailType = "ECR Replication Action";

interface Told {
  readonly from: Registry;
  readonly claimedBy?: string | undefined;
  readonly digest: Digest;
  /** Those that the copy got; one event is told of each, and one of the image itself without any. */
  readonly tags: readonly Tag[];
  readonly at: number;
}

/**
 * A copy came, in the registry where it is: events and a record of its trail. Source: ECR, "Event for
 * an image replication"; the image was not pushed there, so that nothing is told of a push.
 */
export async function addReplicationEvents(
  ports: Pick<Ports, "memory" | "clock">,
  change: MetadataChange,
  repository: Repository,
  told: Told,
): Promise<void> {
  const arn = repositoryArn(repository.registry, repository.name);
  for (const tag of eachTag(told.tags)) {
    await addRepositoryEvent(change, repository, {
      ...{ source: "aws.ecr", at: told.at, detailType: replicationDetailType, resources: [arn] },
      detail: detailOf("SUCCESS", repository.name, told, tag),
    });
  }
  await noteService(ports, change, {
    ...{ registry: repository.registry, eventSource: "ecr.amazonaws.com", arn },
    eventName: "ReplicateImage",
    details: {
      repositoryName: repository.name,
      imageId: { imageDigest: told.digest },
      imageTags: [...told.tags],
      sourceRegistryId: told.from.account,
      sourceRegion: told.from.region,
      // What another deployment says of itself is no more than that.
      ...(told.claimedBy === undefined ? {} : { sourceClaimedBy: told.claimedBy }),
    },
  });
}

/** A copy could not be made. Nothing of it is where it should have come to. */
export async function addReplicationFailure(
  change: Pick<MetadataChange, "outbox">,
  destination: Registry,
  name: string,
  told: Told,
): Promise<void> {
  for (const tag of eachTag(told.tags)) {
    await addEvent(change, destination, {
      ...{ source: "aws.ecr", at: told.at, detailType: replicationDetailType },
      resources: [repositoryArn(destination, name)],
      detail: detailOf("FAILED", name, told, tag),
    });
  }
}

export interface GivenUp {
  readonly action: "COPY" | "DELETE" | "DELETE_REPOSITORY" | "SETTING";
  readonly digest?: Digest;
  readonly tags?: readonly Tag[];
  readonly setting?: string;
  readonly destination: Registry;
  readonly code: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Something could not be brought to a destination: told where it should have come from. */
export async function addGivenUpEvent(
  change: Pick<MetadataChange, "outbox">,
  repository: Pick<Repository, "registry" | "id" | "name">,
  { action, digest, tags = [], setting, destination, code, at }: GivenUp,
): Promise<void> {
  await addRepositoryEvent(change, repository, {
    ...{ source: "entrepot", at, detailType: "Entrepot Replication" },
    resources: [repositoryArn(repository.registry, repository.name)],
    detail: {
      ...{ "action-type": action, result: "FAILED", "failure-code": code },
      "repository-name": repository.name,
      ...(digest === undefined ? {} : { "image-digest": digest }),
      ...(setting === undefined ? { "image-tags": tags } : { setting }),
      "destination-account": destination.account,
      "destination-region": destination.region,
    },
  });
}

function eachTag(tags: readonly Tag[]): readonly (Tag | undefined)[] {
  return tags.length === 0 ? [undefined] : tags;
}

function detailOf(
  result: "SUCCESS" | "FAILED",
  name: string,
  { from, digest }: Told,
  tag: Tag | undefined,
) {
  return {
    result,
    "repository-name": name,
    "image-digest": digest,
    "source-account": from.account,
    "action-type": "REPLICATE",
    "source-region": from.region,
    ...(tag === undefined ? {} : { "image-tag": tag }),
  };
}
