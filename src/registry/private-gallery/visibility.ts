import type { Ports } from "../../ports/ports.ts";
import type { Principal } from "../identity/principal.ts";
import { isShut } from "../policy/resource-access.ts";
import { matchesWildcard } from "../wildcard.ts";
import type { GalleryEntry } from "./entry.ts";

/** Whether an entry shows itself to a principal, who may ask for entries. A closed account shows none. */
export async function isVisibleTo(
  ports: Pick<Ports, "metadata" | "clock" | "memory">,
  entry: GalleryEntry,
  principal: Principal,
): Promise<boolean> {
  const { account } = entry.repository.registry;
  if (!saysSo(entry, principal)) return false;
  return account === principal.account || !(await isShut(ports, account));
}

/** Whether an entry says that it shows itself to such a principal. */
export function saysSo(
  { repository, visibility }: GalleryEntry,
  { account, conditions }: Pick<Principal, "account" | "conditions">,
): boolean {
  if (account === repository.registry.account) return true;
  const { scope, accounts, principalTags } = visibility;
  if (scope === "REGISTRY" || (scope === "ACCOUNTS" && !accounts.includes(account))) return false;
  return Object.entries(principalTags).every(([key, pattern]) => {
    const value = conditions.get(`aws:principaltag/${key.toLowerCase()}`);
    return typeof value === "string" && matchesWildcard(pattern, value);
  });
}
