import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { AccountId } from "../names.ts";
import type { LoginProfile, User } from "./entity.ts";
import { findEntity, lockEntity } from "./find-entity.ts";
import { hashPassword, isPassword } from "./password-hash.ts";
import { checkPassword, findPasswordPolicy, violation } from "./password-policy.ts";

type LoginPorts = Pick<Ports, "metadata" | "clock" | "memory">;

/** A user by its name. */
export interface UserName {
  readonly account: AccountId;
  readonly name: string;
}

/**
 * Gives a user a password for the console.
 * @throws NoSuchEntity, EntityAlreadyExists, PasswordPolicyViolation, Throttling
 */
export async function createLoginProfile(
  ports: LoginPorts,
  user: UserName,
  { password, resetRequired }: { readonly password: string; readonly resetRequired: boolean },
): Promise<LoginProfile> {
  const found = await findEntity(ports, user.account, "user", user.name);
  if (found.login !== undefined) throw alreadyThere(user.name);
  await requireFit(ports, user.account, password);
  const at = ports.clock.now();
  const login: LoginProfile = {
    ...{ hash: await hashed(ports, password), formerHashes: [], resetRequired },
    ...{ createdAt: at, changedAt: at, usedAt: undefined },
  };
  await change(ports, user, (present) => {
    if (present !== undefined) throw alreadyThere(user.name);
    return login;
  });
  return login;
}

/** @throws NoSuchEntity also where the user has no password */
export async function findLoginProfile(
  ports: Pick<Ports, "metadata">,
  user: UserName,
): Promise<LoginProfile> {
  const { login } = await findEntity(ports, user.account, "user", user.name);
  return login ?? refuse(user.name);
}

/**
 * Sets the password, or whether the user must change it, or both; what is not given stays.
 * @throws NoSuchEntity, PasswordPolicyViolation, EntityTemporarilyUnmodifiable, Throttling
 */
export async function updateLoginProfile(
  ports: LoginPorts,
  user: UserName,
  to: { readonly password: string | undefined; readonly resetRequired: boolean | undefined },
): Promise<void> {
  const login = await findLoginProfile(ports, user);
  const next =
    to.password === undefined ? login : await withPassword(ports, user.account, login, to.password);
  await change(ports, user, (present) => {
    const base = requireSame(user.name, login, present);
    const resetRequired = to.resetRequired ?? base.resetRequired;
    return { ...next, usedAt: base.usedAt, resetRequired };
  });
}

/** @throws NoSuchEntity also where the user has no password */
export async function deleteLoginProfile(
  ports: Pick<Ports, "metadata">,
  user: UserName,
): Promise<void> {
  await change(ports, user, (present) => {
    if (present === undefined) refuse(user.name);
    return undefined;
  });
}

/**
 * What a user does who knows its password. Whatever had to be reset is reset by it.
 * @throws AccessDenied for a wrong old password; NoSuchEntity, PasswordPolicyViolation,
 *   EntityTemporarilyUnmodifiable, Throttling
 */
export async function changePassword(
  ports: LoginPorts,
  user: UserName,
  { old, next: password }: { readonly old: string; readonly next: string },
): Promise<void> {
  const login = await findLoginProfile(ports, user);
  if (!(await matches(ports, old, login.hash))) {
    throw new RegistryError("AccessDenied", "The old password was incorrect.");
  }
  const next = await withPassword(ports, user.account, login, password);
  await change(ports, user, (present) => {
    const { usedAt } = requireSame(user.name, login, present);
    return { ...next, usedAt, resetRequired: false };
  });
}

/** @throws PasswordPolicyViolation */
async function withPassword(
  ports: LoginPorts,
  account: AccountId,
  login: LoginProfile,
  password: string,
): Promise<LoginProfile> {
  const remembered = await requireFit(ports, account, password);
  const former = [login.hash, ...login.formerHashes];
  for (const hash of former.slice(0, remembered)) {
    if (await matches(ports, password, hash)) {
      throw violation(
        "Password does not conform to the account password policy: it was used before.",
      );
    }
  }
  return {
    ...login,
    hash: await hashed(ports, password),
    formerHashes: former.slice(0, limits.rememberedPasswords - 1),
    changedAt: ports.clock.now(),
  };
}

function hashed({ memory }: LoginPorts, password: string): Promise<string> {
  return memory.passwordTurns.take(() => hashPassword(password));
}

function matches({ memory }: LoginPorts, password: string, hash: string): Promise<boolean> {
  return memory.passwordTurns.take(() => isPassword(password, hash));
}

/** How many former passwords must not be taken again. @throws PasswordPolicyViolation */
async function requireFit(
  ports: Pick<Ports, "metadata">,
  account: AccountId,
  password: string,
): Promise<number> {
  const policy = await findPasswordPolicy(ports, account);
  const owner = await ports.metadata.identity.accounts.find(account);
  checkPassword(policy, password, owner === undefined ? [] : [owner.name, owner.email]);
  return policy?.remembered ?? 0;
}

async function change(
  { metadata }: Pick<Ports, "metadata">,
  { account, name }: UserName,
  apply: (present: LoginProfile | undefined) => LoginProfile | undefined,
): Promise<void> {
  await metadata.transaction(async (change: MetadataChange) => {
    const user: User = await lockEntity(change, account, "user", name);
    await change.identity.entities.replace({ ...user, login: apply(user.login) });
  });
}

/** Hashing takes its time, in which another may have set the password. */
function requireSame(
  name: string,
  read: LoginProfile,
  present: LoginProfile | undefined,
): LoginProfile {
  if (present === undefined) refuse(name);
  if (present.hash === read.hash) return present;
  throw new RegistryError(
    "EntityTemporarilyUnmodifiable",
    `Login Profile for User ${name} cannot be modified while it is being changed. Try again later.`,
  );
}

function alreadyThere(name: string): RegistryError {
  return new RegistryError("EntityAlreadyExists", `Login Profile for user ${name} already exists.`);
}

function refuse(name: string): never {
  throw new RegistryError("NoSuchEntity", `Login Profile for User ${name} cannot be found.`);
}
