import { z } from "zod";
import { gateLimits } from "../../registry/gates/gate-limits.ts";
import { reviewImage } from "../../registry/gates/review-image.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { namedImage } from "../ecr/image-id.ts";
import { imageTagConditions, repositoryResource } from "../ecr/resource.ts";
import { imageIdentifier, registryId, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { comment } from "./gate-answer.ts";
import { type ReviewAnswer, reviewAnswer } from "./review-answer.ts";

/** Approves an image, and all that it lists, for so many days. By digest; not by whoever pushed it. */
export const approveImage = operation("entrepot:ApproveImage", {
  input: request({
    ...{ registryId, repositoryName, imageId: imageIdentifier, comment },
    days: z.int().min(1).max(gateLimits.approvalDays).default(gateLimits.usualApprovalDays),
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
      ...{ image: namedImage(input.imageId), decision: "APPROVED", comment: input.comment },
      ...{ reviewer: caller.principal, days: input.days },
    });
    return { review: reviewAnswer(review) };
  },
});
