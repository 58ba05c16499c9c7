/** The columns by which rows begin. */
import type { AccountId, Region, Registry } from "../../../registry/names.ts";
import type { RepositoryRef } from "../../../registry/repositories/repository.ts";

export type RegistryKey = {
  readonly account: AccountId;
  readonly region: Region;
};

export type RepositoryKey = RegistryKey & {
  readonly repository: string;
};

export function registryKey({ account, region }: Registry): RegistryKey {
  return { account, region };
}

export function repositoryKey({ registry, id }: RepositoryRef): RepositoryKey {
  return { account: registry.account, region: registry.region, repository: id };
}

/** Picks the key out of the parameters of a statement, which can not be spread. */
export function ofRegistry({ account, region }: RegistryKey) {
  return { account, region };
}

export function ofRepository({ account, region, repository }: RepositoryKey) {
  return { account, region, repository };
}

/** Only what tells a repository from others, whatever else the value carries. */
export function toRef({ registry, id }: RepositoryRef): RepositoryRef {
  return { registry, id };
}
