import { registryOf } from "../../registry/identity/principal.ts";
import { getEntry } from "../../registry/private-gallery/entries.ts";
import { renderTemplate } from "../../registry/private-gallery/launch-templates.ts";
import { registryId, repositoryName, request } from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { environmentName } from "./environment-answer.ts";
import { galleryName } from "./gallery-entry-answer.ts";
import { entryResource } from "./gallery-entry-resource.ts";

interface Answer {
  readonly text: string;
  /** By digest, where it was promoted to. */
  readonly image: string;
  readonly imageDigest: string;
  /** When its approval ends. Epoch seconds. */
  readonly until: number;
}

/** A launch template of an entry, with the image that was approved last for an environment. */
export const renderLaunchTemplate = operation("entrepot:RenderLaunchTemplate", {
  input: request({
    ...{ registryId, repositoryName, templateName: galleryName, environment: environmentName },
  }),
  resource: entryResource,
  access: "Read",
  errors: ["InvalidParameter", "RepositoryNotFound", "ResourceNotFound"],
  async handle(input, { ports, caller, deployment }): Promise<Answer> {
    const registry = registryOf(caller, input.registryId);
    const found = await getEntry(ports, registry, input.repositoryName);
    const wanted = { template: input.templateName, environment: input.environment };
    const rendered = await renderTemplate(ports, deployment, found, wanted);
    const { text, image, digest, until } = rendered;
    return { text, image, imageDigest: digest, until: epochSeconds(until) };
  },
});
