import { invalidParameter } from "../errors.ts";
import { freshBytes } from "../fresh-bytes.ts";
import { limits } from "../limits.ts";
import { isRepositoryName, type Registry, type RepositoryName } from "../names.ts";

export const quotaUnits = ["BYTES", "IMAGES"] as const;
/** What a quota counts of its repositories: `sizeBytes`, or `imageCount`. */
export type QuotaUnit = (typeof quotaUnits)[number];

/**
 * How much the repositories under a prefix may hold together. A registry has one of each unit at a
 * prefix. `COUNTING`: repositories that were there before are being counted in, and nothing is refused.
 */
export interface Quota {
  readonly registry: Registry;
  /** Never used twice; says the unit: see `unitOf`. */
  readonly id: string;
  /** See `covers`. */
  readonly prefix: string;
  readonly unit: QuotaUnit;
  /** From where on it is told of; `undefined`: nowhere. */
  readonly soft: number | undefined;
  /** What is never passed by a push; `undefined`: there is no end. */
  readonly hard: number | undefined;
  readonly state: "COUNTING" | "ACTIVE";
  /** The name of the repository that was counted in last; empty at the start. */
  readonly position: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** A quota and what is used of it. */
export interface QuotaStanding {
  readonly quota: Quota;
  readonly used: number;
}

export function isOverSoft({ quota: { soft }, used }: QuotaStanding): boolean {
  return soft !== undefined && used > soft;
}

export function isOverHard({ quota: { hard }, used }: QuotaStanding): boolean {
  return hard !== undefined && used > hard;
}

/** Where a quota lies in its registry. */
export type QuotaPlace = Pick<Quota, "prefix" | "unit">;

const idsOf: Readonly<Record<QuotaUnit, string>> = { BYTES: "bytes-", IMAGES: "images-" };

export function newQuotaId(unit: QuotaUnit): string {
  return idsOf[unit] + freshBytes(8).toString("hex");
}

/** Repositories name only the ids of their quotas: so a push knows what to charge without a look. */
export function unitOf(id: string): QuotaUnit {
  return id.startsWith(idsOf.BYTES) ? "BYTES" : "IMAGES";
}

/**
 * Whether a prefix is one of the name's: prefixes end where a part of a name does. `team` covers `team`
 * and `team/app`, and not `teams`; the empty one covers every name.
 */
export function covers(prefix: string, name: string): boolean {
  return prefix === "" || name === prefix || name.startsWith(`${prefix}/`);
}

/** Every prefix that covers the name: `""`, `team`, `team/app`. */
export function prefixesOf(name: RepositoryName): string[] {
  const prefixes = [""];
  for (let end = name.indexOf("/"); end !== -1; end = name.indexOf("/", end + 1)) {
    prefixes.push(name.slice(0, end));
  }
  return [...prefixes, name];
}

/**
 * The prefix; a slash at its end says nothing, so that `team/` is `team`, and `/` is the whole registry.
 * @throws InvalidParameter when no name of a repository could have it
 */
export function parseQuotaPrefix(text: string): string {
  const prefix = text.endsWith("/") ? text.slice(0, -1) : text;
  // A first part may be a single character, which is too short for a whole name.
  if (prefix === "" || isRepositoryName(prefix) || isRepositoryName(`${prefix}/x`)) return prefix;
  throw invalidParameter("prefix", "must be the beginning of a repository name, up to a slash");
}

/** @throws InvalidParameter for limits that make no sense, alone or together */
export function checkQuotaLimits({ soft, hard }: Pick<Quota, "soft" | "hard">): void {
  if (soft === undefined && hard === undefined) {
    throw invalidParameter("hard", "a quota has a soft limit, a hard one, or both");
  }
  for (const [name, limit] of [["soft", soft] as const, ["hard", hard] as const]) {
    if (limit === undefined) continue;
    if (Number.isSafeInteger(limit) && limit >= 0 && limit <= limits.quotaMaximum) continue;
    throw invalidParameter(name, `Member must be between 0 and ${limits.quotaMaximum}`);
  }
  if (soft !== undefined && hard !== undefined && soft > hard) {
    throw invalidParameter("soft", "the soft limit must not be above the hard one");
  }
}
