import type { AccountId, Region, Registry } from "../names.ts";

/** Who asks. Only an account's root exists so far; users, roles and sessions join the union. */
export interface Principal {
  readonly type: "Root";
  readonly account: AccountId;
  /** `arn:aws:iam::<account>:root`. */
  readonly arn: string;
  /** What GetCallerIdentity calls UserId. */
  readonly userId: string;
  readonly accessKeyId: string;
}

export function rootPrincipal(account: AccountId, accessKeyId: string): Principal {
  return {
    type: "Root",
    account,
    arn: `arn:aws:iam::${account}:root`,
    userId: account,
    accessKeyId,
  };
}

/** A principal at a door: who, from where, and for which registry by default. */
export interface Caller {
  readonly principal: Principal;
  /** The region that the credential scope or the host name selects. */
  readonly region: Region;
  /** The account that the host name selects, else the principal's own. */
  readonly account: AccountId;
  readonly requestId: string;
  readonly sourceIp: string;
  readonly userAgent: string;
  /** `scheme://host[:port]` under which the caller reached this server. */
  readonly origin: string;
}

/** The registry that a request means: the given registry id, else the caller's default. */
export function registryOf(caller: Caller, registryId?: AccountId): Registry {
  return { account: registryId ?? caller.account, region: caller.region };
}
