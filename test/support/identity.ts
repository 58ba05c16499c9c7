import type { Ports } from "../../src/ports/ports.ts";
import { createAccessKey } from "../../src/registry/identity/access-keys.ts";
import type { User } from "../../src/registry/identity/entity.ts";
import { userPrincipal } from "../../src/registry/identity/load-principal.ts";
import type { Caller } from "../../src/registry/identity/principal.ts";
import { newUniqueId } from "../../src/registry/identity/unique-id.ts";
import type { AccountId } from "../../src/registry/names.ts";
import { callerOf } from "./ecr.ts";
import { testOrganization } from "./organization.ts";

/** A statement of a policy, as people write it. */
export type TestStatement = Readonly<Record<string, unknown>>;

/** The text of a policy with these statements. */
export function policyText(...statements: TestStatement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** A new user of the account with one inline policy of these statements, or none. */
export async function putUser(
  ports: Ports,
  { account, name }: { readonly account: AccountId; readonly name: string },
  ...statements: TestStatement[]
): Promise<User> {
  const user = {
    ...({ kind: "user", account, name, id: newUniqueId("AIDA"), path: "/", tags: [] } as const),
    ...{ boundary: undefined, revokedBefore: undefined, login: undefined },
    createdAt: ports.clock.now(),
  };
  await ports.metadata.transaction(async (change) => {
    await change.identity.entities.insertIfAbsent(user);
    if (statements.length === 0) return;
    const policy = { name: "inline", document: policyText(...statements) };
    await change.identity.policies.putInline(user, policy);
  });
  return user;
}

/** The same as a caller. */
export async function userWith(
  ports: Ports,
  named: { readonly account: AccountId; readonly name: string },
  ...statements: TestStatement[]
): Promise<Caller> {
  const user = await putUser(ports, named, ...statements);
  const { account, name } = user;
  const principal = await userPrincipal(ports, testOrganization, user, `AKIA${name}`);
  return { ...callerOf(account), principal };
}

/** A new access key of the user, as a client holds it. */
export async function keyOf(ports: Ports, { account, name }: User) {
  const { key, secretAccessKey } = await createAccessKey(ports, { account, user: name });
  return { accessKeyId: key.id, secretAccessKey };
}
