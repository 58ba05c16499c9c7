import { registryOf } from "../../registry/identity/principal.ts";
import { withdrawImages } from "../../registry/images-in-use/report-images.ts";
import { registryId, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import {
  firstRepository,
  furtherRepositories,
  namedImages,
  reportedImages,
  reporter,
} from "./reported-images.ts";

/** Takes back what a reporter said of images; asked again, there is nothing to take back. */
export const withdrawImagesInUse = operation("entrepot:WithdrawImagesInUse", {
  input: request({ registryId, reporter, images: reportedImages }),
  resource: firstRepository,
  further: (input, caller) => furtherRepositories("entrepot:WithdrawImagesInUse", input, caller),
  access: "Write",
  errors: ["InvalidParameter"],
  async handle(input, { ports, caller }): Promise<{ registryId: string; reporter: string }> {
    const registry = registryOf(caller, input.registryId);
    const images = namedImages(input.images);
    await withdrawImages(ports, registry, { reporter: input.reporter, images });
    return { registryId: registry.account, reporter: input.reporter };
  },
});
