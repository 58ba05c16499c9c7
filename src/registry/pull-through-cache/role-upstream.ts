import { isRegistryError } from "../errors.ts";
import { serviceRoleArn } from "../identity/own-service-role.ts";
import type { Principal } from "../identity/principal.ts";
import { roleForService, serviceCaller } from "../identity/role-for-service.ts";
import { isRepositoryName, type Registry, repositoryArn } from "../names.ts";
import { repositoryAsResource, requireAllowed } from "../policy/authorize.ts";
import type { Resource } from "../policy/judgement.ts";
import { RequestContext } from "../policy/request-context.ts";
import { TakeoverFailure } from "../takeover/takeover-failure.ts";
import type { CacheParts } from "./cache-parts.ts";
import type { CacheRule } from "./cache-rule.ts";
import { OwnUpstream } from "./own-upstream.ts";
import { peerLogin } from "./peer-login.ts";
import type { PrivateUpstream } from "./private-upstream.ts";
import { RemoteUpstream, type UpstreamAction, type UpstreamGuard } from "./remote-upstream.ts";
import type { Upstream } from "./upstream.ts";
import type { UpstreamMemory } from "./upstream-memory.ts";

const service = "pullthroughcache.ecr.amazonaws.com";

/**
 * A private registry of ECR, asked as the rule's role; without one, in the same account, as the role
 * that ECR has for itself there. Of this deployment's own registries the role needs what every reader
 * needs, and from another account both sides' leave. At a peer it is this deployment's key that comes in:
 * the role says who of the account has it come.
 * @throws TakeoverFailure where the role is gone or does not trust the service, the account may not ask
 *   the peer, or that gives no token
 */
export async function openRoleUpstream(
  parts: CacheParts,
  rule: CacheRule,
  { registry: upstream, way }: PrivateUpstream,
  { name, remembered }: { readonly name: string; readonly remembered: UpstreamMemory },
): Promise<Upstream> {
  const { ports, deployment } = parts;
  const principal = await roleOf(parts, rule);
  if (way.kind === "own") {
    const guard = guardOf(parts, rule, principal, (action, repository) =>
      inOwnRegistry(upstream, principal, action, repository),
    );
    return new OwnUpstream(
      { ...ports, onBehalfOf: serviceCaller(principal, upstream) },
      upstream,
      guard,
    );
  }
  const { account, region } = rule.registry;
  if (deployment.peerAccounts?.get(upstream.region)?.has(account) !== true) {
    throw denied(
      `The account '${account}' is not one of those that may ask the peer of region '${upstream.region}'`,
    );
  }
  const guard = guardOf(parts, rule, principal, (action, repository) =>
    atPeer({ account, region }, upstream, action, repository),
  );
  await guard("ecr:GetAuthorizationToken", "*");
  const { basic, origin } = await peerLogin(ports.clock, upstream, way.peer, { name, remembered });
  const access = {
    ...{ origin: way.origin ?? origin, basic, authorities: way.peer.authorities, realms: [] },
    listing: "the operator lists it in ENTREPOT_UPSTREAM_TOKEN_REALMS",
  };
  const refused = () => {
    remembered.peerLogins.delete(name);
    remembered.known.delete(name);
  };
  return new RemoteUpstream(ports.egress, access, ports.clock, { guard, refused });
}

async function roleOf(
  { ports, organization }: CacheParts,
  { registry, settings }: CacheRule,
): Promise<Principal> {
  const roleArn = settings.customRoleArn ?? serviceRoleArn(registry.account, service);
  const principal = await roleForService(ports, organization, registry, { service, roleArn });
  if (principal !== undefined) return principal;
  throw denied(`The role ${roleArn} is not there, or does not trust ${service}`);
}

function guardOf(
  { ports }: CacheParts,
  { registry }: CacheRule,
  principal: Principal,
  resourceOf: (action: UpstreamAction, repository: string) => Resource,
): UpstreamGuard {
  return async (action, repository) => {
    const context = new RequestContext(serviceCaller(principal, registry), ports.clock.now());
    try {
      await requireAllowed(ports, principal, action, resourceOf(action, repository), context);
    } catch (error) {
      throw isRegistryError(error, "AccessDenied") ? denied(error.message) : error;
    }
  };
}

/** As the upstream would say it. */
function denied(sentence: string): TakeoverFailure {
  return new TakeoverFailure("refused", sentence, undefined, 403);
}

function inOwnRegistry(
  registry: Registry,
  { account }: Principal,
  action: UpstreamAction,
  name: string,
): Resource {
  if (action === "ecr:GetAuthorizationToken") {
    return { arn: "*", account, registry: { ...registry, account }, grants: "identity-only" };
  }
  if (isRepositoryName(name)) return repositoryAsResource(registry, name);
  throw new TakeoverFailure("missing", `'${name}' is the name of no repository`, undefined, 404);
}

/** Of what is elsewhere, the role's own side alone is known here. */
function atPeer(own: Registry, upstream: Registry, action: UpstreamAction, name: string): Resource {
  const isToken = action === "ecr:GetAuthorizationToken";
  const arn = isToken ? "*" : repositoryArn(upstream, name);
  return { arn, account: own.account, registry: own, grants: "identity-only" };
}
