import type { Ports } from "../../ports/ports.ts";
import { invalidParameter, isRegistryError, RegistryError } from "../errors.ts";
import { parseEntityArn } from "../identity/entity.ts";
import { lifecycleRules } from "../lifecycle/lifecycle-rules.ts";
import type { Registry } from "../names.ts";
import { checkedPolicyText } from "../policy/resource-policy-text.ts";
import type { WantedEncryption } from "../repositories/claim-key.ts";
import type { TagMutabilityMode } from "../repositories/repository.ts";
import { checkResourceTags } from "../repositories/resource-tags.ts";
import { checkTagMutability } from "../repositories/tag-mutability.ts";
import {
  type CreationEvent,
  type CreationTemplate,
  type TemplateSettings,
  templateKey,
} from "./creation-template.ts";
import { templateLimits } from "./template-limits.ts";

/** What somebody says of a template: absent is not said, and an empty text is none. */
export interface TemplateWish {
  readonly prefix: string;
  readonly description?: string | undefined;
  readonly tagMutability?: TagMutabilityMode | undefined;
  readonly exclusionFilters?: readonly string[] | undefined;
  readonly encryption?: WantedEncryption | undefined;
  readonly resourceTags?: readonly { readonly Key: string; readonly Value: string }[] | undefined;
  /** As people write it. */
  readonly repositoryPolicy?: string | undefined;
  readonly lifecyclePolicy?: string | undefined;
  readonly appliedFor?: readonly CreationEvent[] | undefined;
  readonly customRoleArn?: string | undefined;
}

/** Source: ECR API, CreateRepositoryCreationTemplate: the defaults. */
function unsaid(prefix: string): TemplateSettings {
  return {
    ...{ prefix, encryption: { type: "AES256" }, resourceTags: [], appliedFor: [] },
    tagMutability: { mode: "MUTABLE", exclusionFilters: [] },
  };
}

/**
 * Makes a template; what it can not do for want of a role shows when it is to be used. Source: ECR API,
 * CreateRepositoryCreationTemplate.
 * @throws TemplateAlreadyExists, LimitExceeded
 * @throws InvalidParameter for a policy, tags, filters or a role that ECR does not take
 */
export async function createTemplate(
  ports: Ports,
  registry: Registry,
  wish: TemplateWish,
): Promise<CreationTemplate> {
  const checked = await checkedWish(ports, registry, wish);
  const now = ports.clock.now();
  const template: CreationTemplate = {
    ...{ registry, key: templateKey(wish.prefix), version: 1, createdAt: now, updatedAt: now },
    settings: settled(unsaid(wish.prefix), checked),
  };
  await ports.metadata.transaction(async ({ identity, creationTemplates }) => {
    await identity.accounts.lock(registry.account); // Two at once must not both be the last.
    if (!(await creationTemplates.insertIfAbsent(template))) throw alreadyExists(template);
    const most = templateLimits.templates;
    if ((await creationTemplates.list(registry, { limit: most + 1 })).length > most) {
      throw new RegistryError(
        "LimitExceeded",
        `The registry with id '${registry.account}' already has the maximum allowed number of repository creation templates which is '${most}'`,
      );
    }
  });
  return template;
}

/**
 * What is said takes the place of what the template says; all else stays, and so do repositories.
 * Source: ECR API, UpdateRepositoryCreationTemplate.
 * @throws TemplateNotFound; InvalidParameter as `createTemplate`
 */
export async function updateTemplate(
  ports: Ports,
  registry: Registry,
  wish: TemplateWish,
): Promise<CreationTemplate> {
  const checked = await checkedWish(ports, registry, wish);
  const now = ports.clock.now();
  return ports.metadata.transaction(async ({ creationTemplates }) => {
    const before = await creationTemplates.lock(registry, templateKey(wish.prefix));
    if (before === undefined) throw notFound(registry, wish.prefix);
    const settings = settled(before.settings, checked);
    const template = { ...before, settings, version: before.version + 1, updatedAt: now };
    await creationTemplates.replace(template);
    return template;
  });
}

/**
 * Removes the template, and says what it was.
 * @throws TemplateNotFound
 */
export function deleteTemplate(
  { metadata }: Pick<Ports, "metadata">,
  registry: Registry,
  prefix: string,
): Promise<CreationTemplate> {
  return metadata.transaction(async ({ creationTemplates }) => {
    const template = await creationTemplates.lock(registry, templateKey(prefix));
    if (template === undefined) throw notFound(registry, prefix);
    await creationTemplates.remove(registry, template.key);
    return template;
  });
}

/** What of a wish needs no look at the template. Its policy is as policies are stored. */
async function checkedWish(
  ports: Ports,
  { account }: Registry,
  wish: TemplateWish,
): Promise<TemplateWish> {
  const { repositoryPolicy: policy, lifecyclePolicy: lifecycle, customRoleArn: role } = wish;
  checkTags(wish.resourceTags ?? []);
  if (role) {
    const named = parseEntityArn(role);
    if (named?.kind !== "role" || named.account !== account) {
      throw invalidParameter(
        "customRoleArn",
        "must be the ARN of a role of the registry's account",
      );
    }
  }
  if (lifecycle) lifecycleRules({ policy: lifecycle, extension: undefined }, ports.tagPatterns);
  if (!policy) return wish;
  return { ...wish, repositoryPolicy: await checkedPolicyText(ports, policy, "repository") };
}

/** The refusals of resource tags by the kind that operations on templates have for them. */
function checkTags(tags: readonly { readonly Key: string; readonly Value: string }[]): void {
  try {
    checkResourceTags(tags);
  } catch (error) {
    if (isRegistryError(error, "TooManyTags"))
      throw invalidParameter("resourceTags", error.message);
    if (!isRegistryError(error, "InvalidTagParameter")) throw error;
    throw new RegistryError("InvalidParameter", error.message.replace("'tags'", "'resourceTags'"));
  }
}

function settled(before: TemplateSettings, wish: TemplateWish): TemplateSettings {
  return {
    prefix: before.prefix,
    description: wish.description ?? before.description,
    tagMutability: mutabilityOf(before.tagMutability, wish),
    encryption: wish.encryption ?? before.encryption,
    resourceTags:
      wish.resourceTags?.map(({ Key: key, Value: value }) => ({ key, value })) ??
      before.resourceTags,
    repositoryPolicy: said(wish.repositoryPolicy, before.repositoryPolicy),
    lifecyclePolicy: said(wish.lifecyclePolicy, before.lifecyclePolicy),
    appliedFor: wish.appliedFor === undefined ? before.appliedFor : [...new Set(wish.appliedFor)],
    customRoleArn: said(wish.customRoleArn, before.customRoleArn),
  };
}

function said(wanted: string | undefined, before: string | undefined): string | undefined {
  return wanted === undefined ? before : wanted || undefined;
}

/** Filters stay with a mode that has some, unless others are said. */
function mutabilityOf(
  before: TemplateSettings["tagMutability"],
  { tagMutability: mode = before.mode, exclusionFilters: filters }: TemplateWish,
): TemplateSettings["tagMutability"] {
  const kept = mode.endsWith("_WITH_EXCLUSION") ? before.exclusionFilters : undefined;
  return checkTagMutability(mode, filters ?? kept);
}

function alreadyExists({ registry, settings }: CreationTemplate): RegistryError {
  return new RegistryError(
    "TemplateAlreadyExists",
    `The repository creation template with prefix '${settings.prefix}' already exists in the registry with id '${registry.account}'`,
  );
}

function notFound({ account }: Registry, prefix: string): RegistryError {
  return new RegistryError(
    "TemplateNotFound",
    `The repository creation template with prefix '${prefix}' does not exist in the registry with id '${account}'`,
  );
}
