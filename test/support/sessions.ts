/** Accounts, roles, and callers with temporary credentials. */
import type { Ports } from "../../src/ports/ports.ts";
import type { Role } from "../../src/registry/identity/entity.ts";
import { findAccessKey } from "../../src/registry/identity/find-access-key.ts";
import type { Caller } from "../../src/registry/identity/principal.ts";
import { toStoredPrincipals } from "../../src/registry/identity/stored-principals.ts";
import { newUniqueId } from "../../src/registry/identity/unique-id.ts";
import type { AccountId } from "../../src/registry/names.ts";
import { parsePolicy } from "../../src/registry/policy/parse-policy.ts";
import { callerOf } from "./ecr.ts";
import { policyText, type TestStatement } from "./identity.ts";
import { testOrganization } from "./organization.ts";

/** Makes the accounts, open ones. */
export async function addAccounts(ports: Ports, ...ids: AccountId[]): Promise<void> {
  await ports.metadata.transaction(async ({ identity }) => {
    for (const id of ids) {
      await identity.accounts.insertIfAbsent({
        ...{ id, name: `account ${id}`, email: `${id}@example.com`, status: "ACTIVE", tags: [] },
        ...{ joinedMethod: "CREATED", createdAt: ports.clock.now(), alias: undefined },
      });
    }
  });
}

export interface RoleWish extends Partial<Omit<Role, "kind" | "trustPolicy">> {
  readonly account: AccountId;
  readonly name: string;
  /** Statements of the trust policy, as people write them. */
  readonly trust: readonly TestStatement[];
}

/** A new role with one inline policy of these statements, or none. */
export async function roleWith(
  ports: Ports,
  { trust, ...wish }: RoleWish,
  ...statements: TestStatement[]
): Promise<Role> {
  const { document } = parsePolicy(policyText(...trust), "trust");
  if (document === undefined) throw new Error("that is no trust policy");
  const { text } = await toStoredPrincipals(ports, document);
  if (text === undefined) throw new Error("the trust policy names somebody who is not there");
  const role: Role = {
    ...{ kind: "role", id: newUniqueId("AROA"), path: "/", tags: [], description: "" },
    ...{ boundary: undefined, revokedBefore: undefined, usedAt: undefined, usedRegion: undefined },
    ...{ maxSessionSeconds: 3_600, createdAt: ports.clock.now(), ...wish, trustPolicy: text },
  };
  await ports.metadata.transaction(async ({ identity }) => {
    await identity.entities.insertIfAbsent(role);
    if (statements.length === 0) return;
    await identity.policies.putInline(role, {
      name: "inline",
      document: policyText(...statements),
    });
  });
  return role;
}

/** Whoever holds the access key, as a door knows him. */
export async function callerWith(
  ports: Ports,
  credentials: { readonly AccessKeyId?: string | undefined } | undefined,
): Promise<Caller> {
  const key = await findAccessKey(ports, testOrganization, credentials?.AccessKeyId ?? "");
  if (key === undefined) throw new Error("nobody has that access key");
  return { ...callerOf(key.principal.account), principal: key.principal };
}
