import type { Ports } from "../../ports/ports.ts";
import { type AccountId, isAccountId } from "../names.ts";
import { awsManagedPolicies } from "../policy/managed-policies.ts";
import type { PolicyKind } from "../policy/policy-document.ts";
import type { Attached } from "../policy/policy-request.ts";
import type { Entity, Role, User } from "./entity.ts";
import type { IdentityPolicies } from "./principal.ts";
import type { SessionClaims } from "./stored-credential.ts";

type PolicyPorts = Pick<Ports, "metadata" | "memory">;

/** Every policy that grants to a user or role, or limits it, as it is now. */
export async function identityPolicies(
  ports: PolicyPorts,
  entity: User | Role,
  claims: Pick<SessionClaims, "policies" | "policyArns"> | undefined,
): Promise<IdentityPolicies> {
  const { entities } = ports.metadata.identity;
  const groups = entity.kind === "user" ? await entities.groupsOf(entity) : [];
  const owners: readonly Entity[] = [entity, ...groups];
  const granted = await Promise.all(owners.map((owner) => policiesOf(ports, owner)));
  const boundary =
    entity.boundary === undefined
      ? undefined
      : // A boundary that is gone allows nothing (IAM keeps one from being deleted while in use).
        ((await managed(ports, "boundary", entity.account, entity.boundary)) ??
        attached(ports, "boundary", entity.boundary, "permissions boundary", allowsNothing));
  return {
    identity: granted.flat(),
    boundary,
    session: claims === undefined ? [] : await sessionPolicies(ports, entity.account, claims),
  };
}

/** What limits a session of an account's root. */
export async function sessionPolicies(
  ports: PolicyPorts,
  account: AccountId,
  claims: Pick<SessionClaims, "policies" | "policyArns">,
): Promise<readonly Attached[]> {
  const inline = claims.policies.map((text) =>
    attached(ports, "session", "session policy", "session policy", text),
  );
  const byArn = await Promise.all(
    claims.policyArns.map(
      async (arn) =>
        (await managed(ports, "session", account, arn)) ??
        attached(ports, "session", arn, "session policy", allowsNothing),
    ),
  );
  return [...inline, ...byArn];
}

async function policiesOf(ports: PolicyPorts, owner: Entity): Promise<readonly Attached[]> {
  const { policies } = ports.metadata.identity;
  const [inline, arns] = await Promise.all([policies.inline(owner), policies.attached(owner)]);
  const own = inline.map(({ name, document }) => {
    const source = `inline policy ${name} of ${owner.kind} ${owner.name}`;
    return attached(ports, "identity", source, "inline policy", document);
  });
  const shared = await Promise.all(
    arns.map((arn) => managed(ports, "identity", owner.account, arn)),
  );
  return [...own, ...shared.filter((policy) => policy !== undefined)];
}

/** `undefined` where there is no such policy any more. */
async function managed(
  ports: PolicyPorts,
  kind: PolicyKind,
  account: AccountId,
  arn: string,
): Promise<Attached | undefined> {
  const document = await managedPolicyDocument(ports, account, arn);
  if (document === undefined) return undefined;
  return attached(ports, kind, arn, "IAM Policy", document);
}

/** The default version of AWS's own policy, or of the account's, that the ARN names. */
export async function managedPolicyDocument(
  ports: Pick<Ports, "metadata">,
  account: AccountId,
  arn: string,
): Promise<string | undefined> {
  const known = awsManagedPolicies.get(arn);
  if (known !== undefined) return known.text;
  const named = parsePolicyArn(arn);
  if (named === undefined || named.account !== account) return undefined;
  const { policies } = ports.metadata.identity;
  const policy = await policies.find(account, named.name);
  // Its path is part of an ARN, though not of the name that it is unique by.
  if (policy === undefined || policy.path !== named.path) return undefined;
  return (await policies.version(policy, policy.defaultVersion))?.document;
}

/** The parts of `arn:aws:iam::<account>:policy/<path><name>`; `undefined` for any other text. */
export function parsePolicyArn(
  arn: string,
): { account: AccountId; path: string; name: string } | undefined {
  const [scheme, partition, service, region, account = "", resource = "", ...rest] = arn.split(":");
  if (scheme !== "arn" || partition !== "aws" || service !== "iam" || region !== "")
    return undefined;
  if (!isAccountId(account) || rest.length > 0 || !resource.startsWith("policy/")) return undefined;
  const end = resource.lastIndexOf("/") + 1;
  return { account, path: resource.slice("policy".length, end), name: resource.slice(end) };
}

const allowsNothing = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Deny", Action: "*", Resource: "*" }],
});

function attached(
  { memory }: Pick<Ports, "memory">,
  kind: PolicyKind,
  source: string,
  type: string,
  document: string,
): Attached {
  return { source, type, compiled: memory.access.documents.compile(kind, document) };
}
