import type { AccessKey } from "../../ports/credentials.ts";
import { BoundedCache } from "../bounded-cache.ts";
import { type KmsKeyRef, kmsKeyArn } from "../kms/kms-key.ts";
import { kmsLimits } from "../kms/kms-limits.ts";
import type { RememberedKey } from "../kms/remembered-key.ts";
import type { UsableKey } from "../kms/require-usable.ts";
import { limits } from "../limits.ts";
import type { AccountId, Registry, RepositoryName } from "../names.ts";
import { CompiledDocuments } from "../policy/compiled-documents.ts";
import type { Attached } from "../policy/policy-request.ts";
import type { RegistryAccess } from "../policy/registry-access.ts";
import { publicLimits } from "../public/public-limits.ts";
import { TimedCache } from "../timed-cache.ts";

/**
 * What one process knows of identities and policies, for `limits.identityReadMs`. A change that this
 * process makes is seen at once, one of another replica within `limits.identityCacheMs` (I8).
 */
export class AccessMemory {
  readonly documents = new CompiledDocuments();
  /** By access key id. */
  readonly principals = new TimedCache<AccessKey | undefined>(
    limits.rememberedPrincipals,
    limits.identityReadMs,
  );
  readonly repositories = new TimedCache<RegistryAccess>(
    limits.rememberedRepositories,
    limits.identityReadMs,
  );
  readonly registries = new TimedCache<RegistryAccess>(
    limits.rememberedRepositories,
    limits.identityReadMs,
  );
  /** Policies of event buses, by the registry. */
  readonly eventBuses = new TimedCache<readonly Attached[]>(
    limits.rememberedRegistries,
    limits.identityReadMs,
  );
  /** What the registry may do with a key for a repository; see `key-use.ts`. */
  readonly keyDecisions = new TimedCache<UsableKey>(
    limits.rememberedRepositories,
    limits.identityReadMs,
  );
  /** By the key's ARN. */
  readonly kmsKeys = new TimedCache<RememberedKey>(kmsLimits.rememberedKeys, limits.identityReadMs);
  /** Whose pulls do not count, by the registry. */
  readonly pullTimeExclusions = new TimedCache<ReadonlySet<string>>(
    limits.rememberedRegistries,
    limits.identityReadMs,
  );
  /** Whose an alias of public registries is; `undefined`: nobody's that can be pulled from. */
  readonly publicAliases = new TimedCache<AccountId | undefined>(
    publicLimits.rememberedAliases,
    limits.identityReadMs,
  );
  /** Whether an account is closed. */
  readonly shutAccounts = new TimedCache<boolean>(limits.accounts, limits.identityReadMs);

  /** Of registries, values by code. */
  readonly serviceQuotas = new TimedCache<ReadonlyMap<string, number>>(
    limits.rememberedServiceQuotas,
    limits.identityReadMs,
  );

  /** When the last use of an access key or a role was written. Milliseconds since the epoch. */
  readonly uses = new BoundedCache<string, number>(limits.rememberedUses, () => 1);

  /** Users, roles, groups, policies, keys or sessions changed: of whom is not worth finding out. */
  forgetPrincipals(): void {
    this.principals.clear();
  }

  /** An account was closed, or something else of it changed: of its principals, too. */
  forgetAccount(account: AccountId): void {
    this.shutAccounts.forget(account);
    this.principals.clear();
  }

  /** The policy or the tags of a repository changed, or the repository itself. */
  forgetRepository(registry: Registry, name: RepositoryName): void {
    this.repositories.forget(repositoryKey(registry, name));
  }

  /** Its aliases or its grants changed, or the key itself. */
  forgetKmsKey(key: KmsKeyRef): void {
    this.kmsKeys.forget(kmsKeyArn(key));
    this.keyDecisions.clear();
  }

  forgetPullTimeExclusions(registry: Registry): void {
    this.pullTimeExclusions.forget(registryKey(registry));
  }

  forgetServiceQuotas(registry: Registry): void {
    this.serviceQuotas.forget(registryKey(registry));
  }

  forgetRegistry(registry: Registry): void {
    this.registries.forget(registryKey(registry));
  }
}

export function registryKey({ account, region }: Registry): string {
  return `${account}/${region}`;
}

export function repositoryKey(registry: Registry, name: RepositoryName): string {
  return `${registryKey(registry)}/${name}`;
}
