import { registryOf } from "../../registry/identity/principal.ts";
import { putEntry } from "../../registry/private-gallery/entries.ts";
import { repositoryResource } from "../ecr/resource.ts";
import { registryId, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import {
  entryDetails,
  type GalleryEntryAnswer,
  galleryEntryAnswer,
} from "./gallery-entry-answer.ts";

/** Puts a repository into the private gallery, or says something else of it there. */
export const putGalleryEntry = operation("entrepot:PutGalleryEntry", {
  input: request({ registryId, repositoryName, ...entryDetails }),
  resource: repositoryResource,
  access: "Write",
  errors: ["InvalidParameter", "RepositoryNotFound"],
  async handle(input, { ports, caller }): Promise<{ entry: GalleryEntryAnswer }> {
    const { registryId: id, repositoryName: name, ...said } = input;
    const details = { ...said, contact: said.contact, documentation: said.documentation };
    const registry = registryOf(caller, id);
    const entry = await putEntry(ports, registry, name, details, caller.principal.arn);
    return { entry: galleryEntryAnswer(entry, true) };
  },
});
