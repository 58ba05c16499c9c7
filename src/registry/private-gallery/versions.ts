import type { Ports } from "../../ports/ports.ts";
import { invalidParameter, RegistryError } from "../errors.ts";
import { addVersionEvent } from "../events/private-gallery-event.ts";
import type { Registry, RepositoryName } from "../names.ts";
import { lockRepository } from "../repositories/find-repository.ts";
import { entryNotFound } from "./entries.ts";
import type { GalleryVersion } from "./entry.ts";
import { privateGalleryLimits } from "./private-gallery-limits.ts";

export type WantedVersion = Pick<
  GalleryVersion,
  "version" | "images" | "state" | "successor" | "note"
>;

/**
 * Says which images are a version of an entry, and what is to be thought of it; or says it anew.
 * @param by the ARN of who does so
 * @throws RepositoryNotFound
 * @throws ResourceNotFound where the repository is not in the gallery
 * @throws InvalidParameter for a successor that is no other version of the entry
 * @throws LimitExceeded when it has as many as it may have
 */
export function putVersion(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
  name: RepositoryName,
  wanted: WantedVersion,
  by: string,
): Promise<GalleryVersion> {
  return metadata.transaction(async (change) => {
    const repository = await lockRepository(change, registry, name);
    if ((await change.privateGallery.entry(repository)) === undefined) {
      throw entryNotFound(registry, name);
    }
    const versions = await change.privateGallery.versions(repository);
    const { version: called, successor } = wanted;
    const others = versions.filter(({ version }) => version !== called);
    if (successor !== undefined && !others.some(({ version }) => version === successor)) {
      throw invalidParameter("successor", `there is no other version '${successor}'`);
    }
    if (others.length >= privateGalleryLimits.versionsPerEntry) {
      const sentence = `An entry can not have more than ${privateGalleryLimits.versionsPerEntry} versions`;
      throw new RegistryError("LimitExceeded", sentence);
    }
    const before = versions.find(({ version }) => version === called);
    const at = clock.now();
    const kept: GalleryVersion = {
      ...{ ...wanted, repository: { registry, id: repository.id } },
      ...{ createdAt: before?.createdAt ?? at, updatedAt: at },
    };
    await change.privateGallery.putVersion(kept);
    const told = { action: "PUT" as const, by, at, before: before?.state };
    await addVersionEvent(change, repository, kept, told);
    return kept;
  });
}

/**
 * Forgets a version. Its images stay.
 * @throws RepositoryNotFound
 * @throws ResourceNotFound where there is none of that name
 * @throws InvalidParameter while another version names it as its successor
 */
export function deleteVersion(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
  name: RepositoryName,
  called: string,
  by: string,
): Promise<void> {
  return metadata.transaction(async (change) => {
    const repository = await lockRepository(change, registry, name);
    const versions = await change.privateGallery.versions(repository);
    const before = versions.find(({ version }) => version === called);
    if (before === undefined) {
      const sentence = `The entry of the repository '${name}' has no version '${called}'`;
      throw new RegistryError("ResourceNotFound", sentence);
    }
    const leading = versions.find(({ successor }) => successor === called);
    if (leading !== undefined) {
      throw invalidParameter("version", `it is the successor of '${leading.version}'`);
    }
    await change.privateGallery.removeVersion(repository, called);
    const told = { action: "DELETE" as const, by, at: clock.now(), before: undefined };
    await addVersionEvent(change, repository, before, told);
  });
}
