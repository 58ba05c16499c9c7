import type { Ports } from "../../ports/ports.ts";
import type { Registry } from "../names.ts";
import { judge } from "../policy/authorize.ts";
import { RequestContext } from "../policy/request-context.ts";
import { servicePrincipal } from "../policy/service-principal.ts";
import { assumableRole } from "./assumable-role.ts";
import type { Organization } from "./organization.ts";
import type { Caller, Principal } from "./principal.ts";
import { principalByArn } from "./principal-by-arn.ts";

/**
 * The role of an account as a service that acts for the account would be it. `undefined` where the
 * service can not: the role is gone, another account's, or does not trust the service.
 * @throws Validation for what is no role's ARN
 */
export async function roleForService(
  ports: Pick<Ports, "metadata" | "clock" | "memory">,
  organization: Organization,
  registry: Registry,
  { service, roleArn }: { readonly service: string; readonly roleArn: string },
): Promise<Principal | undefined> {
  const { account } = registry;
  const { resource, role } = await assumableRole(ports, roleArn);
  if (role === undefined || role.account !== account) return undefined;
  const principal = await principalByArn(ports, organization, roleArn);
  if (principal === undefined) return undefined;
  const context = new RequestContext(
    serviceCaller(principal, registry),
    ports.clock.now(),
    new Map([["aws:sourceaccount", account]]),
  );
  const asking = servicePrincipal(service);
  const { decision } = await judge(ports, asking, "sts:AssumeRole", resource, context);
  return decision.allowed ? principal : undefined;
}

/** The request of a service itself, from nowhere. */
export function serviceCaller(principal: Principal, { account, region }: Registry): Caller {
  const unsaid = { requestId: "", sourceIp: "", userAgent: "" };
  return { principal, region, account, ...unsaid, origin: "https:" };
}
