import type { MetadataReads } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { invalidParameter, RegistryError } from "../errors.ts";
import type { Registry, RepositoryName } from "../names.ts";
import { matchesWildcard } from "../wildcard.ts";
import { parseProfileArn, type SigningRule } from "./signing.ts";

// Among the account's settings, but of a name that PutAccountSetting does not have.
const settingName = "signing configuration";

/** `undefined` where none was put. */
export async function signingRules(
  { settings }: Pick<MetadataReads, "settings">,
  registry: Registry,
): Promise<readonly SigningRule[] | undefined> {
  const text = await settings.find(registry, settingName);
  return text === undefined || text === "" ? undefined : (JSON.parse(text) as SigningRule[]);
}

/** @throws SigningConfigurationNotFound */
export async function requireSigningRules(
  { metadata }: { readonly metadata: Pick<MetadataReads, "settings"> },
  registry: Registry,
): Promise<readonly SigningRule[]> {
  const rules = await signingRules(metadata, registry);
  if (rules !== undefined) return rules;
  const sentence = `Signing configuration does not exist for the registry with id '${registry.account}'`;
  throw new RegistryError("SigningConfigurationNotFound", sentence);
}

/**
 * Replaces the rules. Images that are there already are not signed.
 * Source: ECR API, PutSigningConfiguration.
 * @throws InvalidParameter for a profile of another region
 */
export async function putSigningRules(
  { metadata }: Pick<Ports, "metadata">,
  registry: Registry,
  rules: readonly SigningRule[],
): Promise<void> {
  for (const { profileArn } of rules) {
    if (parseProfileArn(profileArn)?.registry.region !== registry.region) {
      const sentence = "The signing profile must be in the same region as the registry";
      throw invalidParameter("signingConfiguration", sentence);
    }
  }
  await metadata.transaction((change) =>
    change.settings.put(registry, settingName, JSON.stringify(rules)),
  );
}

/** Takes the rules away, and says what they were. Signatures stay. @throws SigningConfigurationNotFound */
export function deleteSigningRules(
  { metadata }: Pick<Ports, "metadata">,
  registry: Registry,
): Promise<readonly SigningRule[]> {
  return metadata.transaction(async (change) => {
    await change.repositories.lockCount(registry);
    const rules = await requireSigningRules({ metadata: change }, registry);
    await change.settings.put(registry, settingName, "");
    return rules;
  });
}

/** The ARNs of profiles that sign images of a repository, each once. A filter's `*` takes `/` too. */
export function signersOf(rules: readonly SigningRule[], name: RepositoryName): readonly string[] {
  const fitting = rules.filter(
    ({ filters }) =>
      filters.length === 0 || filters.some((filter) => matchesWildcard(filter, name)),
  );
  return [...new Set(fitting.map(({ profileArn }) => profileArn))];
}
