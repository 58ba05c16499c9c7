import type { Ports } from "../../ports/ports.ts";
import { invalidParameter, RegistryError } from "../errors.ts";
import { addEntryEvent } from "../events/private-gallery-event.ts";
import type { Principal } from "../identity/principal.ts";
import type { Registry, RepositoryName } from "../names.ts";
import { findRepository, lockRepository } from "../repositories/find-repository.ts";
import type { Repository } from "../repositories/repository.ts";
import type { EntryDetails, GalleryEntry } from "./entry.ts";
import { fieldProblems } from "./fields.ts";
import { gallerySettings } from "./gallery-settings.ts";
import { checkTemplates } from "./launch-templates.ts";
import { isVisibleTo } from "./visibility.ts";

/**
 * Puts a repository into the private gallery, or says something else of it there.
 * @param by the ARN of who does so
 * @throws RepositoryNotFound
 * @throws InvalidParameter for fields and categories that the operator has not defined, or that are missing
 */
export function putEntry(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
  name: RepositoryName,
  details: EntryDetails,
  by: string,
): Promise<GalleryEntry> {
  checkVisibility(details);
  checkTemplates(details.templates);
  return metadata.transaction(async (change) => {
    const repository = await lockRepository(change, registry, name);
    const { fields, categories } = await gallerySettings(change, registry);
    const [problem] = fieldProblems(fields, details.fields);
    if (problem !== undefined) throw invalidParameter("fields", problem);
    const unknown = details.categories.find((category) => !categories.includes(category));
    if (unknown !== undefined) {
      throw invalidParameter("categories", `there is no category '${unknown}'`);
    }
    const at = clock.now();
    const before = await change.privateGallery.entry(repository);
    const entry: GalleryEntry = {
      ...{ ...details, repository: { registry, id: repository.id }, name },
      ...{ createdAt: before?.createdAt ?? at, updatedAt: at },
    };
    await change.privateGallery.putEntry(entry);
    await addEntryEvent(change, repository, { action: "PUT", by, at });
    return entry;
  });
}

/** What could never show an entry to anybody, or to others than it says, is no visibility. */
function checkVisibility({ visibility: { scope, accounts, principalTags } }: EntryDetails): void {
  if ((scope === "ACCOUNTS") !== accounts.length > 0) {
    throw invalidParameter("visibility", "accounts go with the scope ACCOUNTS, and it with them");
  }
  if (scope === "REGISTRY" && Object.keys(principalTags).length > 0) {
    const sentence = "principalTags are for other accounts, which the scope REGISTRY leaves out";
    throw invalidParameter("visibility", sentence);
  }
}

/**
 * Takes a repository out of the private gallery, with what is said of its versions. Images stay.
 * @throws RepositoryNotFound
 * @throws ResourceNotFound where it is not there
 */
export function deleteEntry(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
  name: RepositoryName,
  by: string,
): Promise<void> {
  return metadata.transaction(async (change) => {
    const repository = await lockRepository(change, registry, name);
    if (!(await change.privateGallery.removeEntry(repository))) throw entryNotFound(registry, name);
    await addEntryEvent(change, repository, { action: "DELETE", by, at: clock.now() });
  });
}

/**
 * The entry of a repository.
 * @throws RepositoryNotFound
 * @throws ResourceNotFound where it has none
 */
export async function getEntry(
  ports: Pick<Ports, "metadata">,
  registry: Registry,
  name: RepositoryName,
): Promise<{ readonly repository: Repository; readonly entry: GalleryEntry }> {
  const repository = await findRepository(ports, registry, name);
  const entry = await ports.metadata.privateGallery.entry(repository);
  if (entry === undefined) throw entryNotFound(registry, name);
  return { repository, entry };
}

/** Whether the repository has an entry that shows itself to the principal. */
export async function isShownTo(
  ports: Pick<Ports, "metadata" | "clock" | "memory">,
  registry: Registry,
  name: RepositoryName,
  principal: Principal,
): Promise<boolean> {
  const repository = await ports.metadata.repositories.find(registry, name);
  const entry = repository && (await ports.metadata.privateGallery.entry(repository));
  return entry !== undefined && isVisibleTo(ports, entry, principal);
}

export function entryNotFound(registry: Registry, name: string): RegistryError {
  return new RegistryError(
    "ResourceNotFound",
    `The private gallery of account ${registry.account} has no entry of a repository '${name}'`,
  );
}
