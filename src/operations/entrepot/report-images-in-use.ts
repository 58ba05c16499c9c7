import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { reportImages, type UnknownImage } from "../../registry/images-in-use/report-images.ts";
import { limits } from "../../registry/limits.ts";
import { registryId, request } from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import {
  firstRepository,
  furtherRepositories,
  namedImages,
  reportedImages,
  reporter,
} from "./reported-images.ts";

export interface ReportedImagesInUse {
  readonly registryId: string;
  readonly reporter: string;
  /** Until when the images count as in use; those of `failures` do not. */
  readonly expiresAt: number;
  readonly failures: readonly ReportFailure[];
}

export interface ReportFailure {
  readonly repositoryName: string;
  readonly imageDigest: string;
  readonly failureCode: "RepositoryNotFound" | "ImageNotFound";
  readonly failureReason: string;
}

/**
 * Has images count as in use, so that no lifecycle rule expires or archives them, until the report
 * expires; the same reporter's next one takes its place. Images that are not there are failures of
 * their own. What is deleted by hand is deleted all the same.
 */
export const reportImagesInUse = operation("entrepot:ReportImagesInUse", {
  input: request({
    registryId,
    reporter,
    expiresInSeconds: z
      .int()
      .min(limits.imageUseMinimumSeconds)
      .max(limits.imageUseMaximumSeconds)
      .default(limits.imageUseDefaultSeconds),
    images: reportedImages,
  }),
  resource: firstRepository,
  further: (input, caller) => furtherRepositories("entrepot:ReportImagesInUse", input, caller),
  access: "Write",
  errors: ["InvalidParameter"],
  async handle(input, { ports, caller }): Promise<ReportedImagesInUse> {
    const registry = registryOf(caller, input.registryId);
    const { unknown, expiresAt } = await reportImages(ports, registry, {
      reporter: input.reporter,
      images: namedImages(input.images),
      lifeSeconds: input.expiresInSeconds,
    });
    return {
      registryId: registry.account,
      reporter: input.reporter,
      expiresAt: epochSeconds(expiresAt),
      failures: unknown.map((image) => failureOf(image, registry.account)),
    };
  },
});

function failureOf({ name, digest, missing }: UnknownImage, account: string): ReportFailure {
  const image = { repositoryName: name, imageDigest: digest };
  if (missing === "image") {
    const failureReason = "Requested image not found";
    return { ...image, failureCode: "ImageNotFound", failureReason };
  }
  const failureReason = `The repository with name '${name}' does not exist in the registry with id '${account}'`;
  return { ...image, failureCode: "RepositoryNotFound", failureReason };
}
