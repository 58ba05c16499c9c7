import { registryOf } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import { type GalleryPosition, listEntries } from "../../registry/private-gallery/list-entries.ts";
import { registryResource } from "../ecr/resource.ts";
import { maxResults, nextToken, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import {
  fieldValues,
  type GalleryEntryAnswer,
  galleryEntryAnswer,
  galleryName,
} from "./gallery-entry-answer.ts";

/** Entries of the caller's registry, and those that other accounts show it. A page may be short. */
export const listGalleryEntries = operation("entrepot:ListGalleryEntries", {
  input: request({
    category: galleryName.optional(),
    fields: fieldValues.default({}),
    ...{ maxResults, nextToken },
  }),
  resource: registryResource,
  access: "List",
  errors: ["InvalidParameter"],
  async handle(
    input,
    { ports, caller },
  ): Promise<{ entries: GalleryEntryAnswer[]; nextToken?: string }> {
    const registry = registryOf(caller);
    const { category, fields } = input;
    const narrowedBy = [category, JSON.stringify(fields)];
    const listing = { operation: "ListGalleryEntries", registry, narrowedBy };
    const start = openPosition(ports, listing, input.nextToken);
    const from: GalleryPosition =
      start === undefined
        ? { of: "own", after: undefined }
        : (JSON.parse(start) as GalleryPosition);
    const page = { from, limit: input.maxResults ?? limits.pageDefault };
    const filter = { category, fields };
    const found = await listEntries(ports, registry, caller.principal, filter, page);
    const entries = found.entries.map((entry) =>
      galleryEntryAnswer(entry, entry.repository.registry.account === registry.account),
    );
    if (found.next === undefined) return { entries };
    return { entries, nextToken: sealPosition(ports, listing, JSON.stringify(found.next)) };
  },
});
