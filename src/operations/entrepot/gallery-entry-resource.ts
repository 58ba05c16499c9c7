import { type Caller, registryOf } from "../../registry/identity/principal.ts";
import type { AccountId, RepositoryName } from "../../registry/names.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import { isShownTo } from "../../registry/private-gallery/entries.ts";
import { repositoryResource } from "../ecr/resource.ts";
import type { Environment } from "../operation.ts";

/**
 * The repository of an entry. For other accounts that it shows itself to, the right to look at entries is
 * enough; what does not show itself is for them like a repository that is not there.
 */
export async function entryResource(
  input: { registryId?: AccountId | undefined; repositoryName: RepositoryName },
  caller: Caller,
  { ports }: Pick<Environment, "ports">,
): Promise<Resource> {
  const registry = registryOf(caller, input.registryId);
  const { principal } = caller;
  const isOther = registry.account !== principal.account;
  if (isOther && (await isShownTo(ports, registry, input.repositoryName, principal))) {
    return { arn: "*", account: principal.account };
  }
  return repositoryResource(input, caller);
}
