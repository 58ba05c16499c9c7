import type {
  Repository as PublicRepository,
  ReferencedImageDetail,
  RepositoryCatalogData,
} from "@aws-sdk/client-ecr-public";
import { type Deployment, publicAddress, publicOrigin } from "../../registry/deployment.ts";
import type { Image } from "../../registry/images/image.ts";
import { type RepositoryName, repositoryArn } from "../../registry/names.ts";
import type { CatalogData } from "../../registry/public/catalog-data.ts";
import type { Repository } from "../../registry/repositories/repository.ts";
import { epochSeconds, type Wire } from "../ecr/wire.ts";

/** A public repository as ECR shows it. */
export function publicRepositoryAnswer(
  deployment: Deployment,
  { registry, name, createdAt }: Repository,
  alias: string | undefined,
): Wire<PublicRepository> {
  return {
    repositoryArn: repositoryArn(registry, name),
    registryId: registry.account,
    repositoryName: name,
    repositoryUri: `${publicAddress(deployment)}/${alias ?? registry.account}/${name}`,
    createdAt: epochSeconds(createdAt),
  };
}

/** What is said of it; a logo by its address. */
export function catalogAnswer(
  deployment: Deployment,
  data: CatalogData,
  place: { readonly alias: string | undefined; readonly name: RepositoryName },
): Wire<RepositoryCatalogData> {
  return {
    description: data.description,
    architectures: data.architectures,
    operatingSystems: data.operatingSystems,
    logoUrl:
      data.logoDigest && place.alias && logoUrl(publicOrigin(deployment), place, data.logoDigest),
    aboutText: data.aboutText,
    usageText: data.usageText,
  };
}

/** Another one for each logo, so that it may be kept for ever. */
export function logoUrl(
  origin: string,
  place: { readonly alias: string | undefined; readonly name: string },
  digest: string,
): string {
  const query = new URLSearchParams({ name: `${place.alias}/${place.name}`, digest });
  return `${origin}/gallery-api/logo?${query}`;
}

/** What both listings say of an image. */
export function imageAnswer(image: Image): Wire<ReferencedImageDetail> {
  return {
    imageDigest: image.digest,
    imageSizeInBytes: image.sizeBytes,
    imagePushedAt: epochSeconds(image.pushedAt),
    imageManifestMediaType: image.mediaType,
    artifactMediaType: image.artifactType ?? image.configMediaType,
  };
}
