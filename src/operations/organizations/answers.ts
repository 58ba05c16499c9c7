import type { Account, CreateAccountStatus, Root, Tag } from "@aws-sdk/client-organizations";
import type { AccountRequest, Account as StoredAccount } from "../../registry/identity/account.ts";
import type { ResourceTag } from "../../registry/identity/entity.ts";
import { type Organization, organizationRootId } from "../../registry/identity/organization.ts";
import { epochSeconds, type Wire } from "../ecr/wire.ts";
import { accountArn } from "./resource.ts";

export function accountAnswer(organization: Organization, account: StoredAccount): Wire<Account> {
  return {
    Id: account.id,
    Arn: accountArn(organization, account.id),
    Email: account.email,
    Name: account.name,
    Status: account.status,
    State: account.status,
    JoinedMethod: account.joinedMethod,
    JoinedTimestamp: epochSeconds(account.createdAt),
  };
}

export function requestAnswer(request: AccountRequest): Wire<CreateAccountStatus> {
  return {
    Id: request.id,
    AccountName: request.accountName,
    State: request.state,
    RequestedTimestamp: epochSeconds(request.requestedAt),
    CompletedTimestamp: epochSeconds(request.completedAt),
    AccountId: request.account,
    FailureReason: request.failureReason,
  };
}

/** No type of policy is enabled: there are no service control policies here. */
export function rootAnswer(organization: Organization): Wire<Root> {
  const { id, managementAccount } = organization;
  const rootId = organizationRootId(organization);
  return {
    Id: rootId,
    Arn: `arn:aws:organizations::${managementAccount}:root/${id}/${rootId}`,
    Name: "Root",
    PolicyTypes: [],
  };
}

export function tagsAnswer(tags: readonly ResourceTag[]): Tag[] {
  return tags.map(({ key, value }) => ({ Key: key, Value: value }));
}
