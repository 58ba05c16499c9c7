/**
 * Groups of an identity provider as IAM knows them: a role for each, whose trust policy asks for the group
 * in the provider's token (ADR-0070).
 */
import { createHash } from "node:crypto";
import type { Ports } from "../../ports/ports.ts";
import { isRegistryError, RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { AccountId } from "../names.ts";
import { createRole } from "./create-role.ts";
import { deleteRole } from "./delete-role.ts";
import { entityArn, type Role } from "./entity.ts";
import { findOidcProvider } from "./oidc-providers.ts";
import { oidcProviderArn } from "./stored-credential.ts";

export interface ProviderGroup {
  readonly account: AccountId;
  /** The provider's URL without scheme. */
  readonly provider: string;
  readonly group: string;
}

/** Where roles of groups are. */
const path = "/entrepot/groups/";
const namePrefix = "EntrepotGroup-";
const groupTag = "entrepot:group";
const providerTag = "entrepot:provider";
const usualClaim = "groups";

/** The name of the group's role, and its ARN, whether it is there or not. */
export async function groupRole(
  { metadata }: Pick<Ports, "metadata">,
  wanted: ProviderGroup,
): Promise<{ readonly name: string; readonly arn: string; readonly claim: string }> {
  const { account, provider: url } = wanted;
  const provider = await metadata.identity.oidcProviders.find(account, url);
  const claim = provider?.signOn?.groupsClaim ?? usualClaim;
  const name = roleName(wanted, claim);
  return { name, claim, arn: entityArn({ account, kind: "role", path, name }) };
}

/**
 * The group's role, made where it is not there.
 * @throws NoSuchEntity where the account does not know the provider; LimitExceeded
 * @throws Conflict where somebody has changed whom the role lets in
 */
export async function makeGroupRole(
  ports: Pick<Ports, "metadata" | "memory" | "clock">,
  wanted: ProviderGroup,
): Promise<void> {
  const { account, provider, group } = wanted;
  await findOidcProvider(ports, account, provider);
  const { name, claim } = await groupRole(ports, wanted);
  const trustPolicy = trustPolicyOf(wanted, claim);
  try {
    await createRole(ports, {
      ...{ account, name, path, trustPolicy, boundary: undefined },
      description: `Group ${group} of ${provider}`.slice(0, 1000),
      maxSessionSeconds: limits.consoleSignInSeconds,
      tags: [
        ...[
          { key: groupTag, value: group },
          { key: providerTag, value: provider },
        ],
      ],
    });
  } catch (error) {
    if (!isRegistryError(error, "EntityAlreadyExists")) throw error;
    const role = await ports.metadata.identity.entities.find(account, "role", name);
    if (role?.path === path && role.trustPolicy === trustPolicy) return;
    const sentence = `Whom the role ${name} trusts has been changed: delete it, or put its trust policy right`;
    throw new RegistryError("Conflict", sentence);
  }
}

/** So that nobody is offered a role without rights. One that has other policies stays. */
export async function dropGroupRole(
  ports: Pick<Ports, "metadata" | "memory">,
  account: AccountId,
  name: string,
): Promise<void> {
  try {
    await deleteRole(ports, account, name);
  } catch (error) {
    if (isRegistryError(error, "DeleteConflict") || isRegistryError(error, "NoSuchEntity")) return;
    throw error;
  }
}

/** Whether a role of that name may be a group's. */
export function isGroupRoleName(name: string): boolean {
  return name.startsWith(namePrefix);
}

/** The group that a role is for; `undefined` for any other role. */
export function groupOf(role: Role): ProviderGroup | undefined {
  const tagged = (wanted: string) => role.tags.find(({ key }) => key === wanted)?.value;
  const [group, provider] = [tagged(groupTag), tagged(providerTag)];
  if (role.path !== path || group === undefined || provider === undefined) return undefined;
  return { account: role.account, provider, group };
}

/** Readable, and different for different groups. */
function roleName({ provider, group }: ProviderGroup, claim: string): string {
  const about = JSON.stringify([provider, claim, group]);
  const digest = createHash("sha256").update(about).digest("hex").slice(0, 16);
  return `${namePrefix}${group.replace(/[^\w+=,.@-]+/g, "-").slice(0, 32)}-${digest}`;
}

function trustPolicyOf({ account, provider, group }: ProviderGroup, claim: string): string {
  const statement = {
    ...{ Effect: "Allow", Action: "sts:AssumeRoleWithWebIdentity" },
    Principal: { Federated: oidcProviderArn({ account, url: provider }) },
    Condition: { "ForAnyValue:StringEquals": { [`${provider}:${claim}`]: plainText(group) } },
  };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}

/** As itself: `${…}` would be a policy variable. Source: IAM, "Policy variables". */
function plainText(text: string): string {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the variable of IAM that stands for a dollar.
  return text.replaceAll("$", () => "${$}");
}
