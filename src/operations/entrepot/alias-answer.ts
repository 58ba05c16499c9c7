import type { AliasStatus, PublicAlias } from "../../registry/public/alias.ts";
import { epochSeconds } from "../ecr/wire.ts";

export interface AliasAnswer {
  readonly alias: string;
  readonly registryId: string;
  readonly status: AliasStatus;
  readonly isDefault: boolean;
  readonly isPrimary: boolean;
  /** Seconds since the epoch. */
  readonly requestedAt: number;
  readonly reason?: string | undefined;
}

export function aliasAnswer({ name, account, requestedAt, ...alias }: PublicAlias): AliasAnswer {
  const { status, isDefault, isPrimary, reason } = alias;
  return {
    ...{ alias: name, registryId: account, status, isDefault, isPrimary, reason },
    requestedAt: epochSeconds(requestedAt),
  };
}
