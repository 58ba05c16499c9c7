import type { AccountId } from "../names.ts";
import type { ResourceTag } from "./entity.ts";

/** An AWS account of the organization: the unit that owns registries, users and bills. */
export interface Account {
  readonly id: AccountId;
  readonly name: string;
  /** Unique in the organization, whatever the case of its letters. */
  readonly email: string;
  readonly status: "ACTIVE" | "SUSPENDED";
  /** The management account is there from the start; all others were made by CreateAccount. */
  readonly joinedMethod: "INVITED" | "CREATED";
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Unique in the deployment; names the account where people sign in. */
  readonly alias: string | undefined;
  /** As Organizations keeps them. */
  readonly tags: readonly ResourceTag[];
}

/** What became of a call of CreateAccount. Source: Organizations API, "CreateAccountStatus". */
export interface AccountRequest {
  /** `car-` and 32 lower-case letters and digits. */
  readonly id: string;
  readonly accountName: string;
  readonly state: "SUCCEEDED" | "FAILED";
  readonly failureReason: "EMAIL_ALREADY_EXISTS" | "ACCOUNT_LIMIT_EXCEEDED" | undefined;
  readonly account: AccountId | undefined;
  readonly requestedAt: number;
  readonly completedAt: number;
}
