import type { Ports } from "../../ports/ports.ts";
import { type AccountId, isAccountId } from "../names.ts";
import { mapPrincipals, type PolicyText } from "../policy/map-principals.ts";
import { entityArn } from "./entity.ts";

type PrincipalPorts = Pick<Ports, "metadata">;

/** A policy text ready to be stored, or the first principal in it that nobody is. */
export type StoredPrincipals =
  | { readonly text: string; readonly unknown?: undefined }
  | { readonly text?: undefined; readonly unknown: string };

/**
 * The text of a policy with its users and roles by their unique ids, so that one who is deleted and
 * made again under the same name has no part in it; accounts by their ARNs. Services, federated
 * principals and accounts are not looked up. A user or role that is not there is the answer's
 * `unknown`: what to say then is for the caller to decide. Source: IAM, "Principal".
 */
export async function toStoredPrincipals(
  ports: PrincipalPorts,
  document: PolicyText,
): Promise<StoredPrincipals> {
  const stored = new Map<string, string>();
  for (const value of principalsIn(document)) {
    const id = await storedPrincipal(ports, value);
    if (id === undefined) return { unknown: value };
    stored.set(value, id);
  }
  return {
    text: mapPrincipals(document, (value, type) =>
      type === "AWS" ? (stored.get(value) ?? value) : value,
    ),
  };
}

/**
 * The text of a stored policy as people read it: every user and role that still is there by its ARN
 * of today, the others by the unique id that they had.
 */
export async function toShownPrincipals(ports: PrincipalPorts, text: string): Promise<string> {
  const shown = new Map<string, string>();
  for (const value of principalsIn({ text })) {
    if (isUniqueId(value)) shown.set(value, await shownPrincipal(ports, value));
  }
  return mapPrincipals({ text }, (value, type) =>
    type === "AWS" ? (shown.get(value) ?? value) : value,
  );
}

/** One stored principal as people read it. */
export async function shownPrincipal(ports: PrincipalPorts, value: string): Promise<string> {
  return isUniqueId(value) ? ((await arnOf(ports, value)) ?? value) : value;
}

/**
 * One principal as it is stored: a user or role by its unique id. `undefined` where there is no such user
 * or role.
 */
export async function storedPrincipal(
  ports: PrincipalPorts,
  value: string,
): Promise<string | undefined> {
  if (isAccountId(value)) return `arn:aws:iam::${value}:root`;
  if (isUniqueId(value)) return (await arnOf(ports, value)) && value;
  const [, , service, , account = "", resource = ""] = value.split(":");
  const [kind = "", ...names] = resource.split("/");
  if (!isAccountId(account)) return undefined;
  if (service === "sts") {
    // A federated user is whoever the user that it is named for lets it be: there is no such entity.
    if (kind !== "assumed-role") return value;
    const [role = "", session = ""] = names;
    const id = await idOf(ports, account, "role", role, { arn: undefined });
    return id && `${id}:${session}`;
  }
  if (resource === "root") return value;
  if (kind !== "user" && kind !== "role") return undefined;
  return idOf(ports, account, kind, names.at(-1) ?? "", { arn: value });
}

/** Names are found whatever their case, ARNs are not: they compare letter by letter, path and all. */
async function idOf(
  ports: PrincipalPorts,
  account: AccountId,
  kind: "user" | "role",
  name: string,
  { arn }: { arn: string | undefined },
): Promise<string | undefined> {
  const entity = await ports.metadata.identity.entities.find(account, kind, name);
  if (entity === undefined) return undefined;
  return (arn === undefined ? entity.name === name : entityArn(entity) === arn)
    ? entity.id
    : undefined;
}

async function arnOf(ports: PrincipalPorts, value: string): Promise<string | undefined> {
  const [id = "", session] = value.split(":");
  const entity = await ports.metadata.identity.entities.findById(id);
  if (entity === undefined || entity.kind === "group") return undefined;
  if (session === undefined) return entityArn(entity);
  if (entity.kind !== "role") return undefined;
  return `arn:aws:sts::${entity.account}:assumed-role/${entity.name}/${session}`;
}

/** `AIDA…` of a user, `AROA…` of a role, `AROA…:session` of a role's session. */
function isUniqueId(value: string): boolean {
  return /^A(?:IDA|ROA)[A-Z0-9]+(?::|$)/.test(value);
}

function principalsIn(policy: PolicyText): ReadonlySet<string> {
  const found = new Set<string>();
  mapPrincipals(policy, (value, type) => {
    if (type === "AWS") found.add(value);
    return value;
  });
  return found;
}
