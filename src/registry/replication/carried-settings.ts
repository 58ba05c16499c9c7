import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Registry } from "../names.ts";
import { shownPolicyText } from "../policy/resource-policy-text.ts";
import type { Repository, TagMutability } from "../repositories/repository.ts";
import { queueChange } from "./queue-change.ts";
import { type CarriedSetting, replicationWishes, wishesFor } from "./replication-options.ts";

/** Settings as they are here now; those that are absent do not go along. */
export interface SettingValues {
  /** Without a text there is no policy. */
  readonly policy?: { readonly text: string | undefined };
  /** ECR's; what stands beside it stays here. */
  readonly lifecycle?: { readonly text: string | undefined };
  readonly mutability?: TagMutability;
  readonly tags?: ReadonlyMap<string, string>;
}

export async function readSettings(
  ports: Ports,
  repository: Repository,
  which: ReadonlySet<string>,
): Promise<SettingValues> {
  const { resourcePolicies, lifecycle, repositories } = ports.metadata;
  const has = (setting: CarriedSetting) => which.has(setting);
  const stored = has("REPOSITORY_POLICY") ? await resourcePolicies.ofRepository(repository) : "";
  const tags = has("RESOURCE_TAGS") ? await repositories.resourceTags(repository) : [];
  return {
    ...(has("REPOSITORY_POLICY")
      ? { policy: { text: stored && (await shownPolicyText(ports, stored)) } }
      : {}),
    ...(has("LIFECYCLE_POLICY")
      ? { lifecycle: { text: (await lifecycle.find(repository))?.policy } }
      : {}),
    ...(has("TAG_MUTABILITY") ? { mutability: repository.tagMutability } : {}),
    ...(has("RESOURCE_TAGS")
      ? { tags: new Map(tags.map(({ key, value }) => [key, value] as const)) }
      : {}),
  };
}

/**
 * A setting of the locked repository is another one: it goes to where an option says so. Only where
 * somebody asked for that: what came here from elsewhere goes no further.
 */
export async function recordSetting(
  { onBehalfOf, clock }: Pick<Ports, "onBehalfOf" | "clock">,
  change: MetadataChange,
  repository: Repository,
  setting: CarriedSetting,
): Promise<void> {
  if (onBehalfOf === undefined) return;
  const wishes = await replicationWishes({ metadata: change }, repository.registry);
  const now = clock.now();
  for (const { destination, option } of wishesFor(wishes, repository.name)) {
    if (option?.settings.includes(setting) !== true) continue;
    const key = { repository, destination, kind: "SETTING", target: setting } as const;
    await queueChange(change, key, now, now);
  }
}

/** Where a repository was just made for copies: all settings that go along. */
export async function queueSettings(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  repository: Repository,
  destination: Registry,
): Promise<void> {
  const { registry, name } = repository;
  const wishes = await replicationWishes({ metadata }, registry);
  const wish = wishesFor(wishes, name).find(
    ({ destination: { account, region } }) =>
      account === destination.account && region === destination.region,
  );
  const settings = wish?.option?.settings ?? [];
  if (settings.length === 0) return;
  const now = clock.now();
  await metadata.transaction(async (change) => {
    if ((await change.repositories.lockById(repository)) === undefined) return;
    for (const target of settings) {
      await queueChange(change, { repository, destination, kind: "SETTING", target }, now, now);
    }
  });
}
