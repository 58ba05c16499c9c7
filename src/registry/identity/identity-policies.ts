import type { Ports } from "../../ports/ports.ts";
import type { AccountId } from "../names.ts";
import type { PolicyKind } from "../policy/policy-document.ts";
import type { Attached } from "../policy/policy-request.ts";
import type { Role, User } from "./entity.ts";
import { type GrantedPolicy, grantedPolicies, managedPolicyDocument } from "./granted-policies.ts";
import type { IdentityPolicies } from "./principal.ts";
import type { SessionClaims } from "./stored-credential.ts";

type PolicyPorts = Pick<Ports, "metadata" | "memory">;

/** Every policy that grants to a user or role, or limits it, as it is now. */
export async function identityPolicies(
  ports: PolicyPorts,
  entity: User | Role,
  claims: Pick<SessionClaims, "policies" | "policyArns"> | undefined,
): Promise<IdentityPolicies> {
  const { account, boundary } = entity;
  const granted = await grantedPolicies(ports, entity);
  return {
    identity: granted.map((policy) =>
      attached(ports, "identity", policy.document, sourceOf(policy)),
    ),
    boundary:
      boundary === undefined
        ? undefined
        : await limit(ports, "boundary", account, boundary, "permissions boundary"),
    session: claims === undefined ? [] : await sessionPolicies(ports, account, claims),
  };
}

/** What limits a session. */
export async function sessionPolicies(
  ports: PolicyPorts,
  account: AccountId,
  { policies, policyArns }: Pick<SessionClaims, "policies" | "policyArns">,
): Promise<readonly Attached[]> {
  const type = "session policy";
  const inline = policies.map((text) => attached(ports, "session", text, { source: type, type }));
  const byArn = await Promise.all(
    policyArns.map((arn) => limit(ports, "session", account, arn, type)),
  );
  return [...inline, ...byArn];
}

/** A managed policy that limits. One that is gone allows nothing, where one that grants is no more. */
async function limit(
  ports: PolicyPorts,
  kind: PolicyKind,
  account: AccountId,
  arn: string,
  typeOfMissing: string,
): Promise<Attached> {
  const document = await managedPolicyDocument(ports, account, arn);
  if (document !== undefined)
    return attached(ports, kind, document, { source: arn, type: managed });
  return attached(ports, kind, allowsNothing, { source: arn, type: typeOfMissing });
}

const managed = "IAM Policy";
const allowsNothing = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Deny", Action: "*", Resource: "*" }],
});

function sourceOf(policy: GrantedPolicy): Pick<Attached, "source" | "type"> {
  if (policy.kind !== "inline") return { source: policy.arn, type: managed };
  const { name, owner } = policy;
  return { source: `inline policy ${name} of ${owner.kind} ${owner.name}`, type: "inline policy" };
}

function attached(
  { memory }: Pick<Ports, "memory">,
  kind: PolicyKind,
  document: string,
  of: Pick<Attached, "source" | "type">,
): Attached {
  return { ...of, compiled: memory.access.documents.compile(kind, document) };
}
