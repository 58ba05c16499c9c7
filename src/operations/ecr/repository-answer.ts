import type {
  Repository as EcrRepository,
  EncryptionConfiguration,
  ImageTagMutabilityExclusionFilter,
} from "@aws-sdk/client-ecr";
import { type Deployment, repositoryUri } from "../../registry/deployment.ts";
import { repositoryArn } from "../../registry/names.ts";
import type {
  Encryption,
  Repository,
  TagMutability,
} from "../../registry/repositories/repository.ts";
import { epochSeconds, type Wire } from "./wire.ts";

/** A repository as ECR shows it; SDKs and Terraform rely on every member. Resource tags are not shown. */
export function repositoryAnswer(
  deployment: Deployment,
  repository: Repository,
): Wire<EcrRepository> {
  const { registry, name } = repository;
  return {
    repositoryArn: repositoryArn(registry, name),
    registryId: registry.account,
    repositoryName: name,
    repositoryUri: repositoryUri(deployment, registry, name),
    createdAt: epochSeconds(repository.createdAt),
    ...mutabilityAnswer(repository.tagMutability),
    imageScanningConfiguration: { scanOnPush: repository.scanOnPush },
    encryptionConfiguration: encryptionAnswer(repository.encryption),
  };
}

/** What seals a repository. */
export function encryptionAnswer(encryption: Encryption): Wire<EncryptionConfiguration> {
  const { type: encryptionType } = encryption;
  return "keyArn" in encryption
    ? { encryptionType, kmsKey: encryption.keyArn }
    : { encryptionType };
}

/** The two members that tell tag mutability; filters only where the mode has them. */
export function mutabilityAnswer(mutability: TagMutability): {
  imageTagMutability: TagMutability["mode"];
  imageTagMutabilityExclusionFilters?: Wire<ImageTagMutabilityExclusionFilter>[];
} {
  const { mode, exclusionFilters } = mutability;
  if (exclusionFilters.length === 0) return { imageTagMutability: mode };
  return {
    imageTagMutability: mode,
    imageTagMutabilityExclusionFilters: exclusionFilters.map((filter) => ({
      filterType: "WILDCARD",
      filter,
    })),
  };
}
