import type { Ports } from "../../ports/ports.ts";
import { type ApprovalRequest, registryAt } from "../approvals/approval.ts";
import { type Deployment, repositoryUri } from "../deployment.ts";
import { invalidParameter, RegistryError } from "../errors.ts";
import type { Digest, RepositoryName } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import type { GalleryEntry, LaunchTemplate } from "./entry.ts";
import { privateGalleryLimits } from "./private-gallery-limits.ts";
import { isStillGood } from "./told-versions.ts";

// Of a form that neither Helm nor Compose has a meaning for.
const place = /\{\{entrepot\.(image|repository|digest)\}\}/g;

/** @throws InvalidParameter for a name that is there twice, and for a template that runs no image */
export function checkTemplates(templates: readonly LaunchTemplate[]): void {
  const names = new Set(templates.map(({ name }) => name));
  if (names.size < templates.length) {
    throw invalidParameter("templates", "the name of a template must be there once");
  }
  for (const { name, body } of templates) {
    if (/\{\{entrepot\.(image|digest)\}\}/.test(body)) continue;
    const sentence = `'${name}' must have a place {{entrepot.image}} or {{entrepot.digest}}`;
    throw invalidParameter("templates", sentence);
  }
}

/** A template with the image that was approved last for an environment, where that was promoted to. */
export interface RenderedTemplate {
  readonly text: string;
  readonly image: string;
  readonly digest: Digest;
  /** When the approval ends. */
  readonly until: number;
}

/**
 * Fills in a template of an entry with what is approved now.
 * @throws ResourceNotFound where there is no such template, or nothing that is approved and promoted
 */
export async function renderTemplate(
  ports: Pick<Ports, "metadata" | "clock">,
  deployment: Deployment,
  { repository, entry }: { readonly repository: Repository; readonly entry: GalleryEntry },
  wanted: { readonly template: string; readonly environment: string },
): Promise<RenderedTemplate> {
  const template = entry.templates.find(({ name }) => name === wanted.template);
  if (template === undefined) {
    const sentence = `The entry has no launch template '${wanted.template}'`;
    throw new RegistryError("ResourceNotFound", sentence);
  }
  const request = await newestApproved(ports, repository, wanted.environment);
  const { digest, promotion, until = 0 } = request;
  const name = (promotion?.repositoryName ?? repository.name) as RepositoryName;
  const registry = registryAt(promotion?.destination) ?? repository.registry;
  const uri = repositoryUri(deployment, registry, name);
  const values = { image: `${uri}@${digest}`, repository: uri, digest };
  const text = template.body.replace(place, (_, what: keyof typeof values) => values[what]);
  return { text, image: values.image, digest, until };
}

async function newestApproved(
  ports: Pick<Ports, "metadata" | "clock">,
  repository: Repository,
  environment: string,
): Promise<ApprovalRequest> {
  const { requestsSearched } = privateGalleryLimits;
  const { approvals } = ports.metadata;
  const approved = await approvals.newestIn(repository, "APPROVED", requestsSearched);
  for (const request of approved) {
    if (request.environment !== environment || request.promotion?.state !== "DONE") continue;
    if (await isStillGood(ports, request)) return request;
  }
  const sentence = `No image of the repository '${repository.name}' is approved for '${environment}' now`;
  throw new RegistryError("ResourceNotFound", sentence);
}
