import { randomBytes } from "node:crypto";
import type { KmsChange } from "../../ports/kms-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { accountOfPrincipal } from "../identity/principal-by-arn.ts";
import { storedPrincipal } from "../identity/stored-principals.ts";
import { limits } from "../limits.ts";
import type { AccountId } from "../names.ts";
import { checkEncryptionContext } from "./encryption-context.ts";
import { noSuchKey } from "./find-key.ts";
import { isService } from "./grant-policy.ts";
import { accountRoot } from "./key-access.ts";
import { kmsValidation, unsupported } from "./kms-error.ts";
import {
  type EncryptionContext,
  type KmsGrant,
  type KmsGrantConstraints,
  type KmsKeyRef,
  kmsKeyArn,
} from "./kms-key.ts";
import { kmsLimits } from "./kms-limits.ts";
import { requireUsable } from "./require-usable.ts";

/** Operations that a grant on a symmetric key can permit. Source: KMS, "Grant operations". */
export const grantOperations = [
  "Decrypt",
  "Encrypt",
  "GenerateDataKey",
  "GenerateDataKeyWithoutPlaintext",
  "ReEncryptFrom",
  "ReEncryptTo",
  "CreateGrant",
  "RetireGrant",
  "DescribeKey",
] as const;

export type GrantOperation = (typeof grantOperations)[number];

export interface NewGrant {
  readonly key: KmsKeyRef;
  /** An ARN, or a service's name. */
  readonly grantee: string;
  readonly retiring?: string | undefined;
  readonly operations: readonly GrantOperation[];
  readonly constraints?: KmsGrantConstraints | undefined;
  readonly name?: string | undefined;
  /** Whose principal asks for it. */
  readonly issuer: AccountId;
}

type GrantPorts = Pick<Ports, "metadata" | "memory" | "clock">;

/**
 * Makes a grant, which is in force at once. With a name, the same parameters again give the same grant,
 * so that a retry makes no second one (D7). Source: KMS API, CreateGrant.
 * @throws Validation, InvalidArn for a principal that is none, or is not there; LimitExceeded, NotFound,
 *   Disabled, KmsInvalidState
 */
export async function createGrant(ports: GrantPorts, wanted: NewGrant): Promise<KmsGrant> {
  const grant = await checkedGrant(ports, wanted);
  const made = await ports.metadata.transaction(({ kms }) => insertGrant(kms, grant));
  ports.memory.access.forgetKmsKey(wanted.key);
  return made;
}

/** What `createGrant` refuses for its parameters alone. */
export async function checkedGrant(ports: GrantPorts, wanted: NewGrant): Promise<KmsGrant> {
  const { key, constraints = {}, operations, name = "", retiring = "" } = wanted;
  checkConstraints(constraints);
  return {
    key: { registry: key.registry, id: key.id },
    id: randomBytes(32).toString("hex"),
    name,
    grantee: await grantPrincipal(ports, wanted.grantee),
    retiring: retiring === "" ? "" : await grantPrincipal(ports, retiring),
    operations: grantOperations.filter((each) => operations.includes(each)),
    constraints,
    issuer: accountRoot(wanted.issuer),
    createdAt: ports.clock.now(),
  };
}

/** A principal of a grant as it is stored. @throws InvalidArn */
export async function grantPrincipal(
  ports: Pick<Ports, "metadata">,
  text: string,
): Promise<string> {
  const stored = isPrincipalArn(text) ? await storedPrincipal(ports, text) : undefined;
  if (isService(text) || stored !== undefined) return stored ?? text;
  throw new RegistryError("InvalidArn", `ARN does not refer to a valid principal: ${text}`);
}

/** The same of a principal that may be gone: nobody has its name then. */
export async function findGrantPrincipal(
  ports: Pick<Ports, "metadata">,
  text: string,
): Promise<string> {
  return (isPrincipalArn(text) ? await storedPrincipal(ports, text) : undefined) ?? text;
}

function isPrincipalArn(text: string): boolean {
  return accountOfPrincipal(text) !== undefined;
}

/** Nobody else adds grants to the key until the transaction ends. */
async function insertGrant(kms: KmsChange, grant: KmsGrant): Promise<KmsGrant> {
  const key = await kms.keys.lock(grant.key);
  if (key === undefined) throw noSuchKey(kmsKeyArn(grant.key));
  requireUsable(key);
  const same = grant.name === "" ? undefined : await sameGrant(kms, grant);
  if (same !== undefined) return same;
  if ((await kms.grants.count(grant.key)) >= kmsLimits.grantsPerKey) {
    throw new RegistryError(
      "LimitExceeded",
      `A key can have at most ${kmsLimits.grantsPerKey} grants.`,
    );
  }
  await kms.grants.insert(grant);
  return grant;
}

async function sameGrant(kms: KmsChange, wanted: KmsGrant): Promise<KmsGrant | undefined> {
  const { key, grantee, name } = wanted;
  const filter = { grantee, name, like: wanted };
  const found = await kms.grants.list(key, { limit: limits.pageMaximum }, filter);
  return found.find((grant) => parametersOf(grant) === parametersOf(wanted));
}

function parametersOf({ grantee, retiring, operations, constraints, name, issuer }: KmsGrant) {
  const { encryptionContextEquals: equals, encryptionContextSubset: subset } = constraints;
  const pairs = [equals, subset].map((context) => context && Object.entries(context).toSorted());
  return JSON.stringify([grantee, retiring, operations, pairs, name, issuer]);
}

function checkConstraints({
  encryptionContextEquals,
  encryptionContextSubset,
}: KmsGrantConstraints) {
  if (encryptionContextEquals !== undefined && encryptionContextSubset !== undefined) {
    throw unsupported("A grant has EncryptionContextEquals or EncryptionContextSubset, not both.");
  }
  const context: EncryptionContext = encryptionContextEquals ?? encryptionContextSubset ?? {};
  const pairs = Object.entries(context);
  const member = "constraints";
  if (pairs.length > kmsLimits.grantPairs) {
    const constraint = `Member must have length less than or equal to ${kmsLimits.grantPairs}`;
    throw kmsValidation(member, String(pairs.length), constraint);
  }
  if (pairs.some((pair) => pair.some((text) => text.length > kmsLimits.grantPairCharacters))) {
    const constraint = `Member must have length less than or equal to ${kmsLimits.grantPairCharacters}`;
    throw kmsValidation(member, "", constraint);
  }
  checkEncryptionContext(context, member);
}
