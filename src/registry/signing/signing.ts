import type { Digest, Registry } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";
import type { SealedValue } from "../secrets/secret.ts";

/** The only platform of AWS Signer that is for images. */
export const notationPlatform = "Notation-OCI-SHA384-ECDSA";

export const profileStatuses = ["Active", "Canceled", "Revoked"] as const;
export type ProfileStatus = (typeof profileStatuses)[number];
export const validityUnits = ["DAYS", "MONTHS", "YEARS"] as const;
export type ValidityUnit = (typeof validityUnits)[number];

/** How long a signature is good from when it is made. */
export interface SignatureValidity {
  readonly value: number;
  readonly type: ValidityUnit;
}

/** A key that signs images, with its certificate. Source: AWS Signer, "Signing profiles". */
export interface SigningProfile {
  readonly registry: Registry;
  readonly name: string;
  /** Ten characters: a profile that is put again under a name that was canceled is another one. */
  readonly version: string;
  readonly status: ProfileStatus;
  readonly validity: SignatureValidity;
  readonly tags: Readonly<Record<string, string>>;
  /** PEM: that of the profile's key, and that of the registry's authority, which signed it. */
  readonly certificates: readonly [own: string, authority: string];
  readonly createdAt: number;
  /** When it was canceled. */
  readonly endedAt: number | undefined;
  /** The private key, EC P-384 in PEM. */
  readonly key: SealedValue;
}

export const signingStatuses = ["IN_PROGRESS", "COMPLETE", "FAILED"] as const;
export type SigningStatus = (typeof signingStatuses)[number];

/** What became of an image's signature by one profile. Source: ECR API, ImageSigningStatus. */
export interface ImageSigning {
  readonly repository: RepositoryRef;
  readonly digest: Digest;
  readonly profileArn: string;
  readonly status: SigningStatus;
  readonly failureCode: string | undefined;
  readonly failureReason: string | undefined;
  /** The signature's manifest, where there is one. */
  readonly signature: Digest | undefined;
  readonly requestedAt: number;
}

/** A rule of a registry: images that are pushed to a repository are signed by a profile. */
export interface SigningRule {
  readonly profileArn: string;
  /** Wildcards, matched as a whole; none: every repository. */
  readonly filters: readonly string[];
}

export interface ProfileRef {
  readonly registry: Registry;
  readonly name: string;
}

export function profileArn({ registry: { account, region }, name }: ProfileRef): string {
  return `arn:aws:signer:${region}:${account}:/signing-profiles/${name}`;
}

/** `undefined` for a text that is no ARN of a profile. */
export function parseProfileArn(arn: string): ProfileRef | undefined {
  const shape =
    /^arn:aws(?:-[a-z]+)*:signer:([a-z0-9-]+):([0-9]{12}):\/signing-profiles\/(\w{2,})$/;
  const [, region, account, name] = shape.exec(arn) ?? [];
  if (region === undefined || account === undefined || name === undefined) return undefined;
  return { registry: { account, region } as Registry, name };
}
