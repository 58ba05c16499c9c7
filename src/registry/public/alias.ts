import { randomInt } from "node:crypto";
import { RegistryError } from "../errors.ts";
import type { AccountId } from "../names.ts";
import { publicLimits } from "./public-limits.ts";

export const aliasStatuses = ["ACTIVE", "PENDING", "REJECTED"] as const;
export type AliasStatus = (typeof aliasStatuses)[number];

/** A name that stands for an account in the addresses of its public images. */
export interface PublicAlias {
  readonly name: string;
  readonly account: AccountId;
  readonly status: AliasStatus;
  /** Given by the registry, for good. */
  readonly isDefault: boolean;
  /** The one that is shown. */
  readonly isPrimary: boolean;
  /** Milliseconds since the epoch. */
  readonly requestedAt: number;
  /** Why it was not given. */
  readonly reason: string | undefined;
}

export const aliasPattern = "[a-z][a-z0-9]+(?:[._-][a-z0-9]+)*";
const parts = /[._-]/;
const letters = "abcdefghijklmnopqrstuvwxyz";
const digits = "0123456789";

/** Whether it has the form of an alias. In linear time, whatever the text. Source: ECR 11.2. */
export function isAlias(text: string): boolean {
  if (text.length < 2 || text.length > publicLimits.aliasCharacters) return false;
  if (!/^[a-z][a-z0-9]/.test(text)) return false;
  return text.split(parts).every((part) => /^[a-z0-9]+$/.test(part));
}

/** Words that nobody is to be taken for, and words that say nothing. Source: ECR 11.3. */
const reserved = new Set([
  ...["amazon", "aws", "ecr", "ecs", "eks", "fargate", "lambda"],
  ...["entrepot", "admin", "administrator", "official", "root", "security", "support", "system"],
  ...["marketplace", "public", "private", "registry", "library", "verified"],
  ...["test", "example", "demo", "image", "images", "docker", "container", "containers"],
]);

/**
 * @throws InvalidParameter for a name that is kept back, also as one of its parts where it is a name of
 *   AWS's or this registry's own
 */
export function requireFreeWord(name: string): void {
  const isKept = reserved.has(name) || name.split(parts).some((part) => ownNames.has(part));
  if (!isKept) return;
  throw new RegistryError(
    "InvalidParameter",
    `Invalid parameter at 'alias' failed to satisfy constraint: 'the alias ${name} is reserved'`,
  );
}

const ownNames = new Set(["amazon", "aws", "entrepot"]);

/** One that the registry gives: a letter and seven letters or digits, as ECR's are. */
export function randomAlias(): string {
  const any = letters + digits;
  let name = letters[randomInt(letters.length)]!;
  while (name.length < 8) name += any[randomInt(any.length)]!;
  return name;
}
