import { registryOf } from "../../registry/identity/principal.ts";
import { backstageEntities } from "../../registry/private-gallery/backstage.ts";
import { type GalleryPosition, listEntries } from "../../registry/private-gallery/list-entries.ts";
import { privateGalleryLimits } from "../../registry/private-gallery/private-gallery-limits.ts";
import { toldVersions } from "../../registry/private-gallery/told-versions.ts";
import { registryResource } from "../ecr/resource.ts";
import { maxResults, nextToken, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { galleryName } from "./gallery-entry-answer.ts";

interface Answer {
  /** Documents of YAML, which those of further pages are appended to; empty where a page has no entry. */
  readonly text: string;
  readonly nextToken?: string;
}

/**
 * Entries of the caller's registry, and those that other accounts show it, as entities of Backstage's
 * catalogue. A page may be short.
 */
export const exportGalleryEntries = operation("entrepot:ExportGalleryEntries", {
  input: request({ category: galleryName.optional(), maxResults, nextToken }),
  resource: registryResource,
  access: "List",
  errors: ["InvalidParameter"],
  async handle(input, { ports, caller, deployment }): Promise<Answer> {
    const registry = registryOf(caller);
    const { category } = input;
    const listing = { operation: "ExportGalleryEntries", registry, narrowedBy: [category] };
    const start = openPosition(ports, listing, input.nextToken);
    const from: GalleryPosition =
      start === undefined
        ? { of: "own", after: undefined }
        : (JSON.parse(start) as GalleryPosition);
    const { exportedAtOnce } = privateGalleryLimits;
    const limit = Math.min(input.maxResults ?? exportedAtOnce, exportedAtOnce);
    const filter = { category, fields: {} };
    const found = await listEntries(ports, registry, caller.principal, filter, { from, limit });
    let text = "";
    for (const entry of found.entries) {
      const versions = await toldVersions(ports, entry.repository);
      text += backstageEntities(deployment, entry, versions);
    }
    if (found.next === undefined) return { text };
    return { text, nextToken: sealPosition(ports, listing, JSON.stringify(found.next)) };
  },
});
