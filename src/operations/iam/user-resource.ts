import { RegistryError } from "../../registry/errors.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import type { Environment } from "../operation.ts";
import { entityResource } from "./entity-resource.ts";

interface NamedUser {
  readonly UserName: string;
}
interface MeantUser {
  readonly UserName?: string | undefined;
}

/** The user that the input names, in the caller's account. */
export function userResource(
  { UserName }: NamedUser,
  caller: Caller,
  { ports }: Environment,
): Promise<Resource> {
  return entityResource(ports, caller.principal.account, "user", UserName);
}

/** The user as the registry takes it. */
export function userOf(caller: Caller, { UserName }: NamedUser) {
  return { account: caller.principal.account, kind: "user", name: UserName } as const;
}

/** The user that the input names, or else the caller itself, which may be the account's root. */
export async function meantResource(
  input: MeantUser,
  caller: Caller,
  { ports }: Environment,
): Promise<Resource> {
  const { account, arn } = caller.principal;
  const name = meantUser(input, caller);
  return name === undefined ? { arn, account } : entityResource(ports, account, "user", name);
}

/**
 * The name of the user that is meant; `undefined`: the account's root, which calls for itself.
 * @throws Validation for callers that are neither a user nor root and name nobody
 */
export function meantUser({ UserName }: MeantUser, { principal }: Caller): string | undefined {
  if (UserName !== undefined) return UserName;
  switch (principal.type) {
    case "Root":
      return undefined;
    case "User":
      return principal.arn.slice(principal.arn.lastIndexOf("/") + 1);
    default:
      throw mustSayWho();
  }
}

/**
 * The name of the user that is meant where root can not be.
 * @throws Validation
 */
export function requireMeantUser(input: MeantUser, caller: Caller): string {
  const name = meantUser(input, caller);
  if (name === undefined) throw mustSayWho();
  return name;
}

/** Like `meantResource` where root can not be meant. */
export async function meantUserResource(
  input: MeantUser,
  caller: Caller,
  { ports }: Environment,
): Promise<Resource> {
  const { account } = caller.principal;
  return entityResource(ports, account, "user", requireMeantUser(input, caller));
}

function mustSayWho(): RegistryError {
  return new RegistryError(
    "Validation",
    "Must specify userName when calling with non-User credentials",
  );
}
