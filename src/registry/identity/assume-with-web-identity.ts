import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { AccountId } from "../names.ts";
import { authorize, type Resource } from "../policy/authorize.ts";
import { RequestContext } from "../policy/request-context.ts";
import { assumableRole } from "./assumable-role.ts";
import type { ResourceTag, Role } from "./entity.ts";
import { anonymousPrincipal, type Caller } from "./principal.ts";
import { type OidcProvider, oidcProviderArn } from "./stored-credential.ts";
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
  const provider = await trustedProvider(ports, resource.account, url);
  if (provider === undefined) {
    throw new RegistryError(
      "InvalidIdentityToken",
      `No OpenIDConnect provider found in your account for https://${url}`,
    );
  }
  const identity = await verifyWebIdentity(ports, provider, wish.token);
  const providerArn = oidcProviderArn(provider);
  const trust = { resource, identity, providerArn, sessionName: wish.sessionName };
  const refused = await refusedAction(ports, caller, trust);
  if (refused !== undefined || role === undefined) {
    throw notAuthorized(refused ?? "sts:AssumeRoleWithWebIdentity");
  }
  return { role, identity, providerArn, tags: tagsOf(identity) };
}

/** The issuer of that URL, where an account that is open has it and its claims are its own. */
export async function trustedProvider(
  { metadata }: Pick<Ports, "metadata">,
  account: AccountId,
  url: string,
): Promise<OidcProvider | undefined> {
  const { accounts, oidcProviders } = metadata.identity;
  const [owner, provider] = await Promise.all([
    accounts.find(account),
    oidcProviders.find(account, url),
  ]);
  return owner?.status === "ACTIVE" && !isService(url) ? provider : undefined;
}

/** Who wants to be which role. */
export interface WantedTrust {
  /** The role, with its trust policy. */
  readonly resource: Resource;
  readonly identity: WebIdentity;
  readonly providerArn: string;
  readonly sessionName: string;
}

/** The first action that the role's trust policy does not allow; `undefined` where it lets them in. */
export async function refusedAction(
  ports: Pick<Ports, "metadata" | "memory" | "clock">,
  caller: Caller,
  { resource, identity, providerArn, sessionName }: WantedTrust,
): Promise<string | undefined> {
  const { policies } = anonymousPrincipal(caller.principal.account);
  const principal = { type: "WebIdentity", arn: "", federated: providerArn, policies } as const;
  const conditions = conditionsOf(identity, providerArn, tagsOf(identity), sessionName);
  const context = new RequestContext(caller, ports.clock.now(), conditions);
  for (const action of actionsFor(identity)) {
    const { allowed } = await authorize(ports, principal, action, resource, context);
    if (!allowed) return action;
  }
  return undefined;
}

function tagsOf({ session }: WebIdentity): readonly ResourceTag[] {
  return [...session.tags].map(([key, value]) => ({ key, value }));
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

/** Whom the issuer vouches for, as one name: see `SessionClaims.assumedBy`. */
export function subjectOf({ provider, subject }: WebIdentity): string {
  return `${provider}:sub:${subject}`;
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
