import type { AccessKey } from "../../ports/credentials.ts";
import type { Ports } from "../../ports/ports.ts";
import { openSealedToken, sealToken } from "../encryption/sealed-token.ts";
import type { AccountId } from "../names.ts";
import { rootConditions, sessionPrincipal, userPrincipal } from "./load-principal.ts";
import type { Organization } from "./organization.ts";
import { rootPrincipal } from "./principal.ts";
import { rootRevokedBefore } from "./root-revocation.ts";
import type { Session, StoredAccessKey } from "./stored-credential.ts";

type KeyPorts = Pick<Ports, "metadata" | "memory" | "keys">;

const purpose = "access-key";

/** A secret access key as it is stored: only this deployment, and only for this key, can open it. */
export function sealSecret(
  { keys }: Pick<Ports, "keys">,
  accessKeyId: string,
  secretAccessKey: string,
): Uint8Array {
  return Buffer.from(sealToken(keys.secret(purpose), secretAccessKey, accessKeyId));
}

/** The secret; `undefined` for one that was sealed by another deployment, or for another key. */
export function openSecret(
  { keys }: Pick<Ports, "keys">,
  accessKeyId: string,
  sealed: Uint8Array,
): string | undefined {
  const secret = openSealedToken(keys.keptSecrets(purpose), textOf(sealed), accessKeyId);
  return typeof secret === "string" ? secret : undefined;
}

/** Whether it was sealed with anything but what this deployment seals with now. */
export function wasSealedBefore(
  { keys }: Pick<Ports, "keys">,
  accessKeyId: string,
  sealed: Uint8Array,
): boolean {
  return openSealedToken(keys.secret(purpose), textOf(sealed), accessKeyId) === undefined;
}

/**
 * Who holds the access key, with all that it may do now. `undefined` for one that nobody holds, that
 * is inactive, or whose holder or account is no more.
 */
export async function findAccessKey(
  ports: KeyPorts,
  organization: Organization,
  accessKeyId: string,
): Promise<AccessKey | undefined> {
  const { accessKeys, sessions } = ports.metadata.identity;
  // The prefix tells which of the two it can be. Source: IAM, "Unique identifiers".
  if (accessKeyId.startsWith("ASIA")) {
    const session = await sessions.find(accessKeyId);
    return session && ofSession(ports, organization, session);
  }
  const key = await accessKeys.find(accessKeyId);
  return key && ofKey(ports, organization, key);
}

/** Whose access key it is, active or not; `undefined` for one that nobody has. */
export async function accountOfKey(
  { metadata }: Pick<Ports, "metadata">,
  { managementAccount, rootAccessKeyId }: Organization,
  accessKeyId: string,
): Promise<AccountId | undefined> {
  if (accessKeyId === rootAccessKeyId) return managementAccount;
  const { accessKeys, sessions } = metadata.identity;
  const found = await (accessKeyId.startsWith("ASIA") ? sessions : accessKeys).find(accessKeyId);
  return found?.owner.account;
}

async function ofKey(
  ports: KeyPorts,
  organization: Organization,
  key: StoredAccessKey,
): Promise<AccessKey | undefined> {
  const { id: accessKeyId, owner, status } = key;
  if (status !== "Active" || !(await isOpen(ports, owner.account))) return undefined;
  const secretAccessKey = ownSecret(ports, accessKeyId, key.sealedSecret);
  if (owner.id === owner.account) {
    const conditions = rootConditions(organization, owner.account);
    const root = rootPrincipal(owner.account, accessKeyId, conditions);
    const revokedBefore = await rootRevokedBefore(ports, owner.account);
    return { accessKeyId, secretAccessKey, principal: { ...root, revokedBefore } };
  }
  const user = await ports.metadata.identity.entities.findById(owner.id);
  if (user?.kind !== "user" || user.account !== owner.account) return undefined;
  const principal = await userPrincipal(ports, organization, user, accessKeyId);
  return { accessKeyId, secretAccessKey, principal };
}

async function ofSession(
  ports: KeyPorts,
  organization: Organization,
  session: Session,
): Promise<AccessKey | undefined> {
  const { accessKeyId, owner, claims } = session;
  if (!(await isOpen(ports, owner.account))) return undefined;
  const principal = await sessionPrincipal(ports, organization, session);
  if (principal === undefined) return undefined;
  const secretAccessKey = ownSecret(ports, accessKeyId, session.sealedSecret);
  return { accessKeyId, secretAccessKey, principal, sessionTokenSha256: claims.tokenSha256 };
}

async function isOpen({ metadata }: KeyPorts, account: AccountId): Promise<boolean> {
  return (await metadata.identity.accounts.find(account))?.status === "ACTIVE";
}

function ownSecret(ports: KeyPorts, accessKeyId: string, sealed: Uint8Array): string {
  const secret = openSecret(ports, accessKeyId, sealed);
  if (secret !== undefined) return secret;
  throw new Error("an access key in the database was sealed with another master key");
}

function textOf(sealed: Uint8Array): string {
  return Buffer.from(sealed).toString("latin1");
}
