import type { Ports } from "../../ports/ports.ts";
import { RequestAudit } from "../audit/request-audit.ts";
import { addBreakGlassEvent } from "../events/gate-event.ts";
import type { Image } from "../images/image.ts";
import { limits } from "../limits.ts";
import { repositoryArn } from "../names.ts";
import { judge, repositoryAsResource } from "../policy/authorize.ts";
import type { CompiledPolicy, CompiledStatement } from "../policy/compiled-policy.ts";
import { evaluate } from "../policy/evaluate.ts";
import type { Attached } from "../policy/policy-request.ts";
import { RequestContext } from "../policy/request-context.ts";
import type { Repository } from "../repositories/repository.ts";

/** To pull what can not be pulled. */
export const breakGlassAction = "entrepot:PullQuarantined";

/** Whether the caller may pull from the repository what is held back. */
export function mayBreakGlass(ports: Ports, repository: Repository): Promise<boolean> {
  return isGrantedByName(ports, repository, breakGlassAction);
}

/**
 * Whether the caller may do that with the repository. It must be granted by that name: a pattern such as
 * `*` grants it to nobody, and root has it only where a policy gives it. What denies and what limits
 * counts as always.
 */
export async function isGrantedByName(
  ports: Ports,
  repository: Pick<Repository, "registry" | "name">,
  action: string,
): Promise<boolean> {
  const { onBehalfOf: caller, clock } = ports;
  if (caller === undefined) return false;
  const { registry, name } = repository;
  const { principal } = caller;
  const resource = repositoryAsResource(registry, name);
  const context = new RequestContext(caller, clock.now());
  const judgement = await judge(ports, principal, action, resource, context);
  if (!judgement.decision.allowed) return false;
  const { policies } = judgement;
  const request = { principal, action, resource, context: judgement.context };
  const onlyThis = (attached: Attached) => onlyNamed(attached, action);
  const named = {
    ...policies,
    identity: policies.identity.map(onlyThis),
    resource: policies.resource.map(onlyThis),
  };
  const decision = evaluate(request, named);
  // Without a statement it is root, by being root.
  return decision.allowed && decision.by !== undefined;
}

/** The policy without what would allow the action by a pattern. */
function onlyNamed(attached: Attached, named: string): Attached {
  const { compiled } = attached;
  const counts = ({ statement: { effect, action } }: CompiledStatement) =>
    effect === "Deny" ||
    (!action.negated && action.patterns.some((each) => each.toLowerCase() === named.toLowerCase()));
  const narrowed: CompiledPolicy = {
    ...compiled,
    statements: compiled.statements.filter(counts),
    statementsFor: (action) => compiled.statementsFor(action).filter(counts),
    statementsOn: (action, arn, parts) => compiled.statementsOn(action, arn, parts).filter(counts),
  };
  return { ...attached, compiled: narrowed };
}

/**
 * Records that the caller pulls what is held back, and of an image tells it: before anything is given
 * away, or nothing is.
 * @param pulled an image, or a layer, which has no hold
 */
export async function breakGlass(
  ports: Ports,
  repository: Repository,
  pulled: Pick<Image, "digest" | "hold">,
): Promise<void> {
  const { onBehalfOf: caller, clock, memory, metadata } = ports;
  if (caller === undefined) return;
  const { registry, name } = repository;
  const { digest, hold } = pulled;
  const trail = { trail: memory.audit, clock };
  const asked = { eventSource: "entrepot", eventName: "PullQuarantined", readOnly: false };
  const audit = new RequestAudit(trail, caller, asked);
  const what = hold === undefined ? { layerDigest: digest } : { imageId: { imageDigest: digest } };
  audit.learn({
    resource: { arn: repositoryArn(registry, name), account: registry.account },
    requestParameters: { registryId: registry.account, repositoryName: name, ...what },
    responseElements: null,
    additionalEventData: { breakGlass: true, ...(hold === undefined ? {} : { verdict: hold }) },
  });
  if (hold !== undefined) {
    const at = clock.now();
    await audit.over(metadata).transaction(async (change) => {
      const locked = await change.repositories.lockById(repository);
      if (locked === undefined) return;
      const tags = await change.tags.of(repository, digest, limits.tagsPerImage);
      const by = caller.principal.arn;
      await addBreakGlassEvent(change, locked, { digest, tags, at, by, verdict: hold });
    });
  }
  audit.end();
}
