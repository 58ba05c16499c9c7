import { randomUUID } from "node:crypto";
import type { MetadataStore } from "../ports/metadata-store.ts";
import type { Ports } from "../ports/ports.ts";
import type { AccountId, Region, Registry } from "./names.ts";

/** Holds what a store is called, which every store says on its own. */
export const storeSetting = "BLOB_STORE";
const claimed = " claimed";

/** Where what the replicas of a deployment agreed on is kept: in no region of the account. */
export function deploymentKey(account: AccountId): Registry {
  return { account, region: "" as Region };
}

/**
 * Makes sure that database and blob store belong together: what one of them says about the other's
 * objects would destroy those of another deployment. A store that nobody has claimed is claimed once.
 * @throws with a sentence for the operator when they do not
 */
export async function claimStore(
  ports: Pick<Ports, "metadata" | "blobs">,
  account: AccountId,
): Promise<void> {
  const recorded = await recordedName(ports.metadata, account);
  const isClaimed = recorded.endsWith(claimed);
  const name = isClaimed ? recorded.slice(0, -claimed.length) : recorded;
  const owner = await ports.blobs.owner();
  if (owner !== undefined && owner !== name) {
    throw new Error(
      "The blob store belongs to another deployment than the database: check ENTREPOT_BLOBS and " +
        "ENTREPOT_DATABASE.",
    );
  }
  if (owner === undefined && isClaimed) {
    throw new Error(
      "The blob store is not the one that this database's layers are in: check ENTREPOT_BLOBS. " +
        "Replicas need one that all of them reach, a bucket for example.",
    );
  }
  if (owner === undefined) await ports.blobs.claim(name);
  if (isClaimed) return;
  // After the store, so that a crash in between leaves a claim that the next start completes.
  await ports.metadata.transaction((change) =>
    change.settings.put(deploymentKey(account), storeSetting, name + claimed),
  );
}

/** What the store is called by those who use it; `undefined` for one that was never served. */
export async function storeName(
  metadata: Pick<MetadataStore, "settings">,
  account: AccountId,
): Promise<string | undefined> {
  const recorded = await metadata.settings.find(deploymentKey(account), storeSetting);
  return recorded === undefined ? undefined : storeNameOf(recorded);
}

/** The name in what the setting holds. */
export function storeNameOf(recorded: string): string {
  return recorded.replace(claimed, "");
}

/** The name that the database knows its store by: the first one that any replica thought of. */
async function recordedName(metadata: MetadataStore, account: AccountId): Promise<string> {
  const key = deploymentKey(account);
  const known = await metadata.settings.find(key, storeSetting);
  if (known !== undefined) return known;
  const thought: string = randomUUID();
  await metadata.transaction((change) => change.settings.putIfAbsent(key, storeSetting, thought));
  return (await metadata.settings.find(key, storeSetting)) ?? thought;
}
