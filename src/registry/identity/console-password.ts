import type { Ports } from "../../ports/ports.ts";
import { isRegistryError, RegistryError } from "../errors.ts";
import type { AccountId } from "../names.ts";
import { findEntity, lockEntity } from "./find-entity.ts";
import { userPrincipal } from "./load-principal.ts";
import { changePassword } from "./login-profiles.ts";
import type { Organization } from "./organization.ts";
import { hashPassword, isPassword } from "./password-hash.ts";
import { findPasswordPolicy } from "./password-policy.ts";
import type { Principal } from "./principal.ts";

type LoginPorts = Pick<Ports, "metadata" | "clock" | "memory">;

export interface PasswordClaim {
  readonly account: AccountId;
  readonly userName: string;
  readonly password: string;
  /** Instead of one that has to be changed. */
  readonly newPassword?: string | undefined;
}

/** How often somebody may guess. */
export interface Guesses {
  /** @throws Throttling where too many were wrong */
  require(): void;
  /** One was wrong. */
  failed(): void;
}

const dayMs = 86_400_000;
/** Of nobody: what checking a password costs where there is none to check. */
let nobodys: Promise<string> | undefined;

/**
 * The user who knows this password. Which half was wrong is not told, nor shown by the time it takes.
 * Guesses are counted one after the other, however many come at once.
 * @throws AccessDenied; PasswordResetRequired where it has to be changed first; PasswordPolicyViolation
 *   for the new one; Throttling
 */
export async function signInByPassword(
  ports: LoginPorts,
  organization: Organization,
  claim: PasswordClaim,
  guesses: Guesses,
): Promise<Principal> {
  const { account, userName: name, password, newPassword } = claim;
  const owner = await ports.metadata.identity.accounts.find(account);
  const user = await findEntity(ports, account, "user", name).catch((error: unknown) => {
    if (isRegistryError(error) && error.kind === "NoSuchEntity") return undefined;
    throw error;
  });
  const login = owner?.status === "ACTIVE" ? user?.login : undefined;
  nobodys ??= hashPassword("");
  const hash = login?.hash ?? (await nobodys);
  const isRight = await ports.memory.passwordTurns.take(async () => {
    guesses.require();
    const isIt = (await isPassword(password, hash)) && login !== undefined;
    if (!isIt) guesses.failed();
    return isIt;
  });
  if (!isRight || login === undefined || user === undefined) throw wrongPassword();
  if (login.resetRequired || (await isTooOld(ports, account, login.changedAt))) {
    if (newPassword === undefined) throw resetRequired();
    await changePassword(ports, { account, name }, { old: password, next: newPassword });
  }
  await recordSignIn(ports, account, name);
  return userPrincipal(ports, organization, user, "");
}

/** @throws AccessDenied where only an administrator can replace an expired password */
async function isTooOld(
  ports: LoginPorts,
  account: AccountId,
  changedAt: number,
): Promise<boolean> {
  const policy = await findPasswordPolicy(ports, account);
  const days = policy?.maximumAgeDays;
  if (days === undefined || ports.clock.now() - changedAt < days * dayMs) return false;
  if (!policy?.isHardExpiry) return true;
  throw new RegistryError(
    "AccessDenied",
    "The password has expired. Ask an administrator for another one.",
  );
}

async function recordSignIn(
  { metadata, clock }: LoginPorts,
  account: AccountId,
  name: string,
): Promise<void> {
  await metadata.transaction(async (change) => {
    const user = await lockEntity(change, account, "user", name);
    if (user.login === undefined) return;
    const login = { ...user.login, usedAt: clock.now() };
    await change.identity.entities.replace({ ...user, login });
  });
}

function wrongPassword(): RegistryError {
  return new RegistryError("AccessDenied", "Account, user name or password is not right.");
}

function resetRequired(): RegistryError {
  return new RegistryError("PasswordResetRequired", "The password has to be changed.");
}
