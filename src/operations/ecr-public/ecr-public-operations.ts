import type { Operation } from "../operation.ts";
import { batchCheckLayerAvailability } from "./batch-check-layer-availability.ts";
import { batchDeleteImage } from "./batch-delete-image.ts";
import { completeLayerUpload } from "./complete-layer-upload.ts";
import { createRepository } from "./create-repository.ts";
import { deleteRepository } from "./delete-repository.ts";
import { deleteRepositoryPolicy } from "./delete-repository-policy.ts";
import { describeImageTags } from "./describe-image-tags.ts";
import { describeImages } from "./describe-images.ts";
import { describeRegistries } from "./describe-registries.ts";
import { describeRepositories } from "./describe-repositories.ts";
import { getAuthorizationToken } from "./get-authorization-token.ts";
import { getRegistryCatalogData } from "./get-registry-catalog-data.ts";
import { getRepositoryCatalogData } from "./get-repository-catalog-data.ts";
import { getRepositoryPolicy } from "./get-repository-policy.ts";
import { initiateLayerUpload } from "./initiate-layer-upload.ts";
import { listTagsForResource } from "./list-tags-for-resource.ts";
import { putImage } from "./put-image.ts";
import { putRegistryCatalogData } from "./put-registry-catalog-data.ts";
import { putRepositoryCatalogData } from "./put-repository-catalog-data.ts";
import { setRepositoryPolicy } from "./set-repository-policy.ts";
import { tagResource } from "./tag-resource.ts";
import { untagResource } from "./untag-resource.ts";
import { uploadLayerPart } from "./upload-layer-part.ts";

/** What can be asked of ECR Public. */
export const ecrPublicOperations: readonly Operation[] = [
  batchCheckLayerAvailability,
  batchDeleteImage,
  completeLayerUpload,
  createRepository,
  deleteRepository,
  deleteRepositoryPolicy,
  describeImageTags,
  describeImages,
  describeRegistries,
  describeRepositories,
  getAuthorizationToken,
  getRegistryCatalogData,
  getRepositoryCatalogData,
  getRepositoryPolicy,
  initiateLayerUpload,
  listTagsForResource,
  putImage,
  putRegistryCatalogData,
  putRepositoryCatalogData,
  setRepositoryPolicy,
  tagResource,
  untagResource,
  uploadLayerPart,
];
