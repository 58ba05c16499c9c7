import type { Ports } from "../../ports/ports.ts";
import { RequestAudit } from "../audit/request-audit.ts";
import type { Caller } from "../identity/principal.ts";
import { type Registry, type RepositoryName, repositoryArn } from "../names.ts";

/** A repository that a request makes. */
interface Made {
  readonly caller: Caller;
  readonly registry: Registry;
  readonly name: RepositoryName;
}

/** The record of a repository that a request makes beside what it asked for. */
export function creationAudit(
  { memory, clock }: Pick<Ports, "memory" | "clock">,
  { caller, registry, name }: Made,
  occasion: "createdOnPush" | "createdByPullThroughCache",
): RequestAudit {
  const audit = new RequestAudit({ trail: memory.audit, clock }, caller, {
    ...{ eventSource: "ecr.amazonaws.com", eventName: "CreateRepository", readOnly: false },
  });
  audit.learn({
    resource: { arn: repositoryArn(registry, name), account: registry.account },
    requestParameters: { registryId: registry.account, repositoryName: name },
    responseElements: null,
    additionalEventData: { [occasion]: true },
  });
  return audit;
}
