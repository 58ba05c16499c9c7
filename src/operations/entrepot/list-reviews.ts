import { registryResource, repositoryResource } from "../ecr/resource.ts";
import { maxResults, nextToken, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { reviewState, type VerdictAnswer } from "./gate-answer.ts";
import { listVerdicts } from "./list-verdicts.ts";

/** Images of the caller's registry that a gate wants reviewed, by default those that wait for it. */
export const listReviews = operation("entrepot:ListReviews", {
  input: request({
    repositoryName: repositoryName.optional(),
    state: reviewState.default("PENDING"),
    ...{ maxResults, nextToken },
  }),
  resource: ({ repositoryName: name }, caller) =>
    name === undefined
      ? registryResource(undefined, caller)
      : repositoryResource({ repositoryName: name }, caller),
  access: "List",
  errors: ["InvalidParameter", "RepositoryNotFound"],
  async handle(input, context): Promise<{ reviews: VerdictAnswer[]; nextToken?: string }> {
    const { state: review, ...page } = input;
    const wanted = { ...page, operation: "ListReviews" as const, filter: { review } };
    const { verdicts: reviews, ...rest } = await listVerdicts(context, wanted);
    return { reviews, ...rest };
  },
});
