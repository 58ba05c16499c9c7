import type { Ports } from "../../ports/ports.ts";
import { deploymentKey } from "../claim-store.ts";
import { freshBytes } from "../fresh-bytes.ts";
import type { AccountId } from "../names.ts";

/** What the accounts of a deployment are together. Source: Organizations API, "Organization". */
export interface Organization {
  /** `o-` and ten lower-case letters and digits. */
  readonly id: string;
  readonly managementAccount: AccountId;
  /** Of the management account's root, whose key is no row. */
  readonly rootAccessKeyId?: string | undefined;
}

/** The one root of the organization, in which all accounts are: `r-` and four letters and digits. */
export function organizationRootId({ id }: Pick<Organization, "id">): string {
  return `r-${id.slice(-4)}`;
}

const setting = "ORGANIZATION_ID";
const letters = "abcdefghijklmnopqrstuvwxyz0123456789";
const idLetters = 10;

/** How the organization of this deployment is called; `undefined` before its first start. */
export function findOrganizationId(
  { metadata }: Pick<Ports, "metadata">,
  account: AccountId,
): Promise<string | undefined> {
  return metadata.settings.find(deploymentKey(account), setting);
}

/**
 * The organization of this deployment, which the first start makes together with its management
 * account. One that serves read-only and has none yet gets an id that lasts as long as the process.
 */
export async function openOrganization(
  ports: Pick<Ports, "metadata" | "clock">,
  { account, domain }: { readonly account: AccountId; readonly domain: string },
  isReadOnly: boolean,
): Promise<Organization> {
  const key = deploymentKey(account);
  const { settings, identity } = ports.metadata;
  const known = await settings.find(key, setting);
  const fresh = `o-${Array.from(freshBytes(idLetters), (byte) => letters[byte % letters.length]).join("")}`;
  const isComplete = known !== undefined && (await identity.accounts.find(account)) !== undefined;
  if (isComplete || isReadOnly) return { id: known ?? fresh, managementAccount: account };
  await ports.metadata.transaction(async (change) => {
    await change.settings.putIfAbsent(key, setting, fresh);
    await change.identity.accounts.insertIfAbsent({
      id: account,
      name: "management",
      email: `root@${domain}`,
      status: "ACTIVE",
      joinedMethod: "INVITED",
      createdAt: ports.clock.now(),
      alias: undefined,
      tags: [],
    });
  });
  return { id: (await settings.find(key, setting)) ?? fresh, managementAccount: account };
}
