import type { Ports } from "../../ports/ports.ts";
import { type AccountId, isAccountId } from "../names.ts";
import { entityArn } from "./entity.ts";
import { noClaims } from "./issue-session.ts";
import { rootConditions, sessionPrincipal, userPrincipal } from "./load-principal.ts";
import type { Organization } from "./organization.ts";
import { type Principal, rootPrincipal } from "./principal.ts";
import type { Session } from "./stored-credential.ts";

/** Whose principal an ARN names; `undefined` where it names none. */
export function accountOfPrincipal(arn: string): AccountId | undefined {
  const [scheme, partition, service, region, account = "", resource, ...rest] = arn.split(":");
  const isPrincipal = service === "iam" || service === "sts";
  if (scheme !== "arn" || partition !== "aws" || !isPrincipal || region !== "") return undefined;
  if (resource === undefined || rest.length > 0 || !isAccountId(account)) return undefined;
  return account;
}

/**
 * The root, user, role or role session of that ARN, as if it asked with credentials of its own. A role
 * stands for a session of it without session policies. `undefined` where there is none.
 */
export async function principalByArn(
  ports: Pick<Ports, "metadata" | "memory" | "clock">,
  organization: Organization,
  arn: string,
): Promise<Principal | undefined> {
  const account = accountOfPrincipal(arn);
  if (account === undefined) return undefined;
  if (arn === `arn:aws:iam::${account}:root`) {
    return rootPrincipal(account, "", rootConditions(organization, account));
  }
  const [kind = "", ...steps] = arn.slice(arn.indexOf(account) + account.length + 1).split("/");
  const { entities } = ports.metadata.identity;
  if (kind === "user") {
    const user = await entities.find(account, "user", steps.at(-1) ?? "");
    if (user === undefined || entityArn(user) !== arn) return undefined;
    return userPrincipal(ports, organization, user, "");
  }
  if (kind !== "role" && kind !== "assumed-role") return undefined;
  const isSession = kind === "assumed-role";
  const role = await entities.find(account, "role", (isSession ? steps[0] : steps.at(-1)) ?? "");
  if (role === undefined || (!isSession && entityArn(role) !== arn)) return undefined;
  const now = ports.clock.now();
  const session: Session = {
    accessKeyId: "",
    kind: "assumed-role",
    owner: role,
    name: isSession ? (steps[1] ?? "") : "session",
    sealedSecret: new Uint8Array(),
    claims: noClaims,
    createdAt: now,
    expiresAt: now,
    lastUse: undefined,
  };
  return sessionPrincipal(ports, organization, session);
}
