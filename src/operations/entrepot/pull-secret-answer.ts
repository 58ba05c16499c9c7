import { invariant } from "../../registry/errors.ts";
import type { Session } from "../../registry/identity/stored-credential.ts";
import type { Registry } from "../../registry/names.ts";
import { epochSeconds } from "../ecr/wire.ts";

/** A pull secret as it is told of. Times are epoch seconds, with the milliseconds as fraction. */
export interface PullSecretAnswer {
  readonly pullSecretId: string;
  readonly description: string;
  /** Who it acts as; absent where that one is no more, and the secret void. */
  readonly principalArn?: string;
  readonly registryId: Registry["account"];
  readonly region: Registry["region"];
  /** Names, or patterns with "*". */
  readonly repositoryNames: readonly string[];
  readonly createdAt: number;
  readonly expiresAt: number;
  /** Within a minute; absent until it is used. */
  readonly lastUsedAt?: number;
}

export function pullSecretAnswer(
  secret: Session,
  principalArn: string | undefined,
): PullSecretAnswer {
  const { claims, lastUse } = secret;
  invariant(claims.pulls !== undefined, "a pull secret says what it may pull");
  const { registry, repositories } = claims.pulls;
  return {
    pullSecretId: secret.accessKeyId,
    description: claims.description ?? "",
    ...(principalArn === undefined ? {} : { principalArn }),
    registryId: registry.account,
    region: registry.region,
    repositoryNames: repositories,
    createdAt: epochSeconds(secret.createdAt),
    expiresAt: epochSeconds(secret.expiresAt),
    ...(lastUse === undefined ? {} : { lastUsedAt: epochSeconds(lastUse.at) }),
  };
}

/** `arn:aws:entrepot:<region>:<account>:pull-secret/<id>`; "*" names all of them. */
export function pullSecretArn({ account, region }: Registry, id: string): string {
  return `arn:aws:entrepot:${region}:${account}:pull-secret/${id}`;
}
