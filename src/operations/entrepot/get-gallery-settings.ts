import { registryOf } from "../../registry/identity/principal.ts";
import type { GallerySettings } from "../../registry/private-gallery/fields.ts";
import { gallerySettings } from "../../registry/private-gallery/gallery-settings.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";

/** Which fields and categories entries of the caller's registry have. */
export const getGallerySettings = operation("entrepot:GetGallerySettings", {
  input: request({}),
  resource: registryResource,
  access: "Read",
  errors: ["InvalidParameter"],
  async handle(_input, { ports, caller }): Promise<GallerySettings> {
    return gallerySettings(ports.metadata, registryOf(caller));
  },
});
