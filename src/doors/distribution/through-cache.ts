import { auditError } from "../../registry/audit/audit-error.ts";
import { requestTags } from "../../registry/creation-templates/create-by-template.ts";
import { createUnasked } from "../../registry/creation-templates/create-unasked.ts";
import { isRegistryError } from "../../registry/errors.ts";
import { type FoundImage, getImage } from "../../registry/images/get-image.ts";
import type { FoundLayer } from "../../registry/layers/find-layer.ts";
import type { Digest, Tag } from "../../registry/names.ts";
import { repositoryAsResource, requireAllowed } from "../../registry/policy/authorize.ts";
import { requireAdmitted } from "../../registry/pull-through-cache/cache-terms.ts";
import {
  type CachedRepository,
  cachedRepository,
} from "../../registry/pull-through-cache/cached-repository.ts";
import { fetchLayer } from "../../registry/pull-through-cache/fetch-layer.ts";
import { importImage } from "../../registry/pull-through-cache/import-image.ts";
import { importReferrers } from "../../registry/pull-through-cache/import-referrers.ts";
import type { LayerFetch } from "../../registry/pull-through-cache/layer-fetch.ts";
import {
  isJudgedFirst,
  manifestFromUpstream,
  refreshedTag,
} from "../../registry/pull-through-cache/pull-through.ts";
import type { FetchedManifest } from "../../registry/pull-through-cache/upstream.ts";
import { upstreamRefusal } from "../../registry/pull-through-cache/upstream-refusal.ts";
import type { Repository } from "../../registry/repositories/repository.ts";
import { creationAudit } from "./create-on-push.ts";
import { type Exchange, mayDo, requireAction } from "./exchange.ts";

/** A manifest as it is served, whether it is stored already or not. */
export interface ServedManifest {
  readonly repository: Repository;
  readonly digest: Digest;
  readonly mediaType: string;
  readonly manifest: Buffer;
}

type Reference = { readonly tag: Tag } | { readonly digest: Digest };

/** Ends a look at a tag that names another image at the upstream by now. */
class Superseded extends Error {
  readonly by: FetchedManifest;
  constructor(by: FetchedManifest) {
    super("a tag names another image at its upstream");
    this.by = by;
  }
}

/**
 * The manifest of an image of this repository; under a rule of the pull-through cache, of its upstream
 * where it is not here, or a tag's time is over. That one is imported after the answer.
 * @throws what `getImage` throws; of the upstream, what `manifestFromUpstream` does
 */
export async function findManifest(
  exchange: Exchange,
  reference: Reference,
  pull: boolean,
): Promise<ServedManifest> {
  const { environment, registry, name } = exchange;
  const find = (refresh?: Parameters<typeof getImage>[4]["refresh"]) =>
    getImage(environment.ports, registry, name, reference, { pull, refresh }).then(servedOf);
  try {
    return await find(async ({ repository, image }) => {
      if (image === undefined || !("tag" in reference)) return;
      const cached = await cacheFor(exchange);
      if (cached === undefined) return;
      const now = await refreshedTag(cached, repository, reference.tag, image.digest);
      if (now !== undefined) throw new Superseded(now);
    });
  } catch (error) {
    const isMissing =
      isRegistryError(error, "RepositoryNotFound") || isRegistryError(error, "ImageNotFound");
    if (!isMissing && !(error instanceof Superseded)) throw error;
    const cached = await cacheFor(exchange);
    if (cached === undefined) throw error;
    const named = "tag" in reference ? reference.tag : reference.digest;
    const by = error instanceof Superseded ? error.by : await manifestFromUpstream(cached, named);
    return serveFetched(exchange, cached, reference, by, () => find());
  }
}

function servedOf({ repository, image, manifest }: FoundImage): ServedManifest {
  return { repository, digest: image.digest, mediaType: image.mediaType, manifest };
}

async function serveFetched(
  exchange: Exchange,
  cached: CachedRepository,
  reference: Reference,
  fetched: FetchedManifest,
  find: () => Promise<ServedManifest>,
): Promise<ServedManifest> {
  const repository = await madeRepository(exchange);
  const tag = "tag" in reference ? reference.tag : undefined;
  const imported = importImage(cached, fetched, tag);
  imported.catch(() => undefined); // An event tells it; the next pull tries again.
  exchange.afterwards.push(imported);
  const { digest, bytes: manifest, mediaType = "" } = fetched;
  if (!(await isJudgedFirst(cached, repository, digest))) {
    return { repository, digest, mediaType, manifest };
  }
  await imported.catch((error: unknown) => {
    throw upstreamRefusal(error);
  });
  return find();
}

/** Has what the upstream lists about an image here before it is listed, where the caller may. */
export async function bringReferrers(exchange: Exchange, subject: Digest): Promise<void> {
  const { registry, name, unrecorded } = exchange;
  const cached = await cacheFor(exchange);
  if (cached === undefined) return;
  if ((await unrecorded.repositories.find(registry, name)) === undefined) return;
  await importReferrers(cached, subject);
}

/**
 * The repository as a cache, in the deployment's own name; `undefined` where it is none, or the caller
 * may not have anything imported. Source: ECR, "Pull through cache": `ecr:BatchImportUpstreamImage`.
 */
async function cacheFor(exchange: Exchange): Promise<CachedRepository | undefined> {
  const { environment, registry, name, unrecorded } = exchange;
  const { ports, organization, deployment } = environment;
  const own = { ...ports, metadata: unrecorded, onBehalfOf: undefined };
  const parts = { ports: own, organization, deployment };
  if (deployment.readOnly === true) return undefined;
  const cached = await cachedRepository(parts, registry, name);
  if (cached === undefined) return undefined;
  return (await mayDo(exchange, "ecr:BatchImportUpstreamImage", name)) ? cached : undefined;
}

/**
 * The repository, made where it was not there: by a template or with the defaults, if the caller may.
 * @throws RepositoryNotFound unless it is there or may be made
 */
async function madeRepository(exchange: Exchange): Promise<Repository> {
  const { environment, registry, name, unrecorded, caller, context } = exchange;
  const { ports, organization } = environment;
  const there = await unrecorded.repositories.find(registry, name);
  if (there !== undefined) return there;
  const audit = creationAudit(exchange, "createdByPullThroughCache");
  const recorded = { ...ports, metadata: audit.over(unrecorded) };
  const resource = repositoryAsResource(registry, name);
  try {
    const made = await createUnasked(
      recorded,
      organization,
      {
        ...{ registry, name, event: "PULL_THROUGH_CACHE" },
        allow: ({ settings }) => {
          const asking = context.forAction(requestTags(settings));
          const action = "ecr:CreateRepository";
          return requireAllowed(ports, caller.principal, action, resource, asking);
        },
      },
      () => requireAction(exchange, "ecr:CreateRepository"),
    );
    if (made.isNew) audit.end();
    return made.repository;
  } catch (error) {
    audit.end(auditError(error));
    throw error;
  }
}

/** A layer that is on its way. */
export interface ComingLayer {
  readonly fetch: LayerFetch;
  readonly repository: Repository;
  readonly isJudgedFirst: boolean;
}

/**
 * The layer as `find` finds it; or, in a cache, on its way from the upstream.
 * @throws what `find` throws where the upstream is not to be asked
 */
export async function layerOrFetch(
  exchange: Exchange,
  digest: Digest,
  find: () => Promise<FoundLayer>,
): Promise<FoundLayer | ComingLayer> {
  try {
    return await find();
  } catch (error) {
    if (!isRegistryError(error, "LayersNotFound")) throw error;
    const { registry, name, unrecorded } = exchange;
    const cached = await cacheFor(exchange);
    const repository = await unrecorded.repositories.find(registry, name);
    if (cached === undefined || repository === undefined) throw error;
    requireAdmitted(cached);
    const fetch = fetchLayer(cached, digest);
    exchange.afterwards.push(fetch.stored);
    return { fetch, repository, isJudgedFirst: await isJudgedFirst(cached, repository, digest) };
  }
}

/** Waits until the layer is stored. @throws LayersNotFound, and what else the upstream says */
export async function storedOrRefused({ stored }: LayerFetch, missing: Error): Promise<void> {
  try {
    await stored;
  } catch (error) {
    const refusal = upstreamRefusal(error);
    throw isRegistryError(refusal, "ImageNotFound") ? missing : refusal;
  }
}
