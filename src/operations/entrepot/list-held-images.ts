import { registryResource, repositoryResource } from "../ecr/resource.ts";
import { maxResults, nextToken, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { type VerdictAnswer, verdictState } from "./gate-answer.ts";
import { listVerdicts } from "./list-verdicts.ts";

/** Images of the caller's registry with a verdict, by default those in quarantine. */
export const listHeldImages = operation("entrepot:ListHeldImages", {
  input: request({
    repositoryName: repositoryName.optional(),
    state: verdictState.default("QUARANTINED"),
    ...{ maxResults, nextToken },
  }),
  resource: ({ repositoryName: name }, caller) =>
    name === undefined
      ? registryResource(undefined, caller)
      : repositoryResource({ repositoryName: name }, caller),
  access: "List",
  errors: ["InvalidParameter", "RepositoryNotFound"],
  async handle(input, context): Promise<{ images: VerdictAnswer[]; nextToken?: string }> {
    const { state, ...page } = input;
    const wanted = { ...page, operation: "ListHeldImages" as const, filter: { state } };
    const { verdicts: images, ...rest } = await listVerdicts(context, wanted);
    return { images, ...rest };
  },
});
