import { z } from "zod";
import { invalidParameter } from "../../registry/errors.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import {
  type AccountId,
  isAccountId,
  type Registry,
  type RepositoryName,
} from "../../registry/names.ts";
import { type Resource, repositoryAsResource } from "../../registry/policy/authorize.ts";
import {
  notInThisRegion,
  publicHomeRegion,
  publicRegistryOf,
  registryNotFound,
} from "../../registry/public/public-registry.ts";
import { registryOfAccount, registryOfAlias } from "../../registry/public/registries.ts";
import type { Environment, HandlerContext } from "../operation.ts";
import { isPublicRepositoryName } from "./shapes.ts";

/**
 * The public registry that a request means: the given account's, else the caller's.
 * @throws UnsupportedCommand in every region but the API's own (ECR 11.3)
 */
export function meantRegistry(
  operationName: string,
  caller: Caller,
  { deployment }: Pick<Environment, "deployment">,
  registryId?: AccountId,
): Registry {
  const home = publicHomeRegion(deployment);
  if (caller.region !== home) throw notInThisRegion(operationName, home);
  return publicRegistryOf(registryId ?? caller.account);
}

interface NamesRepository {
  readonly registryId?: AccountId | undefined;
  readonly repositoryName: RepositoryName;
}

/** The named repository of the public registry that is meant. */
export function inRepository(operationName: string) {
  return (input: NamesRepository, caller: Caller, environment: Environment): Resource =>
    repositoryAsResource(
      meantRegistry(operationName, caller, environment, input.registryId),
      input.repositoryName,
    );
}

interface PushesTo {
  readonly registryId?: string | undefined;
  readonly repositoryName: RepositoryName;
}

/**
 * The same where an alias may stand for the account, as in all that pushes.
 * @throws RegistryNotFound for an alias that nobody has, and for another account without a public
 *   registry: neither is a secret
 */
export function inPushedRepository(operationName: string) {
  return async (input: PushesTo, caller: Caller, environment: Environment): Promise<Resource> => {
    const { registryId, repositoryName } = input;
    const own = meantRegistry(operationName, caller, environment);
    if (registryId === undefined) return repositoryAsResource(own, repositoryName);
    if (registryId === own.account) return repositoryAsResource(own, repositoryName);
    const found = isAccountId(registryId)
      ? await registryOfAccount(environment.ports, registryId)
      : await registryOfAlias(environment.ports, registryId);
    if (found === undefined) throw registryNotFound(registryId);
    return repositoryAsResource(found, repositoryName);
  };
}

/** The caller's own public registry as such: only identity policies grant. */
export function inOwnRegistry(operationName: string) {
  return (_input: unknown, caller: Caller, environment: Environment): Resource => {
    const registry = meantRegistry(operationName, caller, environment);
    return { arn: "*", account: registry.account, grants: "identity-only" };
  };
}

/** What `inRepository` and `inPushedRepository` have found. */
export function repositoryOf({ target }: Pick<HandlerContext, "target">): {
  readonly registry: Registry;
  readonly name: RepositoryName;
} {
  return { registry: target.registry!, name: target.repository! };
}

interface PublicRepositoryArn {
  readonly registry: Registry;
  readonly name: RepositoryName;
}

/** A `resourceArn` member: `arn:aws:ecr-public::<account>:repository/<name>`. */
export const publicResourceArn = z
  .string()
  .min(1)
  .max(2048)
  .transform((arn, context): PublicRepositoryArn => {
    const found = /^arn:aws:ecr-public::([0-9]{12}):repository\/(.{2,205})$/.exec(arn);
    const [, account = "", name = ""] = found ?? [];
    if (isAccountId(account) && isPublicRepositoryName(name)) {
      return { registry: publicRegistryOf(account), name };
    }
    context.addIssue({ code: "custom", message: "Invalid ARN" });
    return z.NEVER;
  });

/** The repository that an ARN names. */
export function inNamedResource(operationName: string) {
  return (
    { resourceArn }: { readonly resourceArn: PublicRepositoryArn },
    caller: Caller,
    environment: Environment,
  ): Resource => {
    meantRegistry(operationName, caller, environment);
    return repositoryAsResource(resourceArn.registry, resourceArn.name);
  };
}

/** @throws InvalidParameter where names and paging are both given */
export function requireNoPaging(
  member: string,
  { nextToken, maxResults }: { readonly nextToken?: unknown; readonly maxResults?: unknown },
): void {
  for (const [name, value] of Object.entries({ nextToken, maxResults })) {
    if (value === undefined) continue;
    throw invalidParameter(name, `${name} can't be set when ${member} is set`);
  }
}
