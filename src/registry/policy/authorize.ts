import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { Principal } from "../identity/principal.ts";
import type { Registry, RepositoryName } from "../names.ts";
import { repositoryArn } from "../names.ts";
import { sealDenial } from "./authorization-message.ts";
import { evaluate } from "./evaluate.ts";
import type { Judgement, Resource } from "./judgement.ts";
import type { PolicyPrincipal } from "./policy-principal.ts";
import type { Attached, Decision, PolicyRequest, PolicySet } from "./policy-request.ts";
import type { RegistryAccess } from "./registry-access.ts";
import type { RequestContext } from "./request-context.ts";
import { isShut, registryAccess, repositoryAccess } from "./resource-access.ts";

export type { Judgement, Resource } from "./judgement.ts";

/** A repository as a resource, whether it is there or not. */
export function repositoryAsResource(registry: Registry, repository: RepositoryName): Resource {
  const { account } = registry;
  return { arn: repositoryArn(registry, repository), account, registry, repository };
}

type AccessPorts = Pick<Ports, "metadata" | "clock" | "memory">;

/** Who asks, with what policies say of them. */
type Asking = PolicyPrincipal & Pick<Principal, "policies">;

/**
 * The one guard: every operation and every `/v2/` route asks it before anything else is looked at.
 * Default deny, an explicit deny wins, another account's resource needs both sides (I6), and the account must be open. Answers from
 * policies that are at most `limits.identityCacheMs` old (I8).
 */
export async function judge(
  ports: AccessPorts,
  principal: Asking,
  action: string,
  resource: Resource,
  context: RequestContext,
): Promise<Judgement> {
  const asked = await consulted(ports, principal, action, resource, context);
  return decide({ principal, action, resource, context: asked.context }, asked.policies);
}

/** The policies that have a say, and the request as they see it. */
export async function consulted(
  ports: AccessPorts,
  principal: Asking,
  action: string,
  resource: Resource,
  context: RequestContext,
): Promise<Omit<Judgement, "decision">> {
  const { registry, repository, account } = resource;
  // All are remembered, mostly: nothing is awaited that is there.
  const whole = registry && registryAccess(ports, registry);
  const one = registry && repository && repositoryAccess(ports, registry, repository);
  // Nobody of a closed account comes in, and what it owns lets nobody in either.
  const shut = principal.account === account ? undefined : isShut(ports, account);
  const ofAll = whole instanceof Promise ? await whole : whole;
  const { policies: onAll, onlyFor } = ofAll ?? noAccess;
  const ofRegistry = onlyFor === undefined || onlyFor.has(action) ? onAll : [];
  const ofOne = one instanceof Promise ? await one : one;
  const { policies: ofRepository, conditions } = ofOne || noAccess;
  const { identity, boundary, session } = principal.policies;
  const policies: PolicySet = {
    identity,
    boundary,
    session,
    resource:
      shut !== undefined && (await shut) ? [] : join(ofRepository, ofRegistry, resource.policies),
  };
  return { policies, context: context.onResource(resource.conditions ?? conditions, account) };
}

/** What these policies decide: of several images that a request names, each must be allowed by itself. */
export function decide(
  request: PolicyRequest & { readonly resource: Resource; readonly context: RequestContext },
  policies: PolicySet,
): Judgement {
  const grants = request.resource.grants ?? "either";
  const judged = (context: RequestContext) => {
    const decision = evaluate({ ...request, context }, policies, { grants });
    return { decision, policies, context };
  };
  const [first = request.context, ...others] = request.context.forEachImage();
  let judgement = judged(first);
  for (const context of others) {
    if (!judgement.decision.allowed) break;
    judgement = judged(context);
  }
  return judgement;
}

/** Whether the principal may do this. See `judge`. */
export async function authorize(
  ports: AccessPorts,
  principal: Asking,
  action: string,
  resource: Resource,
  context: RequestContext,
): Promise<Decision> {
  return (await judge(ports, principal, action, resource, context)).decision;
}

/**
 * @throws AccessDenied in IAM's words unless `authorize` allows the action. Its detail
 * `encodedMessage` opens with DecodeAuthorizationMessage, for those who may.
 */
export async function requireAllowed(
  ports: AccessPorts & Pick<Ports, "keys">,
  principal: Principal,
  action: string,
  resource: Resource,
  context: RequestContext,
): Promise<void> {
  const judgement = await judge(ports, principal, action, resource, context);
  if (judgement.decision.allowed) return;
  const isOwner = principal.account === resource.account;
  const { arn, calledByOthers = arn } = resource;
  const known = isOwner ? resource : { ...resource, arn: calledByOthers };
  const told = isOwner ? judgement : toldAbroad(principal, action, known, context, judgement);
  const because = told.decision.allowed ? "" : told.decision.because;
  throw new AccessDenied(
    `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${known.arn} ${because}`,
    () => sealDenial(ports, { principal, action, resource: known }, told),
  );
}

/**
 * What the principal of another account learns of a refusal: what its own side says, as if the
 * resource had neither policies nor tags (I7).
 */
function toldAbroad(
  principal: Principal,
  action: string,
  resource: Resource,
  context: RequestContext,
  judgement: Judgement,
): Judgement {
  const policies: PolicySet = { ...judgement.policies, resource: [] };
  const decision = evaluate({ principal, action, resource, context }, policies);
  return { decision, policies, context };
}

/** A refusal by policy. */
export class AccessDenied extends RegistryError {
  readonly #encode: () => string;
  #encoded: string | undefined;

  constructor(message: string, encode: () => string) {
    super("AccessDenied", message);
    this.#encode = encode;
  }

  /** Why, for DecodeAuthorizationMessage. Made when it is asked for: most refusals go unread. */
  get encodedMessage(): string {
    this.#encoded ??= this.#encode();
    return this.#encoded;
  }
}

const noAccess: RegistryAccess = { policies: [], conditions: new Map() };

function join(
  first: readonly Attached[],
  second: readonly Attached[],
  third: readonly Attached[] = [],
): readonly Attached[] {
  if (second.length === 0 && third.length === 0) return first;
  if (first.length === 0 && third.length === 0) return second;
  return [...first, ...second, ...third];
}
