/** `entrepot account`: the accounts of the organization. */
import { setTimeout as wait } from "node:timers/promises";
import type { Item } from "../calls.ts";
import { CommandError } from "../client.ts";
import type { Server } from "../server.ts";
import { isoText } from "./times.ts";

export interface AccountSummary {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly status: string;
  readonly isManagement: boolean;
  readonly joinedAt: string | undefined;
}

export interface AccountDetails extends AccountSummary {
  readonly arn: string;
  readonly organization: string;
  /** What the management account enters it through; absent for the management account itself. */
  readonly accessRoleArn: string | undefined;
}

export interface NewAccount {
  readonly name: string;
  readonly email: string;
  /** Of the role that the management account enters it through. */
  readonly roleName: string | undefined;
}

export const accessRoleName = "OrganizationAccountAccessRole";
const pollMs = 500;
const mostPolls = 240;

/** @throws Refusal */
export async function listAccounts(server: Server): Promise<AccountSummary[]> {
  const { management } = await organizationOf(server);
  const accounts = await server.all("organizations:ListAccounts", "Accounts", {});
  return accounts.map((account) => summaryOf(account, management));
}

/**
 * The account of that id, email or name.
 * @throws CommandError when there is none, or several have the name
 */
export async function showAccount(server: Server, wanted: string): Promise<AccountDetails> {
  const { id: organization, management } = await organizationOf(server);
  const account = await findAccount(server, wanted);
  const summary = summaryOf(account, management);
  const accessRoleArn = `arn:aws:iam::${summary.id}:role/${accessRoleName}`;
  return {
    ...summary,
    arn: account.Arn ?? "",
    organization,
    accessRoleArn: summary.isManagement ? undefined : accessRoleArn,
  };
}

/**
 * Makes an account and waits until it is there.
 * @throws CommandError with the reason why it could not be made
 */
export async function createAccount(server: Server, wanted: NewAccount): Promise<AccountDetails> {
  const { name: AccountName, email: Email, roleName: RoleName } = wanted;
  const asked = await server.call("organizations:CreateAccount", { AccountName, Email, RoleName });
  let status = asked.CreateAccountStatus;
  for (let polls = 0; status?.State === "IN_PROGRESS" && polls < mostPolls; polls += 1) {
    await wait(pollMs);
    const { Id: CreateAccountRequestId } = status;
    const input = { CreateAccountRequestId };
    const answer = await server.call("organizations:DescribeCreateAccountStatus", input);
    status = answer.CreateAccountStatus;
  }
  if (status?.State === "SUCCEEDED" && status.AccountId !== undefined) {
    const made = await showAccount(server, status.AccountId);
    const { accessRoleArn } = made;
    const role = RoleName ?? accessRoleName;
    return { ...made, accessRoleArn: accessRoleArn?.replace(accessRoleName, () => role) };
  }
  const why = status?.FailureReason ?? "it is still being made";
  throw new CommandError(`the account "${AccountName}" was not made: ${why}`);
}

/** @throws Refusal, and CommandError when there is no such account */
export async function closeAccount(server: Server, { id }: AccountSummary): Promise<void> {
  await server.call("organizations:CloseAccount", { AccountId: id });
}

type Account = Item<"organizations:ListAccounts", "Accounts">;

async function findAccount(server: Server, wanted: string): Promise<Account> {
  if (/^\d{12}$/.test(wanted)) {
    const { Account } = await server.call("organizations:DescribeAccount", { AccountId: wanted });
    if (Account !== undefined) return Account;
  }
  const all = await server.all("organizations:ListAccounts", "Accounts", {});
  const email = wanted.toLowerCase();
  const found = all.filter(({ Name, Email }) => Name === wanted || Email?.toLowerCase() === email);
  const [account] = found;
  if (account !== undefined && found.length === 1) return account;
  throw new CommandError(
    found.length === 0
      ? `no account has the id, name or email "${wanted}"`
      : `"${wanted}" is the name of ${found.length} accounts: use the id`,
  );
}

async function organizationOf(server: Server): Promise<{ id: string; management: string }> {
  const { Organization } = await server.call("organizations:DescribeOrganization", {});
  return { id: Organization?.Id ?? "", management: Organization?.MasterAccountId ?? "" };
}

function summaryOf(account: Account, management: string): AccountSummary {
  const { Id: id = "", Name: name = "", Email: email = "", Status, JoinedTimestamp } = account;
  return {
    ...{ id, name, email, status: Status ?? "", isManagement: id === management },
    joinedAt: JoinedTimestamp === undefined ? undefined : isoText(JoinedTimestamp),
  };
}
