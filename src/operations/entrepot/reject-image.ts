import { reviewImage } from "../../registry/gates/review-image.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { namedImage } from "../ecr/image-id.ts";
import { imageTagConditions, repositoryResource } from "../ecr/resource.ts";
import { imageIdentifier, registryId, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { comment } from "./gate-answer.ts";
import { type ReviewAnswer, reviewAnswer } from "./review-answer.ts";

/** Rejects an image, and all that it lists, until somebody approves it. By digest; not by whoever pushed it. */
export const rejectImage = operation("entrepot:RejectImage", {
  input: request({
    ...{ registryId, repositoryName, imageId: imageIdentifier, comment },
  }),
  resource: repositoryResource,
  conditions: ({ imageId }) => imageTagConditions([imageId.imageTag]),
  access: "Permissions management",
  errors: [
    "AccessDenied",
    "ImageNotFound",
    "InvalidParameter",
    "LimitExceeded",
    "RepositoryNotFound",
  ],
  async handle(input, { ports, caller }): Promise<{ review: ReviewAnswer }> {
    const registry = registryOf(caller, input.registryId);
    const review = await reviewImage(ports, registry, input.repositoryName, {
      ...{ image: namedImage(input.imageId), decision: "REJECTED", comment: input.comment },
      ...{ reviewer: caller.principal, days: 0 },
    });
    return { review: reviewAnswer(review) };
  },
});
