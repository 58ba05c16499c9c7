import type { AccountId, Region, Registry } from "../names.ts";

/** Where a trail is found: its home region and its name. */
export interface TrailRef {
  readonly registry: Registry;
  readonly name: string;
}

/** Which records a trail has. Source: CloudTrail API, EventSelector. */
export interface TrailSelector {
  readonly readWriteType: "All" | "ReadOnly" | "WriteOnly";
  readonly includesManagementEvents: boolean;
  readonly excludedSources: readonly string[];
}

export interface TrailSettings {
  /** A name of the operator's list of targets, which to CloudTrail is a bucket. */
  readonly target: string;
  /** Without a slash at its ends; empty for none. */
  readonly prefix: string;
  readonly includesGlobalEvents: boolean;
  /** Since when there are digests; absent where there are none. */
  readonly validatedSince?: number | undefined;
  /** Absent: all records. */
  readonly selectors?: readonly TrailSelector[] | undefined;
  readonly tags: readonly (readonly [key: string, value: string])[];
}

/** Time of which a trail has no records, and why. Digests tell it. */
export interface TrailGap {
  readonly from: number;
  readonly until: number;
  readonly reason: "StopLogging" | "NotDelivered";
  /** Records that were given up. */
  readonly records?: number;
  readonly notedAt: number;
}

/** How a trail fares. */
export interface TrailStatus {
  readonly startedAt?: number | undefined;
  readonly stoppedAt?: number | undefined;
  readonly deliveredAt?: number | undefined;
  readonly attemptedAt?: number | undefined;
  /** Of the latest attempt, where that failed. */
  readonly deliveryError?: string | undefined;
  /** Of the first attempt since the last that succeeded. */
  readonly failingSince?: number | undefined;
  /** Of a receiver: what is older was forwarded. */
  readonly deliveredThrough?: number | undefined;
  /** Of a receiver: records that it said it will not have. */
  readonly refused?: number | undefined;
  readonly digestAt?: number | undefined;
  readonly digestError?: string | undefined;
  readonly gaps: readonly TrailGap[];
}

/** Writes records of an account, or of all, as files to a place that the operator named. */
export interface Trail extends TrailRef {
  /** Another one for each trail that ever was. */
  readonly id: string;
  readonly isMultiRegion: boolean;
  /** Has the records of all accounts. */
  readonly isOrganization: boolean;
  /** It has records from this time on, and to the next, both included, but for those of gaps. */
  readonly logsFrom: number;
  readonly logsUntil: number;
  readonly settings: TrailSettings;
  readonly status: TrailStatus;
}

/** `logsUntil` of a trail that logs. */
export const untilStopped = Number.MAX_SAFE_INTEGER;

/** Whether a trail is to have what was done at that time. */
export function hasTime({ logsFrom, logsUntil, status: { gaps } }: Trail, at: number): boolean {
  if (at < logsFrom || at > logsUntil) return false;
  return !gaps.some(
    ({ reason, from, until }) => reason === "StopLogging" && at > from && at < until,
  );
}

export function isLogging({ logsUntil }: Pick<Trail, "logsUntil">): boolean {
  return logsUntil === untilStopped;
}

/** A file of a trail: what is in it was decided before it is written, so that it can be repeated. */
export interface TrailFile {
  /** Of the trail. */
  readonly trail: string;
  /** Whose records it has. */
  readonly registry: Registry;
  readonly id: string;
  readonly plannedAt: number;
  readonly object: string;
  /** Absent until it is written. */
  readonly written?: WrittenFile | undefined;
  /** The digest that names it; empty for none yet. */
  readonly digest: string;
}

export interface WrittenFile {
  readonly at: number;
  readonly target: string;
  /** SHA-256 of the content before it was compressed, in hexadecimal. */
  readonly hash: string;
  readonly oldest: number;
  readonly newest: number;
}

/** The digests of one trail about one registry: each names the one before it. */
export interface DigestChain {
  readonly trail: string;
  readonly registry: Registry;
  /** From when on the next digest tells; absent while the trail is stopped. */
  readonly openSince?: number | undefined;
  readonly last?: ChainLink | undefined;
  /** Gaps that were noted up to then are in a digest. */
  readonly toldUntil: number;
  /** A digest that was begun. */
  readonly pending?: PendingDigest | undefined;
}

export interface ChainLink {
  readonly target: string;
  readonly object: string;
  readonly hash: string;
  readonly signature: string;
  readonly endsAt: number;
}

export interface PendingDigest {
  readonly object: string;
  readonly from: number;
  readonly endsAt: number;
  /** Whether it is the last one before the trail starts anew. */
  readonly isFinal: boolean;
  readonly fingerprint: string;
  readonly gaps: readonly TrailGap[];
  readonly begunAt: number;
}

/** A pair of keys that signs digests about a registry. */
export interface TrailKey {
  readonly registry: Registry;
  readonly fingerprint: string;
  /** PKCS #1, DER, base64. */
  readonly publicKey: string;
  readonly sealedPrivateKey: string;
  readonly createdAt: number;
}

export function trailArn({ registry: { account, region }, name }: TrailRef): string {
  return `arn:aws:cloudtrail:${region}:${account}:trail/${name}`;
}

const arnShape = /^arn:aws:cloudtrail:([a-z0-9-]{1,64}):([0-9]{12}):trail\/(.{1,256})$/;

/** The trail that an ARN names; `undefined` for a text that is none. */
export function parseTrailArn(arn: string): TrailRef | undefined {
  const [, region, account, name] = arnShape.exec(arn) ?? [];
  if (region === undefined || account === undefined || name === undefined) return undefined;
  return { registry: { account: account as AccountId, region: region as Region }, name };
}

/** Source: CloudTrail API, CreateTrail, Name. */
export function isTrailName(name: string): boolean {
  return (
    /^[A-Za-z0-9][A-Za-z0-9._-]{1,126}[A-Za-z0-9]$/.test(name) &&
    !/[._-][._-]/.test(name) &&
    !/^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name)
  );
}

/** A prefix that means the same on a disk as in a bucket. */
export function isPrefix(prefix: string): boolean {
  return /^[A-Za-z0-9!_.*'()-][A-Za-z0-9!_.*'()/-]{0,199}$/.test(prefix)
    ? prefix.split("/").every((part) => part !== "" && part !== "." && part !== "..")
    : false;
}
