import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import type { GallerySettings } from "../../registry/private-gallery/fields.ts";
import { putGallerySettings as put } from "../../registry/private-gallery/gallery-settings.ts";
import { privateGalleryLimits } from "../../registry/private-gallery/private-gallery-limits.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { fieldDefinition, galleryName } from "./gallery-entry-answer.ts";

/** Says which fields and categories entries of the caller's registry have. */
export const putGallerySettings = operation("entrepot:PutGallerySettings", {
  input: request({
    fields: z.array(fieldDefinition).max(privateGalleryLimits.fields).default([]),
    categories: z.array(galleryName).max(privateGalleryLimits.categories).default([]),
  }),
  resource: registryResource,
  access: "Write",
  errors: ["InvalidParameter"],
  async handle({ fields, categories }, { ports, caller }): Promise<GallerySettings> {
    const wanted = {
      fields: fields.map((each) => ({ ...each, description: each.description })),
      categories,
    };
    return put(ports, registryOf(caller), wanted);
  },
});
