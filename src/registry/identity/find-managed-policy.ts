import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { AccountId } from "../names.ts";
import { type AwsManagedPolicy, awsManagedPolicies } from "../policy/managed-policies.ts";
import type { ResourceTag } from "./entity.ts";

import {
  type ManagedPolicy,
  type PolicyVersion,
  parsePolicyArn,
  policyArn,
} from "./managed-policy.ts";
import { idOfName } from "./unique-id.ts";

/** A managed policy as an account sees it: one of its own, or one of AWS's, which every account has. */
export interface AnyPolicy {
  readonly arn: string;
  readonly name: string;
  readonly id: string;
  readonly path: string;
  readonly description: string;
  readonly defaultVersion: number;
  readonly tags: readonly ResourceTag[];
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Whether accounts may give it to whom they like: policies of service-linked roles are not for them. */
  readonly isAttachable: boolean;
  /** Its row; AWS's own have none. */
  readonly own: ManagedPolicy | undefined;
}

/** @throws NoSuchEntity also for another account's */
export async function findPolicy(
  { metadata }: Pick<Ports, "metadata">,
  account: AccountId,
  arn: string,
): Promise<AnyPolicy> {
  const known = policiesOfAws.get(arn);
  if (known !== undefined) return known;
  const { account: owner, name } = parsePolicyArn(arn) ?? refuse(arn);
  const policy =
    owner === account ? await metadata.identity.policies.find(account, name) : undefined;
  return ofAccount(isNamed(policy, arn) ? policy : refuse(arn));
}

/**
 * The account's own policy, and nobody else changes or attaches it until the transaction ends.
 * @throws NoSuchEntity also for AWS's own, which nobody changes
 */
export async function lockPolicy(
  { identity }: Pick<MetadataChange, "identity">,
  account: AccountId,
  arn: string,
): Promise<ManagedPolicy> {
  const { account: owner, name } = parsePolicyArn(arn) ?? refuse(arn);
  const policy = owner === account ? await identity.policies.lock(account, name) : undefined;
  return isNamed(policy, arn) ? policy : refuse(arn);
}

/**
 * Makes sure that the policy is one to attach, and that it is there until the transaction ends.
 * @throws NoSuchEntity, PolicyNotAttachable
 */
export async function holdAttachable(
  change: Pick<MetadataChange, "identity">,
  account: AccountId,
  arn: string,
): Promise<void> {
  const known = policiesOfAws.get(arn);
  if (known === undefined) {
    const { account: owner, name } = parsePolicyArn(arn) ?? {};
    if (
      owner === account &&
      isNamed(await change.identity.policies.lock(account, name ?? ""), arn)
    ) {
      return;
    }
    throw new RegistryError("NoSuchEntity", `Policy ${arn} does not exist or is not attachable.`);
  }
  if (!known.isAttachable) {
    throw new RegistryError(
      "PolicyNotAttachable",
      "Cannot attach a Service Role Policy to a Customer Role.",
    );
  }
}

/** The newest first. */
export async function policyVersions(
  { metadata }: Pick<Ports, "metadata">,
  policy: AnyPolicy,
): Promise<PolicyVersion[]> {
  if (policy.own !== undefined) return metadata.identity.policies.versions(policy.own);
  const { arn, defaultVersion: version, updatedAt: createdAt } = policy;
  return [{ version, document: awsManagedPolicies.get(arn)?.text ?? "", createdAt }];
}

/** An account's own policy as `AnyPolicy`. */
export function ofAccount(policy: ManagedPolicy): AnyPolicy {
  return { ...policy, arn: policyArn(policy), isAttachable: true, own: policy };
}

/** AWS's own, by ARN in the order of their names. */
export const policiesOfAws: ReadonlyMap<string, AnyPolicy> = new Map(
  [...awsManagedPolicies.values()]
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((policy) => [policy.arn, ofAws(policy)]),
);

function ofAws(policy: AwsManagedPolicy): AnyPolicy {
  const { arn, name, path, description, createdAt, updatedAt } = policy;
  return {
    ...{ arn, name, path, description, createdAt, updatedAt, tags: [] },
    id: idOfName("ANPA", arn),
    defaultVersion: Number(policy.defaultVersionId.slice(1)),
    isAttachable: !policy.serviceLinked,
    own: undefined,
  };
}

/** Names are found whatever their case, and without their path; an ARN has both. */
function isNamed(policy: ManagedPolicy | undefined, arn: string): policy is ManagedPolicy {
  return policy !== undefined && policyArn(policy) === arn;
}

function refuse(arn: string): never {
  throw new RegistryError("NoSuchEntity", `Policy ${arn} was not found.`);
}
