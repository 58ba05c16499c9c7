import { RegistryError } from "../errors.ts";
import type { AccountId, Region, Registry } from "../names.ts";
import { publicRegion } from "../names.ts";

/** What an account's public registry is, beside its repositories. */
export interface PublicRegistry {
  readonly account: AccountId;
  /** Shown in the gallery where the account is verified. */
  readonly displayName: string | undefined;
  /** When the operator has vouched for who it is. Milliseconds since the epoch. */
  readonly verifiedAt: number | undefined;
  readonly createdAt: number;
}

/** The public registry of an account. There is one, whatever the region (ECR 11.1, DescribeRegistries). */
export function publicRegistryOf(account: AccountId): Registry {
  return { account, region: publicRegion };
}

/** `arn:aws:ecr-public::<account>:registry/<account>`. */
export function publicRegistryArn(account: AccountId): string {
  return `arn:aws:ecr-public::${account}:registry/${account}`;
}

const awsRegion = "us-east-1" as Region;

/** Where the API of ECR Public is: AWS's one region where that is served, else the default one. */
export function publicHomeRegion(deployment: {
  readonly region: Region;
  readonly regions: readonly Region[];
}): Region {
  return deployment.regions.includes(awsRegion) ? awsRegion : deployment.region;
}

/** ECR's refusal in every other region. Source: ECR 11.3. */
export function notInThisRegion(operationName: string, home: Region): RegistryError {
  return new RegistryError(
    "UnsupportedCommand",
    `${operationName} command is only supported in ${home}.`,
  );
}

/** ECR's refusal for an account or alias that has no public registry. */
export function registryNotFound(idOrAlias: string): RegistryError {
  return new RegistryError(
    "RegistryNotFound",
    `The registry with id '${idOrAlias}' does not exist`,
  );
}
