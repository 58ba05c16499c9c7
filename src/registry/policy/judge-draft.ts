import type { Ports } from "../../ports/ports.ts";
import { invalidParameter } from "../errors.ts";
import type { Principal } from "../identity/principal.ts";
import type { Registry } from "../names.ts";
import { consulted, decide } from "./authorize.ts";
import type { Judgement, Resource } from "./judgement.ts";
import type { Attached } from "./policy-request.ts";
import { registryPolicyKind } from "./registry-policy.ts";
import type { RequestContext } from "./request-context.ts";
import { repositoryPolicyKind } from "./resource-access.ts";
import { checkedPolicyText } from "./resource-policy-text.ts";

/** Texts of policies that are not put yet, for those that are in force; an empty one stands for none. */
export interface DraftPolicies {
  readonly repository?: string | undefined;
  readonly registry?: string | undefined;
}

/**
 * What would be decided once these policies were put. Puts none.
 * @throws InvalidParameter for what is no such policy, and for a draft of what the resource has not
 */
export async function judgeDraft(
  ports: Ports,
  principal: Principal,
  action: string,
  resource: Resource,
  context: RequestContext,
  drafts: DraftPolicies,
): Promise<Judgement> {
  const own = [
    ...(await repositoryDraft(ports, resource, drafts.repository)),
    ...(await registryDraft(ports, resource, drafts.registry)),
  ];
  const now = await consulted(ports, principal, action, resource, context);
  const inForce = now.policies.resource.filter(({ type }) => !isReplaced(type, drafts));
  const policies = { ...now.policies, resource: [...own, ...inForce] };
  return decide({ principal, action, resource, context: now.context }, policies);
}

function isReplaced(type: string, { repository, registry }: DraftPolicies): boolean {
  if (type === "repository policy") return repository !== undefined;
  return type === "registry policy" && registry !== undefined;
}

async function repositoryDraft(
  ports: Ports,
  { registry, repository }: Resource,
  text: string | undefined,
): Promise<Attached[]> {
  if (text === undefined) return [];
  if (registry === undefined || repository === undefined) {
    throw invalidParameter("repositoryPolicyText", "The resource is no repository");
  }
  if (text === "") return [];
  const kind = repositoryPolicyKind(registry);
  const compiled = await compiledDraft(ports, text, kind);
  return [{ source: `draft for repository ${repository}`, type: "repository policy", compiled }];
}

async function registryDraft(
  ports: Ports,
  { registry }: Resource,
  text: string | undefined,
): Promise<Attached[]> {
  if (text === undefined) return [];
  if (registry === undefined) {
    throw invalidParameter("registryPolicyText", "The resource is in no registry");
  }
  if (text === "") return [];
  const compiled = await compiledDraft(ports, text, await registryPolicyKind(ports, registry));
  return [{ source: nameOf(registry), type: "registry policy", compiled }];
}

function nameOf({ account, region }: Registry): string {
  return `draft for registry ${account} in ${region}`;
}

/** As it would be compiled once it was put: whom it names must be there. */
async function compiledDraft(
  ports: Ports,
  text: string,
  kind: Parameters<typeof checkedPolicyText>[2],
) {
  const stored = await checkedPolicyText(ports, text, kind);
  return ports.memory.access.documents.compile(kind, stored);
}
