import type {
  BatchGetAccountStatusRequest,
  BatchGetAccountStatusResponse,
} from "@aws-sdk/client-inspector2";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { anyResource, ownRegistry } from "./inspector-resource.ts";
import { type AccountStateAnswer, accountState, ownAmong } from "./scanning-status.ts";
import { accountIds } from "./shapes.ts";

interface Answer extends Omit<Wire<BatchGetAccountStatusResponse>, "accounts"> {
  readonly accounts: readonly AccountStateAnswer[];
}

/** Whether the caller's registry in the region is scanned by Inspector. */
export const batchGetAccountStatus = operation("inspector2:BatchGetAccountStatus", {
  http: { method: "POST", path: "/status/batch/get" },
  input: request({ accountIds } satisfies Members<BatchGetAccountStatusRequest>),
  resource: anyResource,
  access: "Read",
  errors: ["Validation"],
  async handle(input, { ports, caller }): Promise<Answer> {
    const registry = ownRegistry(caller);
    const { isAsked, failedAccounts } = ownAmong(registry, input.accountIds);
    const accounts = isAsked ? [await accountState(ports, registry)] : [];
    return { accounts, failedAccounts };
  },
});
