import { targetNotFound } from "../../registry/identity/tag-account.ts";
import { type AccountId, isAccountId } from "../../registry/names.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import type { Environment } from "../operation.ts";
import { accountResource } from "./resource.ts";

/** What a `ResourceId` names: an account, or something of which nothing is known here. */
export function taggedResource(id: string, environment: Environment): Promise<Resource> | Resource {
  if (isAccountId(id)) return accountResource(id, environment);
  return { arn: "*", account: environment.organization.managementAccount, grants: "identity-only" };
}

/**
 * Accounts alone have tags here.
 * @throws TargetNotFound
 */
export function requireAccount(id: string): AccountId {
  if (isAccountId(id)) return id;
  throw targetNotFound();
}
