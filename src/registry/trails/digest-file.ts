import type { Registry } from "../names.ts";
import { isoSeconds } from "./file-names.ts";
import { sha256 } from "./log-file.ts";
import type { ChainLink, PendingDigest, TrailFile, WrittenFile } from "./trail.ts";

export interface LoggedFile {
  readonly s3Bucket: string;
  readonly s3Object: string;
  readonly hashValue: string;
  readonly hashAlgorithm: "SHA-256";
  readonly newestEventTime: string;
  readonly oldestEventTime: string;
}

/** Source: CloudTrail, "CloudTrail digest file structure". `gaps` is Entrepot's own. */
export interface DigestFile {
  readonly awsAccountId: string;
  readonly digestStartTime: string;
  readonly digestEndTime: string;
  readonly digestS3Bucket: string;
  readonly digestS3Object: string;
  readonly digestPublicKeyFingerprint: string;
  readonly digestSignatureAlgorithm: "SHA256withRSA";
  readonly newestEventTime: string | null;
  readonly oldestEventTime: string | null;
  readonly previousDigestS3Bucket: string | null;
  readonly previousDigestS3Object: string | null;
  readonly previousDigestHashValue: string | null;
  readonly previousDigestHashAlgorithm: "SHA-256" | null;
  readonly previousDigestSignature: string | null;
  /** Times of which there are no records, and why; absent where there are none. */
  readonly gaps?: readonly DigestGap[];
  readonly logFiles: readonly LoggedFile[];
}

export interface DigestGap {
  readonly startTime: string;
  readonly endTime: string;
  readonly reason: "StopLogging" | "NotDelivered";
  readonly records?: number;
}

/** What a digest says of the files that were written since the one before it. */
export function digestOf(
  { object, from, endsAt, fingerprint, gaps }: PendingDigest,
  about: Registry,
  target: string,
  previous: ChainLink | undefined,
  files: readonly TrailFile[],
): DigestFile {
  const written = files
    .flatMap(({ object: of, written: file }) => (file === undefined ? [] : [{ of, file }]))
    .sort((one, other) => (one.of < other.of ? -1 : 1));
  const newest = written.reduce((latest, { file }) => Math.max(latest, file.newest), -1);
  const oldest = written.reduce((first, { file }) => Math.min(first, file.oldest), Infinity);
  return {
    awsAccountId: about.account,
    digestStartTime: isoSeconds(from),
    digestEndTime: isoSeconds(endsAt),
    digestS3Bucket: target,
    digestS3Object: object,
    digestPublicKeyFingerprint: fingerprint,
    digestSignatureAlgorithm: "SHA256withRSA",
    newestEventTime: written.length === 0 ? null : isoSeconds(newest),
    oldestEventTime: written.length === 0 ? null : isoSeconds(oldest),
    previousDigestS3Bucket: previous?.target ?? null,
    previousDigestS3Object: previous?.object ?? null,
    previousDigestHashValue: previous?.hash ?? null,
    previousDigestHashAlgorithm: previous === undefined ? null : "SHA-256",
    previousDigestSignature: previous?.signature ?? null,
    ...(gaps.length === 0 ? {} : { gaps: gaps.map(toGap) }),
    logFiles: written.map(({ of, file }) => toLogged(of, file)),
  };
}

function toGap({ from, until, reason, records }: PendingDigest["gaps"][number]): DigestGap {
  const times = { startTime: isoSeconds(from), endTime: isoSeconds(until), reason };
  return records === undefined ? times : { ...times, records };
}

function toLogged(s3Object: string, { target, hash, newest, oldest }: WrittenFile): LoggedFile {
  return {
    ...{ s3Bucket: target, s3Object, hashValue: hash, hashAlgorithm: "SHA-256" },
    ...{ newestEventTime: isoSeconds(newest), oldestEventTime: isoSeconds(oldest) },
  };
}

/**
 * What of a digest is signed. Source: CloudTrail, "Custom implementations of CloudTrail log file
 * integrity validation".
 */
export function signedText(
  digest: Pick<
    DigestFile,
    "digestEndTime" | "digestS3Bucket" | "digestS3Object" | "previousDigestSignature"
  >,
  content: Uint8Array,
): string {
  return [
    digest.digestEndTime,
    `${digest.digestS3Bucket}/${digest.digestS3Object}`,
    sha256(content),
    digest.previousDigestSignature ?? "null",
  ].join("\n");
}
