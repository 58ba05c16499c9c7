import type { PageRequest } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Digest, Registry, RepositoryName, Tag } from "../names.ts";
import { findRepository } from "../repositories/find-repository.ts";
import type { Repository } from "../repositories/repository.ts";
import { openManifest } from "./get-image.ts";
import type { Image, ImageState, ImageWithTags } from "./image.ts";
import { parseManifest } from "./parse-manifest.ts";

export interface ImageListFilter {
  readonly tagged?: boolean | undefined;
  /** Absent: in whatever state. */
  readonly states?: readonly ImageState[] | undefined;
}

/** What a listing shows that does not ask for more. */
export const activeOnly: readonly ImageState[] = ["ACTIVE"];

/**
 * Images by digest, each with its tags.
 * @throws RepositoryNotFound
 */
export async function describeImages(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  page: PageRequest<Digest>,
  filter: ImageListFilter,
): Promise<ImageWithTags[]> {
  const repository = await findRepository(ports, registry, name);
  return ports.metadata.images.list(repository, page, filter);
}

/**
 * One image by digest, tag or both.
 * @throws RepositoryNotFound
 * @throws ImageNotFound also when digest and tag name different images
 */
export async function describeImage(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  id: { readonly digest?: Digest | undefined; readonly tag?: Tag | undefined },
): Promise<ImageWithTags> {
  const repository = await findRepository(ports, registry, name);
  const tagged = id.tag && (await ports.metadata.tags.find(repository, id.tag));
  const digest = id.digest ?? tagged;
  const agrees = id.tag === undefined || tagged === digest;
  const image = digest && agrees ? await ports.metadata.images.find(repository, digest) : undefined;
  if (image === undefined) {
    throw new RegistryError(
      "ImageNotFound",
      `The image with imageId {imageDigest:'${id.digest ?? null}', imageTag:'${id.tag ?? null}'} does not exist within the repository with name '${name}' in the registry with id '${registry.account}'`,
    );
  }
  const tags = await ports.metadata.tags.of(repository, image.digest, limits.tagsPerImage);
  return { ...image, tags };
}

/**
 * Tags in code point order.
 * @throws RepositoryNotFound
 */
export async function listTags(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  page: PageRequest<Tag>,
  filter: Pick<ImageListFilter, "states"> = { states: activeOnly },
): Promise<{ tag: Tag; digest: Digest }[]> {
  const repository = await findRepository(ports, registry, name);
  return ports.metadata.tags.list(repository, page, filter);
}

/** A manifest that names another as its subject: a signature, an SBOM, an attestation. */
export interface Referrer {
  readonly digest: Digest;
  readonly mediaType: string;
  /** The manifest's artifactType, else its config's media type (OCI 1.1, "Listing Referrers"). */
  readonly artifactType: string | undefined;
  readonly sizeBytes: number;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: ImageState;
}

/** They are content, so they are sealed with the manifest and read from there; and held back with it. */
async function givenAnnotations(
  ports: Ports,
  repository: Repository,
  image: Image,
): Promise<Readonly<Record<string, string>>> {
  if (image.hold !== undefined) return {};
  return parseManifest(await openManifest(ports, repository, image), image.mediaType).annotations;
}

/**
 * Referrers by digest, those that are held back without their annotations. The subject need not exist.
 * @throws RepositoryNotFound
 */
export async function listReferrers(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  subject: Digest,
  page: PageRequest<Digest>,
  filter: Pick<ImageListFilter, "states"> & {
    readonly artifactTypes?: readonly string[] | undefined;
  },
): Promise<Referrer[]> {
  const repository = await findRepository(ports, registry, name);
  const images = await ports.metadata.images.referrers(repository, subject, page, filter);
  return Promise.all(
    images.map(async (image) => {
      const annotations = await givenAnnotations(ports, repository, image);
      const { digest, mediaType, manifestBytes, state } = image;
      const artifactType = image.artifactType ?? image.configMediaType;
      return { digest, mediaType, artifactType, sizeBytes: manifestBytes, annotations, state };
    }),
  );
}
