import { z } from "zod";
import { invalidParameter } from "../../registry/errors.ts";
import { type Caller, registryOf } from "../../registry/identity/principal.ts";
import {
  type AccountId,
  isAccountId,
  isRegion,
  isRepositoryName,
  type Registry,
  type RepositoryName,
} from "../../registry/names.ts";
import { type Resource, repositoryAsResource } from "../../registry/policy/authorize.ts";
import type { InputConditions } from "../operation.ts";

/** The named repository, in the registry of the given id or else the caller's. */
export function repositoryResource(
  input: { registryId?: AccountId | undefined; repositoryName: RepositoryName },
  caller: Caller,
): Resource {
  return repositoryAsResource(registryOf(caller, input.registryId), input.repositoryName);
}

/**
 * The caller's registry as such: only identity policies grant, its registry policy may deny. Source:
 * ECR, actions that take no resource.
 */
export function registryResource(_input: unknown, caller: Caller): Resource {
  const registry = registryOf(caller);
  return { arn: "*", account: registry.account, registry, grants: "identity-only" };
}

/** The same of the registry of the given id: another account's is closed to all but its own. */
export function ownRegistryResource(
  input: { registryId?: AccountId | undefined },
  caller: Caller,
): Resource {
  const registry = registryOf(caller, input.registryId);
  return { arn: "*", account: registry.account, registry, grants: "identity-only" };
}

/**
 * What tags of images say to conditions; without any there is nothing to say. Beside images that are
 * named by tag, one named by digest alone is an empty value, so that it is judged as well (ADR-0095).
 */
export function imageTagConditions(tags: readonly (string | undefined)[]): InputConditions {
  const isNamed = tags.some((tag) => tag !== undefined);
  return { "ecr:ImageTag": isNamed ? tags.map((tag) => tag ?? "") : undefined };
}

export interface RepositoryArn {
  readonly arn: string;
  readonly registry: Registry;
  readonly name: RepositoryName;
}

/** A `resourceArn` member: only repositories carry resource tags. */
export const resourceArn = z.string().transform((arn, context): RepositoryArn => {
  const parsed = parseRepositoryArn(arn);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: "custom", message: "Invalid ARN" });
  return z.NEVER;
});

/**
 * The repository that an ARN names.
 * @throws InvalidParameter when it lies in another region than the request (I17)
 */
export function arnResource(input: { resourceArn: RepositoryArn }, caller: Caller): Resource {
  const { registry } = input.resourceArn;
  if (registry.region !== caller.region) throw invalidParameter("resourceArn", "Invalid ARN");
  return repositoryAsResource(registry, input.resourceArn.name);
}

/** `undefined` for a text that is no ARN of a single repository. */
export function parseRepositoryArn(arn: string): RepositoryArn | undefined {
  const [scheme, partition, service, region = "", account = "", resource = "", ...rest] = arn.split(
    ":",
    7,
  );
  if (scheme !== "arn" || partition !== "aws" || service !== "ecr" || rest.length > 0) {
    return undefined;
  }
  if (!isRegion(region) || !isAccountId(account) || !resource.startsWith("repository/")) {
    return undefined;
  }
  const name = resource.slice("repository/".length);
  return isRepositoryName(name) ? { arn, registry: { account, region }, name } : undefined;
}
