import { registryOf } from "../../registry/identity/principal.ts";
import { RepositorySight } from "../../registry/policy/repository-sight.ts";
import type { ImageConfig } from "../../registry/scanning/advice/image-config.ts";
import { describeOverview } from "../../registry/search/image-overview.ts";
import { namedImage } from "../ecr/image-id.ts";
import { imageTagConditions, repositoryResource } from "../ecr/resource.ts";
import { imageIdentifier, registryId, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { type ImageRow, imageRowAnswer } from "./image-row-answer.ts";

interface Step {
  readonly instruction: string;
  readonly text: string;
}

interface Answer {
  readonly registryId: string;
  readonly repositoryName: string;
  readonly image: ImageRow;
  readonly config?: {
    readonly os: string;
    readonly architecture: string;
    readonly created?: string;
    /** Empty: root. */
    readonly user: string;
    readonly env: readonly string[];
    readonly entrypoint: readonly string[];
    readonly command: readonly string[];
    readonly workingDirectory: string;
    readonly exposedPorts: readonly string[];
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly layers: readonly {
    readonly layerDigest: string;
    readonly mediaType: string;
    readonly sizeInBytes: number;
    readonly step?: Step;
    readonly sharedWith: readonly string[];
  }[];
  readonly history: readonly (Step & { readonly isEmptyLayer: boolean })[];
}

/**
 * What an image is made of: its config, its layers with what made each and who shares it. What looks
 * secret is left out. Of an index, `image.children` says which image to ask about.
 */
export const getImageOverview = operation("entrepot:GetImageOverview", {
  input: request({ registryId, repositoryName, imageId: imageIdentifier }),
  resource: repositoryResource,
  conditions: ({ imageId }) => imageTagConditions([imageId.imageTag]),
  access: "Read",
  errors: ["ImageArchived", "ImageNotFound", "InvalidParameter", "Kms", "RepositoryNotFound"],
  async handle(input, { ports, caller }): Promise<Answer> {
    const { repositoryName: name } = input;
    const registry = registryOf(caller, input.registryId);
    const sight = new RepositorySight(ports, caller);
    const found = await describeOverview(
      ports,
      registry,
      name,
      namedImage(input.imageId),
      (other) => sight.may("entrepot:GetImageOverview", other),
    );
    return {
      ...{ registryId: registry.account, repositoryName: name },
      image: imageRowAnswer(found.folded),
      ...(found.config !== undefined && { config: configAnswer(found.config) }),
      layers: found.layers.map(({ digest, mediaType, sizeBytes, step, sharedWith }) => ({
        ...{ layerDigest: digest, mediaType, sizeInBytes: sizeBytes },
        ...(step !== undefined && { step: { instruction: step.instruction, text: step.text } }),
        sharedWith,
      })),
      history: found.steps.map(({ instruction, text }, at) => ({
        ...{ instruction, text },
        isEmptyLayer: found.config?.history[at]?.isEmptyLayer ?? false,
      })),
    };
  },
});

function configAnswer(config: ImageConfig): NonNullable<Answer["config"]> {
  const { os, architecture, created, user, env, entrypoint, command } = config;
  return {
    ...{ os, architecture, user, env, entrypoint, command },
    ...(created !== undefined && { created }),
    ...{ workingDirectory: config.workingDirectory, exposedPorts: config.exposedPorts },
    labels: Object.fromEntries(config.labels),
  };
}
