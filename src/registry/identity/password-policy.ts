import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { AccountId, Region, Registry } from "../names.ts";

/** What an account asks of the passwords of its users. Source: IAM API, UpdateAccountPasswordPolicy. */
export interface PasswordPolicy {
  readonly minimumLength: number;
  readonly requiresSymbols: boolean;
  readonly requiresNumbers: boolean;
  readonly requiresUppercase: boolean;
  readonly requiresLowercase: boolean;
  /** Whether every user may change its own, without a policy that says so. */
  readonly usersMayChange: boolean;
  /** Passwords older than this must be changed at the next sign-in. */
  readonly maximumAgeDays: number | undefined;
  /** How many of its passwords, the present one included, a user may not take again. */
  readonly remembered: number | undefined;
  /** Whether only an administrator can replace a password that has expired. */
  readonly isHardExpiry: boolean;
}

const setting = "PASSWORD_POLICY";

/** IAM has no regions. */
function settingsOf(account: AccountId): Registry {
  return { account, region: "" as Region };
}

/** `undefined` where the account goes by IAM's default. */
export async function findPasswordPolicy(
  { metadata }: Pick<Ports, "metadata">,
  account: AccountId,
): Promise<PasswordPolicy | undefined> {
  const stored = await metadata.settings.find(settingsOf(account), setting);
  return stored === undefined ? undefined : (JSON.parse(stored) as PasswordPolicy);
}

/** In place of the one before, as a whole. */
export async function putPasswordPolicy(
  { metadata }: Pick<Ports, "metadata">,
  account: AccountId,
  policy: PasswordPolicy,
): Promise<void> {
  await metadata.transaction((change) =>
    change.settings.put(settingsOf(account), setting, JSON.stringify(policy)),
  );
}

/** @throws NoSuchEntity */
export async function removePasswordPolicy(
  { metadata }: Pick<Ports, "metadata">,
  account: AccountId,
): Promise<void> {
  const isRemoved = await metadata.transaction((change) =>
    change.settings.remove(settingsOf(account), setting),
  );
  if (!isRemoved) throw noPasswordPolicy(account);
}

/** IAM's sentence where an account has no policy of its own. */
export function noPasswordPolicy(account: AccountId): RegistryError {
  return new RegistryError(
    "NoSuchEntity",
    `The Password Policy with domain name ${account} cannot be found.`,
  );
}

const classes = {
  uppercase: /[A-Z]/,
  lowercase: /[a-z]/,
  number: /[0-9]/,
  symbol: /[!@#$%^&*()_+\-=[\]{}|']/,
};

// Source: IAM, "Setting an account password policy for IAM users", the default policy.
const defaultLength = 8;
const defaultClasses = 3;

/**
 * @param policy of the account; `undefined`: IAM's default
 * @param names what the password must not be by default: the account's name and email
 * @throws PasswordPolicyViolation
 */
export function checkPassword(
  policy: PasswordPolicy | undefined,
  password: string,
  names: readonly string[],
): void {
  if (policy === undefined) {
    const found = Object.values(classes).filter((pattern) => pattern.test(password)).length;
    const isName = names.some((name) => name.toLowerCase() === password.toLowerCase());
    if (password.length >= defaultLength && found >= defaultClasses && !isName) return;
    throw violation("Password does not conform to the account password policy.");
  }
  if (password.length < policy.minimumLength) {
    throw violation(`Password should have a minimum length of ${policy.minimumLength}`);
  }
  const wanted = [
    [policy.requiresUppercase, classes.uppercase, "uppercase letter"],
    [policy.requiresLowercase, classes.lowercase, "lowercase letter"],
    [policy.requiresNumbers, classes.number, "number"],
    [policy.requiresSymbols, classes.symbol, "symbol"],
  ] as const;
  for (const [isRequired, pattern, what] of wanted) {
    if (isRequired && !pattern.test(password)) {
      throw violation(`Password should have at least one ${what}`);
    }
  }
}

/** IAM's refusal of a password. */
export function violation(sentence: string): RegistryError {
  return new RegistryError("PasswordPolicyViolation", sentence);
}
