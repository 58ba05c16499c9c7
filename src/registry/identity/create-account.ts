import { randomInt } from "node:crypto";
import type { IdentityChange } from "../../ports/identity-store.ts";
import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { invariant } from "../errors.ts";
import { freshBytes } from "../fresh-bytes.ts";
import { limits } from "../limits.ts";
import type { AccountId } from "../names.ts";
import type { Account, AccountRequest } from "./account.ts";
import { newRole } from "./create-role.ts";
import type { ResourceTag } from "./entity.ts";
import type { Organization } from "./organization.ts";

export interface NewAccount {
  readonly name: string;
  readonly email: string;
  /** Of the role by which the management account enters it. */
  readonly roleName: string;
  readonly tags: readonly ResourceTag[];
}

const administratorAccess = "arn:aws:iam::aws:policy/AdministratorAccess";
const idTries = 20;
const requestLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
const requestIdLetters = 32;

/**
 * Makes an account and the role by which the management account enters it, or neither; what became of
 * the wish is kept with it. Never refused: a wish that cannot be granted is a request that failed.
 */
export async function createAccount(
  ports: Pick<Ports, "metadata" | "clock">,
  organization: Organization,
  wanted: NewAccount,
): Promise<AccountRequest> {
  const now = ports.clock.now();
  return ports.metadata.transaction(async (change) => {
    // One at a time, so that the number of accounts is what it is.
    await change.identity.accounts.lock(organization.managementAccount);
    const failureReason = await obstacle(change.identity, wanted);
    const account =
      failureReason === undefined ? await insertAccount(change, wanted, now) : undefined;
    if (account !== undefined) await addAccessRole(ports, change, organization, account, wanted);
    const request: AccountRequest = {
      id: newRequestId(),
      accountName: wanted.name,
      state: failureReason === undefined ? "SUCCEEDED" : "FAILED",
      failureReason,
      account,
      requestedAt: now,
      completedAt: now,
    };
    await change.identity.accounts.insertRequest(request);
    return request;
  });
}

async function obstacle(
  { accounts }: IdentityChange,
  { email }: NewAccount,
): Promise<AccountRequest["failureReason"]> {
  if ((await accounts.findByEmail(email)) !== undefined) return "EMAIL_ALREADY_EXISTS";
  return (await accounts.count()) >= limits.accounts ? "ACCOUNT_LIMIT_EXCEEDED" : undefined;
}

async function insertAccount(
  { identity }: MetadataChange,
  { name, email, tags }: NewAccount,
  createdAt: number,
): Promise<AccountId> {
  for (let tries = 0; tries < idTries; tries += 1) {
    const account: Account = {
      ...{ id: newAccountId(), name, email, createdAt, tags },
      ...{ status: "ACTIVE", joinedMethod: "CREATED", alias: undefined },
    };
    if (await identity.accounts.insertIfAbsent(account)) return account.id;
  }
  throw new Error("no free account id was found, though there are few accounts");
}

/** Source: Organizations, "Accessing member accounts in an organization". */
async function addAccessRole(
  ports: Pick<Ports, "clock">,
  { identity }: MetadataChange,
  { managementAccount }: Organization,
  account: AccountId,
  { roleName }: NewAccount,
): Promise<void> {
  const trustPolicy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${managementAccount}:root` },
        Action: "sts:AssumeRole",
      },
    ],
  });
  const wanted = {
    ...{ account, name: roleName, path: "/", description: "", tags: [], boundary: undefined },
    ...{ maxSessionSeconds: limits.sessionDefaultSeconds, trustPolicy },
  };
  const role = newRole(ports, wanted, trustPolicy);
  invariant(await identity.entities.insertIfAbsent(role), "a new account has no roles");
  await identity.policies.attach(role, administratorAccess);
}

/** Twelve digits; the first is not 0, which spreadsheets and YAML take away. */
function newAccountId(): AccountId {
  return `${randomInt(1, 10)}${String(randomInt(0, 10 ** 11)).padStart(11, "0")}` as AccountId;
}

function newRequestId(): string {
  const bytes = freshBytes(requestIdLetters);
  const letters = Array.from(bytes, (byte) => requestLetters[byte % requestLetters.length]);
  return `car-${letters.join("")}`;
}
