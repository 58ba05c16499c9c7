import { invalidParameter } from "../../registry/errors.ts";
import { type Caller, registryOf } from "../../registry/identity/principal.ts";
import type { AccountId, Registry, RepositoryName } from "../../registry/names.ts";
import { type Resource, repositoryAsResource } from "../../registry/policy/authorize.ts";
import { registryResource } from "../ecr/resource.ts";

interface Named {
  readonly registryId?: AccountId | undefined;
  readonly repositoryName?: RepositoryName | undefined;
}

/** The trash of one repository, or of the caller's registry as such. */
export function trashResource(input: Named, caller: Caller): Resource {
  const { registryId, repositoryName } = input;
  if (repositoryName === undefined) return registryResource(input, caller);
  return repositoryAsResource(registryOf(caller, registryId), repositoryName);
}

/** @throws InvalidParameter for another account's registry as such, which no policy opens */
export function trashRegistry({ registryId, repositoryName }: Named, caller: Caller): Registry {
  const own = registryOf(caller);
  if (repositoryName !== undefined) return registryOf(caller, registryId);
  if (registryId === undefined || registryId === own.account) return own;
  throw invalidParameter("registryId", "another account's needs a repositoryName as well");
}
