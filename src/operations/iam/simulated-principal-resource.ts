import type { Caller } from "../../registry/identity/principal.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import type { Environment } from "../operation.ts";
import { entityResource } from "./entity-resource.ts";
import { requireEntityArn } from "./simulated-caller.ts";

/**
 * The user, group or role whose policies are asked about, whether it is there or not.
 * @throws InvalidInput for what is no ARN of any
 */
export async function simulatedPrincipalResource(
  { PolicySourceArn: arn }: { readonly PolicySourceArn: string },
  caller: Caller,
  { ports }: Environment,
): Promise<Resource> {
  const { account, kind, name } = requireEntityArn(arn);
  if (account !== caller.principal.account) return { arn, account };
  const resource = await entityResource(ports, account, kind, name);
  return resource.arn === arn ? resource : { arn, account };
}
