/** What CreateTrail and UpdateTrail say of a trail. */
import type { Deployment } from "../../registry/deployment.ts";
import { RegistryError } from "../../registry/errors.ts";
import type { Organization } from "../../registry/identity/organization.ts";
import type { AccountId } from "../../registry/names.ts";
import { isPrefix } from "../../registry/trails/trail.ts";

interface Asked {
  readonly SnsTopicName?: string | undefined;
  readonly CloudWatchLogsLogGroupArn?: string | undefined;
  readonly CloudWatchLogsRoleArn?: string | undefined;
  readonly KmsKeyId?: string | undefined;
  readonly RecursiveLogging?: boolean | undefined;
}

const elsewhere = {
  SnsTopicName: "there are no topics",
  CloudWatchLogsLogGroupArn: "there are no log groups",
  CloudWatchLogsRoleArn: "there are no log groups",
  KmsKeyId: "files are encrypted by what they are written to",
} as const;

/** @throws UnsupportedOperation for what only AWS has */
export function refuseUnsupported(asked: Asked): void {
  for (const [member, why] of Object.entries(elsewhere)) {
    const given = asked[member as keyof typeof elsewhere];
    if (given === undefined || given === "") continue;
    throw new RegistryError("UnsupportedOperation", `${member} is not supported: ${why}.`);
  }
  if (asked.RecursiveLogging === true) {
    throw new RegistryError("UnsupportedOperation", "RecursiveLogging is not supported.");
  }
}

/** @throws S3BucketDoesNotExist where the operator does not name such a place */
export function requireTarget(
  { trailTargets }: Pick<Deployment, "trailTargets">,
  name: string,
): string {
  if (trailTargets?.has(name) === true) return name;
  throw new RegistryError(
    "S3BucketDoesNotExist",
    `S3 bucket ${name} does not exist: it has to be a name that the setting ENTREPOT_TRAIL_TARGETS lists.`,
  );
}

/** @throws InvalidS3Prefix */
export function requirePrefix(prefix: string): string {
  const plain = prefix.replace(/\/$/, "");
  if (plain === "" || isPrefix(plain)) return plain;
  throw new RegistryError(
    "InvalidS3Prefix",
    "The prefix must be at most 200 letters, digits and !_.*'()-/ without empty parts.",
  );
}

/** @throws InvalidParameterCombination, NotOrganizationMasterAccount */
export function checkScope(
  wanted: {
    readonly isMultiRegion: boolean;
    readonly isOrganization: boolean;
    readonly includesGlobalEvents: boolean;
  },
  account: AccountId,
  { managementAccount }: Organization,
): void {
  if (wanted.isMultiRegion && !wanted.includesGlobalEvents) {
    throw new RegistryError(
      "InvalidParameterCombination",
      "Multi-Region trail must include global service events.",
    );
  }
  if (wanted.isOrganization && account !== managementAccount) {
    throw new RegistryError(
      "NotOrganizationMasterAccount",
      "Only the management account can have a trail of the organization.",
    );
  }
}
