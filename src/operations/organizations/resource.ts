import type { Organization } from "../../registry/identity/organization.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import type { AccountId } from "../../registry/names.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import type { Environment } from "../operation.ts";

/**
 * The organization as a whole. It belongs to the management account, so that nobody of another one may
 * look at it or change it. Source: Organizations, "Actions, resources, and condition keys".
 */
export function organizationResource(
  _input: unknown,
  _caller: Caller,
  { organization: { managementAccount } }: Environment,
): Resource {
  return { arn: "*", account: managementAccount, grants: "identity-only" };
}

/** An account of the organization, whether it is there or not. */
export async function accountResource(
  id: AccountId,
  { ports, organization }: Environment,
): Promise<Resource> {
  const { managementAccount } = organization;
  const account = await ports.metadata.identity.accounts.find(id);
  const tags = (account?.tags ?? []).map(
    ({ key, value }) => [`aws:resourcetag/${key.toLowerCase()}`, value] as const,
  );
  return {
    arn: accountArn(organization, id),
    account: managementAccount,
    grants: "identity-only",
    conditions: new Map(tags),
  };
}

/** `arn:aws:organizations::<management account>:account/<organization>/<account>`. */
export function accountArn({ id, managementAccount }: Organization, account: AccountId): string {
  return `arn:aws:organizations::${managementAccount}:account/${id}/${account}`;
}
