import { createHash } from "node:crypto";
import type { Ports } from "../../ports/ports.ts";
import type { Registry, RepositoryName } from "../names.ts";
import { createRepository } from "../repositories/create-repository.ts";
import { findRepository, lockRepository } from "../repositories/find-repository.ts";
import type { Repository } from "../repositories/repository.ts";
import type { CatalogData, CatalogWish } from "./catalog-data.ts";
import { indexRepository } from "./index-repository.ts";
import type { Logo } from "./logo.ts";
import { openRegistry } from "./registries.ts";

const nothingSaid: CatalogData = {
  ...{ description: undefined, aboutText: undefined, usageText: undefined },
  ...{ architectures: [], operatingSystems: [], logoDigest: undefined },
};

interface NewPublicRepository {
  readonly registry: Registry;
  readonly name: RepositoryName;
  readonly catalog: CatalogWish | undefined;
  readonly resourceTags: ReadonlyMap<string, string>;
}

/**
 * Makes a public repository with what is said of it, and the account's public registry where it has none;
 * all of that, its place in the gallery as well, or nothing. Source: ECR 11.1, CreateRepository.
 * @throws RepositoryAlreadyExists, LimitExceeded
 */
export async function createPublicRepository(
  ports: Ports,
  { registry, name, catalog, resourceTags }: NewPublicRepository,
): Promise<Repository> {
  const wanted = {
    ...{ registry, name, resourceTags, scanOnPush: false },
    tagMutability: { mode: "MUTABLE", exclusionFilters: [] },
    encryption: { type: "AES256" },
  } as const;
  return createRepository(ports, wanted, async (change, repository) => {
    const { createdAt } = repository;
    await openRegistry(change, registry.account, createdAt);
    if (catalog !== undefined) {
      await change.publicRegistries.putCatalog(repository, dataOf(catalog), catalog.logo);
    }
    await indexRepository(change, repository, createdAt);
  });
}

/**
 * Says something else of a repository; what is left out is gone.
 * Source: ECR 11.1, PutRepositoryCatalogData.
 * @throws RepositoryNotFound
 */
export async function putCatalogData(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  wish: CatalogWish,
): Promise<CatalogData> {
  const data = dataOf(wish);
  await ports.metadata.transaction(async (change) => {
    const repository = await lockRepository(change, registry, name);
    await change.publicRegistries.putCatalog(repository, data, wish.logo);
    await indexRepository(change, repository, ports.clock.now());
  });
  return data;
}

/**
 * What is said of a repository: nothing, where nothing ever was. ECR Public answers so as well, though its
 * model has a RepositoryCatalogDataNotFoundException: Terraform reads every repository by it, and takes
 * each exception for a failure.
 * @throws RepositoryNotFound
 */
export async function getCatalogData(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
): Promise<CatalogData> {
  const repository = await findRepository(ports, registry, name);
  return (await ports.metadata.publicRegistries.catalog(repository)) ?? nothingSaid;
}

export function dataOf({ logo, ...said }: CatalogWish): CatalogData {
  return { ...said, logoDigest: logo && digestOf(logo) };
}

function digestOf({ bytes }: Logo): string {
  return createHash("sha256").update(bytes).digest("hex");
}
