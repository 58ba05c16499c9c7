import type { Ports } from "../../ports/ports.ts";
import type { Deployment } from "../deployment.ts";
import { limits } from "../limits.ts";
import type { AccountId } from "../names.ts";

/** What is counted of an account, and what its quotas are. Source: IAM API, GetAccountSummary. */
export async function accountSummary(
  { metadata }: Pick<Ports, "metadata">,
  deployment: Deployment,
  account: AccountId,
): Promise<ReadonlyMap<string, number>> {
  const { entities, policies, oidcProviders, accessKeys } = metadata.identity;
  const [users, groups, roles, ownPolicies, versions, providers, rootKeys] = await Promise.all([
    entities.count(account, "user"),
    entities.count(account, "group"),
    entities.count(account, "role"),
    policies.count(account),
    policies.countVersions(account),
    oidcProviders.list(account),
    accessKeys.of({ account, id: account }),
  ]);
  // The management account's root has the key that the deployment was made with.
  const hasRootKey = account === deployment.account || rootKeys.length > 0;
  return new Map([
    ["Users", users],
    ["UsersQuota", limits.usersPerAccount],
    ["Groups", groups],
    ["GroupsQuota", limits.groupsPerAccount],
    ["Roles", roles],
    ["RolesQuota", limits.rolesPerAccount],
    ["Policies", ownPolicies],
    ["PoliciesQuota", limits.policiesPerAccount],
    ["PolicyVersionsInUse", versions],
    ["PolicyVersionsInUseQuota", limits.policiesPerAccount * limits.policyVersions],
    ["VersionsPerPolicyQuota", limits.policyVersions],
    ["Providers", providers.length],
    ["GroupsPerUserQuota", limits.groupsPerUser],
    ["AccessKeysPerUserQuota", limits.accessKeysPerUser],
    ["AttachedPoliciesPerUserQuota", limits.policiesPerEntity],
    ["AttachedPoliciesPerGroupQuota", limits.policiesPerEntity],
    ["AttachedPoliciesPerRoleQuota", limits.policiesPerEntity],
    ["PolicySizeQuota", limits.managedPolicyCharacters],
    ["UserPolicySizeQuota", limits.userPolicyCharacters],
    ["GroupPolicySizeQuota", limits.groupPolicyCharacters],
    ["RolePolicySizeQuota", limits.rolePolicyCharacters],
    ["AssumeRolePolicySizeQuota", limits.trustPolicyCharacters],
    ["AccountAccessKeysPresent", hasRootKey ? 1 : 0],
    ["AccountPasswordPresent", 0],
    ...notHere.map((name) => [name, 0] as const),
    ["GlobalEndpointTokenVersion", 2],
  ]);
}

/** What a registry has no use for: there are none, and none may be made. */
const notHere = [
  "MFADevices",
  "MFADevicesInUse",
  "AccountMFAEnabled",
  "AccountSigningCertificatesPresent",
  "SigningCertificatesPerUserQuota",
  "ServerCertificates",
  "ServerCertificatesQuota",
  "InstanceProfiles",
  "InstanceProfilesQuota",
];
