import { namedDigest } from "../../registry/gates/quarantine-image.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { findRepository } from "../../registry/repositories/find-repository.ts";
import { namedImage } from "../ecr/image-id.ts";
import { imageTagConditions, repositoryResource } from "../ecr/resource.ts";
import { imageIdentifier, registryId, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { type VerdictAnswer, verdictAnswer } from "./gate-answer.ts";

/**
 * Why an image can not be pulled, for whoever may pull it. An image that no gate speaks of is ALLOWED
 * and has no reasons.
 */
export const getImageVerdict = operation("entrepot:GetImageVerdict", {
  input: request({ registryId, repositoryName, imageId: imageIdentifier }),
  resource: repositoryResource,
  action: "ecr:BatchGetImage",
  conditions: ({ imageId }) => imageTagConditions([imageId.imageTag]),
  access: "Read",
  errors: ["ImageNotFound", "InvalidParameter", "RepositoryNotFound"],
  async handle(input, { ports, caller }): Promise<{ verdict: Partial<VerdictAnswer> }> {
    const { metadata } = ports;
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name } = input;
    const repository = await findRepository(ports, registry, name);
    const digest = await namedDigest(metadata, repository, namedImage(input.imageId));
    const verdict = await metadata.gates.verdict(repository, digest);
    if (verdict !== undefined) return { verdict: verdictAnswer(name, verdict) };
    const allowed = { state: "ALLOWED" as const, reasons: [] };
    return { verdict: { repositoryName: name, imageDigest: digest, ...allowed } };
  },
});
