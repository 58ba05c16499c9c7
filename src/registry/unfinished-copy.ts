import type { MetadataStore } from "../ports/metadata-store.ts";
import { deploymentKey } from "./claim-store.ts";
import type { AccountId } from "./names.ts";

/** Holds what is being copied into the store, until all of it is there; then it is empty. */
export const unfinishedCopySetting = "UNFINISHED_COPY";

type Settings = Pick<MetadataStore, "settings">;

/** What is being copied into the store; `undefined` when nothing is. */
export async function unfinishedCopy(
  { settings }: Settings,
  account: AccountId,
): Promise<string | undefined> {
  return (await settings.find(deploymentKey(account), unfinishedCopySetting)) || undefined;
}

/** From here on the store is not to be served. */
export function beginCopy(
  metadata: Pick<MetadataStore, "transaction">,
  account: AccountId,
  what: string,
): Promise<void> {
  return metadata.transaction(({ settings }) =>
    settings.put(deploymentKey(account), unfinishedCopySetting, what),
  );
}

/** From here on the store may be served. */
export function endCopy(
  metadata: Pick<MetadataStore, "transaction">,
  account: AccountId,
): Promise<void> {
  return beginCopy(metadata, account, "");
}

/** @throws with a sentence for the operator while only a part of what belongs to the store is there */
export async function requireNoUnfinishedCopy(
  metadata: Settings,
  account: AccountId,
): Promise<void> {
  const what = await unfinishedCopy(metadata, account);
  if (what === undefined) return;
  throw new Error(
    `The store holds only a part of the ${what}: run the command that was broken off once more, or ` +
      "begin with an empty store.",
  );
}
