import { registryOf } from "../../registry/identity/principal.ts";
import { getEntry } from "../../registry/private-gallery/entries.ts";
import { fieldProblems } from "../../registry/private-gallery/fields.ts";
import { gallerySettings } from "../../registry/private-gallery/gallery-settings.ts";
import { toldVersions } from "../../registry/private-gallery/told-versions.ts";
import { registryId, repositoryName, request } from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import {
  type GalleryEntryAnswer,
  type GalleryVersionAnswer,
  galleryEntryAnswer,
  galleryVersionAnswer,
} from "./gallery-entry-answer.ts";
import { entryResource } from "./gallery-entry-resource.ts";

interface Answer {
  readonly entry: GalleryEntryAnswer;
  readonly versions: readonly GalleryVersionAnswer[];
  /** For its own account: what the entry lacks by the fields that are defined now. */
  readonly problems?: readonly string[];
  /** For its own account: the accounts that are told of it, all of them. Times are epoch seconds. */
  readonly subscribers?: readonly { readonly accountId: string; readonly subscribedAt: number }[];
}

/** An entry of the private gallery and its versions, for its own account and whom it shows itself to. */
export const getGalleryEntry = operation("entrepot:GetGalleryEntry", {
  input: request({ registryId, repositoryName }),
  resource: entryResource,
  access: "Read",
  errors: ["InvalidParameter", "RepositoryNotFound", "ResourceNotFound"],
  async handle(input, { ports, caller }): Promise<Answer> {
    const registry = registryOf(caller, input.registryId);
    const { repository, entry } = await getEntry(ports, registry, input.repositoryName);
    const versions = await toldVersions(ports, repository);
    const answer = { versions: versions.map(galleryVersionAnswer) };
    if (registry.account !== caller.principal.account) {
      return { entry: galleryEntryAnswer(entry, false), ...answer };
    }
    const { fields } = await gallerySettings(ports.metadata, registry);
    const problems = fieldProblems(fields, entry.fields);
    const found = await ports.metadata.privateGallery.subscriptions(repository);
    const subscribers = found.map(({ subscriber, createdAt }) => {
      return { accountId: subscriber, subscribedAt: epochSeconds(createdAt) };
    });
    return { entry: galleryEntryAnswer(entry, true), ...answer, problems, subscribers };
  },
});
