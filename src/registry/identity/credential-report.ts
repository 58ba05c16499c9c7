import type { Ports } from "../../ports/ports.ts";
import type { Deployment } from "../deployment.ts";
import { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { AccountId, Region, Registry } from "../names.ts";
import { entityArn, type User } from "./entity.ts";
import { findPasswordPolicy, type PasswordPolicy } from "./password-policy.ts";
import type { StoredAccessKey } from "./stored-credential.ts";

type ReportPorts = Pick<Ports, "metadata" | "clock">;

/** Who in an account holds which credentials, as of one moment. */
export interface CredentialReport {
  readonly madeAt: number;
  /** Comma-separated values, a line for root and for each user, under a line of titles. */
  readonly content: string;
}

const setting = "CREDENTIAL_REPORT";

/** IAM has no regions. */
function settingsOf(account: AccountId): Registry {
  return { account, region: "" as Region };
}

/**
 * Makes a report for every replica to give out, unless there is one that is not too old. Resolves once
 * it is there. Source: IAM, "Generate credential reports for your AWS account".
 */
export async function makeCredentialReport(
  ports: ReportPorts,
  deployment: Deployment,
  account: AccountId,
): Promise<void> {
  const present = await readReport(ports, account);
  if (present !== undefined && !isExpired(ports, present)) return;
  const report: CredentialReport = {
    madeAt: ports.clock.now(),
    content: await writeReport(ports, deployment, account),
  };
  await ports.metadata.transaction((change) =>
    change.settings.put(settingsOf(account), setting, JSON.stringify(report)),
  );
}

/** @throws CredentialReportNotPresent, CredentialReportExpired */
export async function findCredentialReport(
  ports: ReportPorts,
  account: AccountId,
): Promise<CredentialReport> {
  const report = await readReport(ports, account);
  if (report === undefined) {
    throw new RegistryError(
      "CredentialReportNotPresent",
      "No report exists. Use GenerateCredentialReport to make one.",
    );
  }
  if (isExpired(ports, report)) {
    throw new RegistryError(
      "CredentialReportExpired",
      "The report has expired. Use GenerateCredentialReport to make a new one.",
    );
  }
  return report;
}

async function readReport(
  { metadata }: ReportPorts,
  account: AccountId,
): Promise<CredentialReport | undefined> {
  const stored = await metadata.settings.find(settingsOf(account), setting);
  return stored === undefined ? undefined : (JSON.parse(stored) as CredentialReport);
}

/** A clock that was set back makes no report live longer. */
function isExpired({ clock }: ReportPorts, { madeAt }: CredentialReport): boolean {
  return Math.abs(clock.now() - madeAt) >= limits.credentialReportLifeMs;
}

const none = "N/A";
const unknown = "no_information";
const unsupported = "not_supported";

/** Source: IAM, "Understanding the report format". */
const titles = [
  ...["user", "arn", "user_creation_time"],
  ...["password_enabled", "password_last_used", "password_last_changed", "password_next_rotation"],
  "mfa_active",
  ...[1, 2].flatMap((n) => [
    ...[`access_key_${n}_active`, `access_key_${n}_last_rotated`],
    ...[`access_key_${n}_last_used_date`, `access_key_${n}_last_used_region`],
    `access_key_${n}_last_used_service`,
  ]),
  ...[1, 2].flatMap((n) => [`cert_${n}_active`, `cert_${n}_last_rotated`]),
];

async function writeReport(
  ports: ReportPorts,
  deployment: Deployment,
  account: AccountId,
): Promise<string> {
  const { entities, accessKeys } = ports.metadata.identity;
  const passwordPolicy = await findPasswordPolicy(ports, account);
  const lines = [titles, await rootLine(ports, deployment, account)];
  for (let after: string | undefined; ; ) {
    const users = await entities.list(account, "user", { after, limit: limits.pageDefault });
    for (const user of users) {
      lines.push(userLine(user, passwordPolicy, await accessKeys.of(user)));
      after = user.name;
    }
    if (users.length < limits.pageDefault) break;
    await new Promise(setImmediate); // An account may have thousands: others are served in between.
  }
  return lines.map((values) => values.map(quoted).join(",")).join("\n");
}

async function rootLine(
  { metadata }: ReportPorts,
  deployment: Deployment,
  account: AccountId,
): Promise<string[]> {
  const { accounts, accessKeys } = metadata.identity;
  const createdAt = (await accounts.find(account))?.createdAt;
  const keys = await accessKeys.of({ account, id: account });
  return [
    ...["<root_account>", `arn:aws:iam::${account}:root`],
    createdAt === undefined ? unknown : reportTime(createdAt),
    ...[unsupported, unknown, unsupported, unsupported, "false"],
    // The key in the settings of a deployment is root's too, of an age that nobody knows.
    ...keyColumns(keys, account === deployment.account ? [settingsKey] : []),
    ...certificates,
  ];
}

function userLine(
  user: User,
  passwordPolicy: PasswordPolicy | undefined,
  keys: readonly StoredAccessKey[],
): string[] {
  return [
    ...[user.name, entityArn(user), reportTime(user.createdAt)],
    ...passwordColumns(user, passwordPolicy),
    "false",
    ...keyColumns(keys, []),
    ...certificates,
  ];
}

function passwordColumns({ login }: User, policy: PasswordPolicy | undefined): string[] {
  if (login === undefined) return ["false", none, none, none];
  const { usedAt, changedAt } = login;
  const days = policy?.maximumAgeDays;
  return [
    "true",
    usedAt === undefined ? unknown : reportTime(usedAt),
    reportTime(changedAt),
    days === undefined ? none : reportTime(changedAt + days * dayMs),
  ];
}

const dayMs = 24 * 3_600 * 1_000;
const settingsKey = ["true", unknown, unknown, unknown, unknown];
const noKey = ["false", none, none, none, none];
const certificates = ["false", none, "false", none];

/** Of two keys: more a user has not. */
function keyColumns(keys: readonly StoredAccessKey[], before: readonly string[][]): string[] {
  const columns = keys.map(({ status, createdAt, lastUse }) => [
    status === "Active" ? "true" : "false",
    reportTime(createdAt),
    lastUse === undefined ? none : reportTime(lastUse.at),
    lastUse?.region ?? none,
    lastUse?.service ?? none,
  ]);
  return [...before, ...columns, noKey, noKey].slice(0, 2).flat();
}

function reportTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, -5)}+00:00`;
}

/** Names of users may have commas. */
function quoted(value: string): string {
  return value.includes(",") ? `"${value}"` : value;
}
