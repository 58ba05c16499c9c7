import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { authorize } from "../policy/authorize.ts";
import { RequestContext } from "../policy/request-context.ts";
import { assumableRole } from "./assumable-role.ts";
import type { ResourceTag, Role } from "./entity.ts";
import { anonymousPrincipal, type Caller } from "./principal.ts";
import { oidcProviderArn } from "./stored-credential.ts";
import { claimedProvider, verifyWebIdentity, type WebIdentity } from "./web-identity.ts";

/** A role, and the web identity that may be it. */
export interface TrustedIdentity {
  readonly role: Role;
  readonly identity: WebIdentity;
  readonly providerArn: string;
  readonly tags: readonly ResourceTag[];
}

type IdentityPorts = Pick<Ports, "metadata" | "memory" | "clock" | "egress">;

/**
 * Who a token says that its bearer is, where an issuer that the role's account has registered says so,
 * and the role's trust policy lets that one in. A role that is not there lets nobody in (I7).
 * @throws AccessDenied, Validation, and what `verifyWebIdentity` does
 */
export async function requireTrustedIdentity(
  ports: IdentityPorts,
  caller: Caller,
  wish: { readonly roleArn: string; readonly sessionName: string; readonly token: string },
): Promise<TrustedIdentity> {
  const url = claimedProvider(wish.token);
  const { resource, role } = await assumableRole(ports, wish.roleArn);
  const { accounts, oidcProviders } = ports.metadata.identity;
  const [owner, provider] = await Promise.all([
    accounts.find(resource.account),
    oidcProviders.find(resource.account, url),
  ]);
  if (provider === undefined || owner?.status !== "ACTIVE" || isService(url)) {
    throw new RegistryError(
      "InvalidIdentityToken",
      `No OpenIDConnect provider found in your account for https://${url}`,
    );
  }
  const identity = await verifyWebIdentity(ports, provider, wish.token);
  const providerArn = oidcProviderArn(provider);
  const tags = [...identity.session.tags].map(([key, value]) => ({ key, value }));
  const { policies } = anonymousPrincipal(resource.account);
  const principal = { type: "WebIdentity", arn: "", federated: providerArn, policies } as const;
  const conditions = conditionsOf(identity, providerArn, tags, wish.sessionName);
  const context = new RequestContext(caller, ports.clock.now(), conditions);
  for (const action of actionsFor(identity)) {
    const { allowed } = await authorize(ports, principal, action, resource, context);
    if (!allowed || role === undefined) throw notAuthorized(action);
  }
  if (role === undefined) throw notAuthorized("sts:AssumeRoleWithWebIdentity");
  return { role, identity, providerArn, tags };
}

/** Such an issuer's claims would pass for condition keys of AWS's own: `aws:SourceIp`. */
function isService(provider: string): boolean {
  return !/[.:/]/.test(provider);
}

/** What the claims are to the role's trust policy and, later, to policies about its sessions. */
export function federationOf({
  provider,
  conditionValues,
}: WebIdentity): Record<string, readonly string[]> {
  const values = [...conditionValues].map(
    ([claim, list]) => [`${provider}:${claim}`.toLowerCase(), list] as const,
  );
  return Object.fromEntries(values);
}

function actionsFor({ session }: WebIdentity): string[] {
  return [
    "sts:AssumeRoleWithWebIdentity",
    ...(session.tags.size > 0 ? ["sts:TagSession"] : []),
    ...(session.sourceIdentity === undefined ? [] : ["sts:SetSourceIdentity"]),
  ];
}

/** Source: IAM, "Available keys for AWS OIDC federation". */
function conditionsOf(
  identity: WebIdentity,
  providerArn: string,
  tags: readonly ResourceTag[],
  sessionName: string,
): Map<string, string | readonly string[]> {
  const { transitiveKeys, sourceIdentity } = identity.session;
  const conditions = new Map<string, string | readonly string[]>();
  for (const [key, values] of Object.entries(federationOf(identity))) {
    conditions.set(key, values.length === 1 ? (values[0] ?? "") : values);
  }
  conditions.set("aws:federatedprovider", providerArn);
  conditions.set("sts:rolesessionname", sessionName);
  if (sourceIdentity !== undefined) conditions.set("sts:sourceidentity", sourceIdentity);
  if (transitiveKeys.length > 0) conditions.set("sts:transitivetagkeys", transitiveKeys);
  if (tags.length > 0)
    conditions.set(
      "aws:tagkeys",
      tags.map(({ key }) => key),
    );
  for (const { key, value } of tags) conditions.set(`aws:requesttag/${key.toLowerCase()}`, value);
  return conditions;
}

function notAuthorized(action: string): RegistryError {
  return new RegistryError("AccessDenied", `Not authorized to perform ${action}`);
}
