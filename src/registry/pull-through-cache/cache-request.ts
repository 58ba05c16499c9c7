import type { MetadataStore } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { auditError } from "../audit/audit-error.ts";
import { requestTags } from "../creation-templates/create-by-template.ts";
import { createUnasked } from "../creation-templates/create-unasked.ts";
import { creationAudit } from "../creation-templates/creation-audit.ts";
import type { Deployment } from "../deployment.ts";
import { isRegistryError } from "../errors.ts";
import type { Organization } from "../identity/organization.ts";
import type { Caller } from "../identity/principal.ts";
import type { Registry, RepositoryName } from "../names.ts";
import { authorize, repositoryAsResource, requireAllowed } from "../policy/authorize.ts";
import type { RequestContext } from "../policy/request-context.ts";
import { repositoryNotFound } from "../repositories/find-repository.ts";
import type { Repository } from "../repositories/repository.ts";
import { type CachedRepository, cachedRepository } from "./cached-repository.ts";

/** A request for something of a repository that may be a cache. */
export interface CacheRequest {
  readonly environment: {
    readonly ports: Ports;
    readonly organization: Organization;
    readonly deployment: Deployment;
  };
  /** The store as it is: what is committed through it takes no record of this request along. */
  readonly unrecorded: MetadataStore;
  readonly caller: Caller;
  readonly context: RequestContext;
  readonly registry: Registry;
  readonly name: RepositoryName;
  /** What goes on after the answer, and has to end before this server does. */
  readonly afterwards: { push(work: Promise<unknown>): unknown };
}

/**
 * The repository as a cache, in the deployment's own name; `undefined` where it is none, or the caller
 * may not have anything imported. Source: ECR, "Pull through cache": `ecr:BatchImportUpstreamImage`.
 */
export async function cacheFor(request: CacheRequest): Promise<CachedRepository | undefined> {
  const { environment, registry, name, unrecorded, caller, context } = request;
  const { ports, organization, deployment } = environment;
  if (deployment.readOnly === true) return undefined;
  const own = { ...ports, metadata: unrecorded, onBehalfOf: undefined };
  const cached = await cachedRepository({ ports: own, organization, deployment }, registry, name);
  const { principal } = caller;
  if (cached === undefined || principal.type === "Anonymous") return undefined;
  const action = "ecr:BatchImportUpstreamImage";
  const resource = repositoryAsResource(registry, name);
  const { allowed } = await authorize(ports, principal, action, resource, context);
  return allowed ? cached : undefined;
}

/**
 * The repository, made where it was not there: by a template or with the defaults, if the caller may.
 * @throws RepositoryNotFound unless it is there or may be made. Source: ECR, "Pull through cache",
 *   required permissions: NAME_UNKNOWN without `ecr:CreateRepository`
 */
export async function madeRepository(request: CacheRequest): Promise<Repository> {
  const { environment, registry, name, unrecorded, caller, context } = request;
  const { ports, organization } = environment;
  const there = await unrecorded.repositories.find(registry, name);
  if (there !== undefined) return there;
  const audit = creationAudit(ports, request, "createdByPullThroughCache");
  const recorded = { ...ports, metadata: audit.over(unrecorded) };
  const resource = repositoryAsResource(registry, name);
  const require = (asking: RequestContext) =>
    requireAllowed(ports, caller.principal, "ecr:CreateRepository", resource, asking);
  try {
    const made = await createUnasked(
      recorded,
      organization,
      {
        ...{ registry, name, event: "PULL_THROUGH_CACHE" },
        allow: ({ settings }) => require(context.forAction(requestTags(settings))),
      },
      () => require(context),
    );
    if (made.isNew) audit.end();
    return made.repository;
  } catch (error) {
    audit.end(auditError(error));
    // The trail tells why; who may not have it made gets the answer of a registry without rules.
    if (isRegistryError(error, "AccessDenied")) throw repositoryNotFound(registry, name);
    throw error;
  }
}
