import type { Ports } from "../../ports/ports.ts";
import { RequestAudit } from "../audit/request-audit.ts";
import { RegistryError } from "../errors.ts";
import { isGrantedByName } from "../gates/break-glass.ts";
import { type Registry, type RepositoryName, repositoryArn } from "../names.ts";
import type { ApprovalRequest } from "./approval.ts";
import { approveRequest, type DecisionOnRequest } from "./decide-request.ts";

/** To approve alone, and whatever checks say. */
export const emergencyAction = "entrepot:ApproveInEmergency";

/**
 * Approves what is asked for in an emergency, on behalf of the caller of `ports`: the right to do so must
 * be granted by its name, as that of breaking the glass. A second record of it, beside the request's own,
 * commits with it.
 * @throws AccessDenied where it is granted by a pattern alone; and as `approveRequest` does
 */
export async function approveInEmergency(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  decided: DecisionOnRequest,
): Promise<ApprovalRequest> {
  const { onBehalfOf: caller, clock, memory } = ports;
  if (
    caller === undefined ||
    !(await isGrantedByName(ports, { registry, name }, emergencyAction))
  ) {
    const sentence = `${emergencyAction} must be granted by that name: a pattern such as '*' does not grant it`;
    throw new RegistryError("AccessDenied", sentence);
  }
  const asked = { eventSource: "entrepot", eventName: "EmergencyApproval", readOnly: false };
  const audit = new RequestAudit({ trail: memory.audit, clock }, caller, asked);
  const { request: requestId, digest: imageDigest, comment } = decided;
  audit.learn({
    resource: { arn: repositoryArn(registry, name), account: registry.account },
    requestParameters: {
      ...{ registryId: registry.account, repositoryName: name, requestId, imageDigest, comment },
    },
    responseElements: null,
    additionalEventData: { emergency: true },
  });
  const kept = { ...ports, metadata: audit.over(ports.metadata) };
  const done = await approveRequest(kept, registry, name, decided, { isEmergency: true });
  audit.end();
  return done;
}
