import { reviewEvidence } from "../../registry/gates/review-evidence.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { newerBases } from "../../registry/search/base/newer-base.ts";
import { namedImage } from "../ecr/image-id.ts";
import { imageTagConditions, repositoryResource } from "../ecr/resource.ts";
import { imageIdentifier, registryId, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { baseSight } from "./base-sight.ts";
import { type EvidenceAnswer, evidenceAnswer } from "./review-answer.ts";

/** What speaks for an image and against it: verdict, findings, signatures, what is new since the last approval. */
export const getReview = operation("entrepot:GetReview", {
  input: request({ registryId, repositoryName, imageId: imageIdentifier }),
  resource: repositoryResource,
  conditions: ({ imageId }) => imageTagConditions([imageId.imageTag]),
  access: "Read",
  errors: ["ImageNotFound", "InvalidParameter", "Kms", "RepositoryNotFound"],
  async handle(input, { ports, deployment, caller }): Promise<EvidenceAnswer> {
    const registry = registryOf(caller, input.registryId);
    const image = namedImage(input.imageId);
    const sight = baseSight(ports, caller);
    const evidence = await reviewEvidence(
      ...([ports, registry, input.repositoryName, image] as const),
      (repository, of) => newerBases(ports, deployment, sight, { repository, image: of }),
    );
    return evidenceAnswer(evidence);
  },
});
