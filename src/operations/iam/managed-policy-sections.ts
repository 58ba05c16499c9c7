import type { Ports } from "../../ports/ports.ts";
import {
  type AnyPolicy,
  ofAccount,
  policiesOfAws,
} from "../../registry/identity/find-managed-policy.ts";
import type { AccountId } from "../../registry/names.ts";
import type { Section } from "./filtered-page.ts";
import { listingOf } from "./page.ts";

/** The account's own managed policies, by name; only those whose path begins so. */
export function ownPolicies(
  { metadata }: Pick<Ports, "metadata">,
  account: AccountId,
  pathPrefix = "/",
): Section<AnyPolicy> {
  return {
    name: "own",
    fetch: async (page) => {
      const { policies } = metadata.identity;
      return (await policies.list(account, page, { pathPrefix })).map(ofAccount);
    },
    key: ({ name }) => name,
  };
}

/** AWS's own, by name, likewise. */
export function awsPolicies(pathPrefix = "/"): Section<AnyPolicy> {
  const known = [...policiesOfAws.values()].filter(({ path }) => path.startsWith(pathPrefix));
  return { name: "aws", ...listingOf(known, ({ name }) => name) };
}
