import type { Ports } from "../../ports/ports.ts";
import { isRegistryError, RegistryError } from "../errors.ts";
import { addRepositoryPolicyEvent } from "../events/policy-change-event.ts";
import type { Organization } from "../identity/organization.ts";
import { roleForService, serviceCaller } from "../identity/role-for-service.ts";
import type { Registry, RepositoryName } from "../names.ts";
import { repositoryAsResource, requireAllowed } from "../policy/authorize.ts";
import { type ActionConditions, RequestContext } from "../policy/request-context.ts";
import { type Alongside, createRepository } from "../repositories/create-repository.ts";
import { findRepository, repositoryNotFound } from "../repositories/find-repository.ts";
import type { Repository } from "../repositories/repository.ts";
import type { CreationEvent, CreationTemplate, TemplateSettings } from "./creation-template.ts";
import { templateFor } from "./template-for.ts";
import { templateLimits } from "./template-limits.ts";

/** A repository that something needs and nobody has made. */
export interface MissingRepository {
  readonly registry: Registry;
  readonly name: RepositoryName;
  readonly event: CreationEvent;
  /** Rejects where whoever needs it may not have it made. Asked before anything is done. */
  readonly allow?: ((template: CreationTemplate) => Promise<void>) | undefined;
}

/** `isNew`: not where another request was quicker, and made it. */
export interface MadeRepository {
  readonly repository: Repository;
  readonly isNew: boolean;
}

/**
 * Makes the repository as the template for it says, with its policies and resource tags, all or
 * nothing. `undefined` where no template is for it: then it depends on the event what happens.
 *
 * Where the template names a role, ECR makes it as that role, which has to trust `ecr.amazonaws.com`
 * and be allowed all of it. Without one it is made as AWS's own role for templates would, which may
 * neither tag nor use keys. Source: ECR, "Repository creation templates", permissions.
 * @throws RepositoryNotFound, which tells the registry's own principals why, where the role, the tags
 *   or the key keep it from being made
 * @throws LimitExceeded when the registry is full; whatever `allow` rejects with
 */
export async function createByTemplate(
  ports: Ports,
  organization: Organization,
  missing: MissingRepository,
): Promise<MadeRepository | undefined> {
  const { registry, name, event, allow } = missing;
  for (let attempt = 1; attempt <= templateLimits.attempts; attempt++) {
    const template = await templateFor(ports, registry, name, event);
    if (template === undefined) return undefined;
    await allow?.(template);
    try {
      return { repository: await apply(ports, organization, template, name), isNew: true };
    } catch (error) {
      if (isRegistryError(error, "RepositoryAlreadyExists")) {
        return { repository: await findRepository(ports, registry, name), isNew: false };
      }
      if (error instanceof TemplateChanged) continue;
      if (!isReason(error)) throw error;
      throw notMade(ports, template, name, error);
    }
  }
  throw new RegistryError("Throttling", "Rate exceeded");
}

/** The template is not what it was when it was asked who may use it. */
class TemplateChanged extends Error {}

/** What a role or a key may lack; all else is no matter of the template. */
function isReason(error: unknown): error is RegistryError {
  return isRegistryError(error, "AccessDenied") || isRegistryError(error, "Kms");
}

/** What is wrong with a template is for the principals of its own account. */
function notMade(
  { onBehalfOf }: Pick<Ports, "onBehalfOf">,
  { registry, settings }: CreationTemplate,
  name: RepositoryName,
  cause: RegistryError,
): RegistryError {
  const plain = repositoryNotFound(registry, name);
  const isOwner = onBehalfOf === undefined || onBehalfOf.principal.account === registry.account;
  const why = ` and could not be created by the template with prefix '${settings.prefix}': ${cause.message}`;
  return new RegistryError(plain.kind, `${plain.message}${isOwner ? why : ""}`, {}, cause);
}

async function apply(
  ports: Ports,
  organization: Organization,
  template: CreationTemplate,
  name: RepositoryName,
): Promise<Repository> {
  const { registry, settings } = template;
  const acting = await actingFor(ports, organization, template, name);
  const wanted = {
    ...{ registry, name, scanOnPush: false },
    ...{ tagMutability: settings.tagMutability, encryption: settings.encryption },
    resourceTags: new Map(settings.resourceTags.map(({ key, value }) => [key, value])),
  };
  return createRepository(acting, wanted, policiesOf(template));
}

/** The policies of the template, put where the template still is what it was. */
function policiesOf(template: CreationTemplate): Alongside {
  const { registry, key, version, createdAt, settings } = template;
  return async (change, repository) => {
    const current = await change.creationTemplates.lock(registry, key);
    if (current?.version !== version || current.createdAt !== createdAt)
      throw new TemplateChanged();
    const at = repository.createdAt;
    if (settings.repositoryPolicy !== undefined) {
      await change.resourcePolicies.putOfRepository(repository, settings.repositoryPolicy, at);
      await addRepositoryPolicyEvent(change, repository, { action: "PUT", at });
    }
    if (settings.lifecyclePolicy === undefined) return;
    await change.lifecycle.put({
      ...{ repository: { registry, id: repository.id }, policy: settings.lifecyclePolicy },
      ...{ extension: undefined, version: 1, putAt: at, evaluatedAt: undefined, changes: 1 },
    });
    await change.lifecycle.setDue(repository, at);
  };
}

/**
 * The ports of whoever makes it: keys are asked for in the role's name.
 * @throws AccessDenied
 */
async function actingFor(
  ports: Ports,
  organization: Organization,
  { registry, settings }: CreationTemplate,
  name: RepositoryName,
): Promise<Ports> {
  const { customRoleArn: roleArn, encryption, resourceTags } = settings;
  if (roleArn === undefined) {
    if (encryption.type === "AES256" && resourceTags.length === 0) return ports;
    throw denied("resource tags and KMS keys need a customRoleArn");
  }
  const wanted = { service: "ecr.amazonaws.com", roleArn };
  const principal = await roleForService(ports, organization, registry, wanted);
  if (principal === undefined) {
    throw denied(`the role ${roleArn} is not there, or does not trust ecr.amazonaws.com`);
  }
  const caller = serviceCaller(principal, registry);
  const resource = repositoryAsResource(registry, name);
  const context = new RequestContext(caller, ports.clock.now(), requestTags(settings));
  await requireAllowed(ports, principal, "ecr:CreateRepository", resource, context);
  if (resourceTags.length > 0) {
    await requireAllowed(ports, principal, "ecr:TagResource", resource, context);
  }
  return { ...ports, onBehalfOf: caller };
}

function denied(why: string): RegistryError {
  return new RegistryError("AccessDenied", why);
}

/** What the tags of a template say to conditions. Source: IAM, aws:RequestTag and aws:TagKeys. */
export function requestTags({ resourceTags }: TemplateSettings): ActionConditions {
  const keys = resourceTags.map(({ key }) => key);
  if (keys.length === 0) return new Map();
  return new Map<string, string | readonly string[]>([
    ["aws:tagkeys", keys],
    ...resourceTags.map(
      ({ key, value }) => [`aws:requesttag/${key.toLowerCase()}`, value] as const,
    ),
  ]);
}
