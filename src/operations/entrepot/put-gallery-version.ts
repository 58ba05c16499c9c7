import { z } from "zod";
import { invalidParameter, invariant } from "../../registry/errors.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { type GalleryVersion, versionStates } from "../../registry/private-gallery/entry.ts";
import { toldVersions } from "../../registry/private-gallery/told-versions.ts";
import { putVersion } from "../../registry/private-gallery/versions.ts";
import { repositoryResource } from "../ecr/resource.ts";
import { registryId, repositoryName, request, storedDigest } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import {
  type GalleryVersionAnswer,
  galleryVersionAnswer,
  versionName,
  versionNote,
} from "./gallery-entry-answer.ts";

const tagPattern = z
  .string()
  .max(128)
  .regex(/^[A-Za-z0-9_*][A-Za-z0-9._*-]*$/);

/** Says which images are a version of an entry, by a pattern of tags or a digest, and its state. */
export const putGalleryVersion = operation("entrepot:PutGalleryVersion", {
  input: request({
    ...{ registryId, repositoryName, version: versionName, tagPattern: tagPattern.optional() },
    imageDigest: storedDigest.optional(),
    state: z.enum(versionStates).default("DRAFT"),
    successor: versionName.optional(),
    note: versionNote.optional(),
  }),
  resource: repositoryResource,
  access: "Write",
  errors: ["InvalidParameter", "LimitExceeded", "RepositoryNotFound", "ResourceNotFound"],
  async handle(input, { ports, caller }): Promise<{ version: GalleryVersionAnswer }> {
    const { version, state, successor, note } = input;
    const wanted = { version, state, successor, note, images: imagesOf(input) };
    const registry = registryOf(caller, input.registryId);
    const { arn } = caller.principal;
    const kept = await putVersion(ports, registry, input.repositoryName, wanted, arn);
    const told = await toldVersions(ports, kept.repository);
    const found = told.find((each) => each.version.version === version);
    invariant(found !== undefined, "a version that was put is there");
    return { version: galleryVersionAnswer(found) };
  },
});

function imagesOf({
  tagPattern: pattern,
  imageDigest: digest,
}: {
  readonly tagPattern?: string | undefined;
  readonly imageDigest?: z.output<typeof storedDigest> | undefined;
}): GalleryVersion["images"] {
  if (pattern !== undefined && digest === undefined) return { tagPattern: pattern };
  if (digest !== undefined && pattern === undefined) return { digest };
  throw invalidParameter("version", "a version has a tagPattern or an imageDigest");
}
