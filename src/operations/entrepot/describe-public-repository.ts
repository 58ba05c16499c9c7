import { publicOrigin } from "../../registry/deployment.ts";
import { RegistryError } from "../../registry/errors.ts";
import { request } from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { aliasName, publicRepositoryName } from "../ecr-public/shapes.ts";
import { operation } from "../operation.ts";
import { type GalleryRepositoryAnswer, galleryAnswer } from "./gallery-answer.ts";
import { galleryRepository, galleryResource } from "./gallery-resource.ts";

export interface DescribedRepository extends GalleryRepositoryAnswer {
  readonly aboutText?: string | undefined;
  readonly usageText?: string | undefined;
  readonly imageCount: number;
  readonly createdAt: number;
}

/** A public repository as the gallery shows it, for everybody. */
export const describePublicRepository = operation("entrepot:DescribePublicRepository", {
  input: request({ registryAlias: aliasName, repositoryName: publicRepositoryName }),
  resource: galleryResource,
  action: null,
  access: "Read",
  errors: ["InvalidParameter", "RepositoryNotFound"],
  isAnonymous: true,
  async handle(input, context): Promise<{ repository: DescribedRepository }> {
    const { ports, deployment } = context;
    const repository = await galleryRepository(context, input);
    const { publicRegistries } = ports.metadata;
    const entry = await publicRegistries.entry(repository);
    if (entry === undefined) throw new RegistryError("RepositoryNotFound", "It is gone");
    const catalog = await publicRegistries.catalog(repository);
    return {
      repository: {
        ...galleryAnswer(publicOrigin(deployment), entry),
        // Those that the gallery does not count are shown too.
        operatingSystems: catalog?.operatingSystems ?? [],
        architectures: catalog?.architectures ?? [],
        aboutText: catalog?.aboutText,
        usageText: catalog?.usageText,
        imageCount: repository.imageCount,
        createdAt: epochSeconds(repository.createdAt),
      },
    };
  },
});
