import type { MetadataChange } from "../../ports/metadata-store.ts";
import { noteService } from "../audit/service-event.ts";
import { addEvent, addRepositoryEvent } from "../events/new-event.ts";
import type { Image } from "../images/image.ts";
import { type Digest, repositoryArn, type Tag } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import type { CachedRepository } from "./cached-repository.ts";

const detailType = "ECR Pull Through Cache Action";
const reasonCharacters = 1_024;

/** An image came from the upstream. Source: ECR, "Event for a pull through cache action"; spec 14.1. */
export async function addCacheEvents(
  cached: CachedRepository,
  change: MetadataChange,
  repository: Repository,
  { image, tags }: { readonly image: Image; readonly tags: readonly Tag[] },
): Promise<void> {
  const arn = repositoryArn(repository.registry, repository.name);
  const { digest } = image;
  const at = cached.ports.clock.now();
  for (const tag of tags.length === 0 ? [undefined] : tags) {
    const detail = detailOf(cached, "SUCCESS", digest, tag);
    const told = { source: "aws.ecr", at, detailType, resources: [arn], detail } as const;
    await addRepositoryEvent(change, repository, told);
  }
  await noteService(cached.ports, change, {
    ...{ registry: repository.registry, eventSource: "ecr.amazonaws.com", arn },
    eventName: "BatchImportUpstreamImage",
    details: {
      repositoryName: repository.name,
      imageId: { imageDigest: digest },
      imageTags: [...tags],
      upstreamRegistryUrl: cached.rule.settings.upstreamUrl,
      upstreamRepositoryName: cached.upstreamName,
    },
  });
}

/** One could not be stored. */
export async function addCacheFailure(
  cached: CachedRepository,
  failed: { readonly digest: Digest; readonly tag: Tag | undefined; readonly error: unknown },
): Promise<void> {
  const { ports, registry, name } = cached;
  const { digest, tag, error } = failed;
  const reason = error instanceof Error ? error.message.slice(0, reasonCharacters) : "";
  const code = error instanceof Error && "kind" in error ? String(error.kind) : "Internal";
  await ports.metadata.transaction((change) =>
    addEvent(change, registry, {
      ...{ source: "aws.ecr", at: ports.clock.now(), detailType },
      resources: [repositoryArn(registry, name)],
      detail: {
        ...detailOf(cached, "FAILED", digest, tag),
        ...{ "failure-code": code, "failure-reason": reason },
      },
    }),
  );
}

function detailOf(
  { rule, name }: CachedRepository,
  status: "SUCCESS" | "FAILED",
  digest: Digest,
  tag: Tag | undefined,
) {
  return {
    "rule-version": "1",
    "sync-status": status,
    "ecr-repository-prefix": rule.settings.prefix,
    "repository-name": name,
    "upstream-registry-url": rule.settings.upstreamUrl,
    ...(tag === undefined ? {} : { "image-tag": tag }),
    "image-digest": digest,
  };
}
