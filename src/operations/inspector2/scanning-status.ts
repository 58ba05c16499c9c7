/** How Inspector tells whether it scans an account: images of the registry, and nothing else. */
import type {
  Account,
  AccountState,
  FailedAccount,
  ResourceState,
  State,
} from "@aws-sdk/client-inspector2";
import type { Ports } from "../../ports/ports.ts";
import { isScanningEnabled } from "../../registry/inspector/account-scanning.ts";
import type { AccountId, Registry } from "../../registry/names.ts";
import type { Wire } from "../ecr/wire.ts";

export async function accountAnswer(ports: Ports, registry: Registry): Promise<Wire<Account>> {
  const status = (await isScanningEnabled(ports, registry)) ? "ENABLED" : "DISABLED";
  const others = { ec2: "DISABLED", lambda: "DISABLED", lambdaCode: "DISABLED" } as const;
  return {
    ...{ accountId: registry.account, status },
    resourceStatus: { ...others, ecr: status, codeRepository: "DISABLED" },
  };
}

/** The model has members for an error in each state; there is none. */
type Told<Shape extends { readonly status: unknown }> = Pick<Shape, "status">;
export interface AccountStateAnswer extends Pick<AccountState, "accountId"> {
  readonly state: Told<State>;
  readonly resourceState: { readonly [Kind in keyof ResourceState]-?: Told<State> };
}

export async function accountState(ports: Ports, registry: Registry): Promise<AccountStateAnswer> {
  const { accountId, status } = await accountAnswer(ports, registry);
  const off = { status: "DISABLED" } as const;
  const ecr = { status };
  return {
    ...{ accountId, state: { status } },
    resourceState: { ...{ ec2: off, lambda: off, lambdaCode: off, codeRepository: off }, ecr },
  };
}

/** Which of the accounts that are named is the caller's own, and a refusal of each other one. */
export function ownAmong(
  registry: Registry,
  accountIds: readonly AccountId[] | undefined,
): { readonly isAsked: boolean; readonly failedAccounts: readonly Wire<FailedAccount>[] } {
  const named =
    accountIds === undefined || accountIds.length === 0 ? [registry.account] : accountIds;
  return {
    isAsked: named.includes(registry.account),
    failedAccounts: [...new Set(named)]
      .filter((accountId) => accountId !== registry.account)
      .map((accountId) => ({
        ...{ accountId, errorCode: "ACCESS_DENIED" },
        errorMessage: "Each account says for itself what is scanned.",
      })),
  };
}
