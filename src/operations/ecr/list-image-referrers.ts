import type {
  ImageReferrer,
  ListImageReferrersRequest,
  ListImageReferrersResponse,
} from "@aws-sdk/client-ecr";
import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { listReferrers, type Referrer } from "../../registry/images/list-images.ts";
import { limits } from "../../registry/limits.ts";
import { type Digest, isDigest } from "../../registry/names.ts";
import { bringReferrers } from "../../registry/pull-through-cache/layer-or-fetch.ts";
import { findRepository } from "../../registry/repositories/find-repository.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";
import { cacheRequest } from "./cache-request.ts";
import { statesOf } from "./image-filter.ts";
import { repositoryResource } from "./resource.ts";
import {
  anyDigest,
  artifactStatus,
  type Members,
  nextToken,
  registryId,
  repositoryName,
  request,
} from "./shapes.ts";
import type { Wire } from "./wire.ts";

const referrersFilter = z
  .object({
    artifactTypes: z.array(z.string().min(1).max(255)).max(5).default([]),
    artifactStatus: artifactStatus.default("ACTIVE"),
  })
  .prefault({});

/** Manifests whose subject is the given digest; none is an empty list, not an error. */
export const listImageReferrers = operation("ecr:ListImageReferrers", {
  input: request({
    registryId,
    repositoryName,
    subjectId: z.object({ imageDigest: anyDigest }),
    filter: referrersFilter,
    nextToken,
    maxResults: z.int().min(1).max(limits.referrersPageMaximum).optional(),
  } satisfies Members<ListImageReferrersRequest>),
  resource: repositoryResource,
  // Source: ECR, service authorization reference: there is no action of the operation's own name.
  action: "ecr:BatchGetImage",
  access: "Read",
  errors: ["InvalidParameter", "RepositoryNotFound", "Validation"],
  async handle(input, context): Promise<Wire<ListImageReferrersResponse>> {
    const { ports, caller } = context;
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name, filter } = input;
    const subject = input.subjectId.imageDigest;
    await findRepository(ports, registry, name);

    const { artifactTypes, artifactStatus: status } = filter;
    const narrowedBy = [name, subject, artifactTypes, status];
    const listing = { operation: "ListImageReferrers", registry, narrowedBy };
    const after = openPosition(ports, listing, input.nextToken) as Digest | undefined;
    // Nothing is ever referred to by a digest of another algorithm.
    if (!isDigest(subject)) return { referrers: [] };
    if (after === undefined) await bringReferrers(cacheRequest(context, registry, name), subject);
    const types = {
      states: statesOf(status),
      ...(artifactTypes.length > 0 ? { artifactTypes } : {}),
    };
    const { items, more, last } = await readPage<Referrer, Digest>({
      after,
      size: input.maxResults ?? limits.referrersPageDefault,
      fetch: (request) => listReferrers(ports, registry, name, subject, request, types),
      key: (referrer) => referrer.digest,
      // Annotations are the pusher's: nearly a whole manifest may be made of them.
      weigh: annotationCharacters,
      weightLimit: limits.pageAnnotationCharacters,
      atOnce: 5,
    });
    const next = more && last !== undefined ? sealPosition(ports, listing, last) : undefined;
    return { referrers: items.map(referrerAnswer), nextToken: next };
  },
});

function annotationCharacters({ annotations }: Referrer): number {
  let characters = 0;
  for (const [key, value] of Object.entries(annotations)) characters += key.length + value.length;
  return characters;
}

function referrerAnswer(referrer: Referrer): Wire<ImageReferrer> {
  return {
    digest: referrer.digest,
    mediaType: referrer.mediaType,
    artifactType: referrer.artifactType,
    size: referrer.sizeBytes,
    annotations: referrer.annotations,
    artifactStatus: referrer.state,
  };
}
