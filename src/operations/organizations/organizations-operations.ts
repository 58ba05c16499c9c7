import type { Operation } from "../operation.ts";
import { closeAccount } from "./close-account.ts";
import { createAccount } from "./create-account.ts";
import { describeAccount } from "./describe-account.ts";
import { describeCreateAccountStatus } from "./describe-create-account-status.ts";
import { describeOrganization } from "./describe-organization.ts";
import { listAccounts } from "./list-accounts.ts";
import { listAccountsForParent } from "./list-accounts-for-parent.ts";
import { listAwsServiceAccessForOrganization } from "./list-aws-service-access-for-organization.ts";
import { listChildren } from "./list-children.ts";
import { listCreateAccountStatus } from "./list-create-account-status.ts";
import { listOrganizationalUnitsForParent } from "./list-organizational-units-for-parent.ts";
import { listParents } from "./list-parents.ts";
import { listRoots } from "./list-roots.ts";
import { listTagsForResource } from "./list-tags-for-resource.ts";
import { tagResource } from "./tag-resource.ts";
import { untagResource } from "./untag-resource.ts";

/** What can be asked of Organizations. */
export const organizationsOperations: readonly Operation[] = [
  closeAccount,
  createAccount,
  describeAccount,
  describeCreateAccountStatus,
  describeOrganization,
  listAccounts,
  listAccountsForParent,
  listAwsServiceAccessForOrganization,
  listChildren,
  listCreateAccountStatus,
  listOrganizationalUnitsForParent,
  listParents,
  listRoots,
  listTagsForResource,
  tagResource,
  untagResource,
];
