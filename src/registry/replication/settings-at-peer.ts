/** How a peer is told of settings: by ECR's own operations. */
import { isRefusal, listOf, type PeerAnswer } from "../../ports/peer-registry.ts";
import type { SettingValues } from "./carried-settings.ts";

/** Asks about the repository; `byArn` where the operation names it so. */
export interface AskPeer {
  ask(operation: string, input: object): Promise<PeerAnswer>;
  byArn(operation: string, input: object): Promise<PeerAnswer>;
}

/** @throws what the peer refuses with */
export async function putSettingsAtPeer(peer: AskPeer, values: SettingValues): Promise<void> {
  const { policy, lifecycle, mutability, tags } = values;
  if (policy?.text !== undefined) {
    await peer.ask("SetRepositoryPolicy", { policyText: policy.text, force: true });
  } else if (policy !== undefined) {
    await unless("RepositoryPolicyNotFound", peer.ask("DeleteRepositoryPolicy", {}));
  }
  if (lifecycle?.text !== undefined) {
    await peer.ask("PutLifecyclePolicy", { lifecyclePolicyText: lifecycle.text });
  } else if (lifecycle !== undefined) {
    await unless("LifecyclePolicyNotFound", peer.ask("DeleteLifecyclePolicy", {}));
  }
  if (mutability !== undefined) {
    const filters = mutability.exclusionFilters.map((filter) => ({
      ...{ filter, filterType: "WILDCARD" },
    }));
    await peer.ask("PutImageTagMutability", {
      imageTagMutability: mutability.mode,
      ...(filters.length === 0 ? {} : { imageTagMutabilityExclusionFilters: filters }),
    });
  }
  if (tags !== undefined) await putTags(peer, tags);
}

async function putTags(peer: AskPeer, tags: ReadonlyMap<string, string>): Promise<void> {
  const { tags: known } = await peer.byArn("ListTagsForResource", {});
  const tagKeys = listOf(known)
    .map(({ Key }) => String(Key))
    .filter((key) => !tags.has(key));
  if (tagKeys.length > 0) await peer.byArn("UntagResource", { tagKeys });
  const wanted = [...tags].map(([Key, Value]) => ({ Key, Value }));
  if (wanted.length > 0) await peer.byArn("TagResource", { tags: wanted });
}

async function unless(code: string, asked: Promise<unknown>): Promise<void> {
  try {
    await asked;
  } catch (error) {
    if (!isRefusal(error, code)) throw error;
  }
}
