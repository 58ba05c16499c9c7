/** The members that inputs about repository creation templates are made of. Source: ECR API model. */
import { z } from "zod";
import {
  creationEvents,
  isTemplatePrefix,
  rootPrefix,
  templateKey,
  templatePrefixPattern,
} from "../../registry/creation-templates/creation-template.ts";
import { templateLimits } from "../../registry/creation-templates/template-limits.ts";
import { type Caller, registryOf } from "../../registry/identity/principal.ts";
import { lifecycleLimits } from "../../registry/lifecycle/lifecycle-limits.ts";
import { limits } from "../../registry/limits.ts";
import { repositoryArn } from "../../registry/names.ts";
import type { FurtherAction } from "../operation.ts";
import {
  imageTagMutability,
  imageTagMutabilityExclusionFilters,
  policyText,
  resourceTags,
} from "./shapes.ts";

export const templatePrefix = z
  .string()
  .min(1)
  .max(templateLimits.prefixCharacters)
  .refine(isTemplatePrefix, {
    message: `must satisfy regular expression '${templatePrefixPattern}'`,
  });

const kmsKeyPattern = "^$|arn:aws[a-z0-9-]*:kms:[a-z0-9-]+:[0-9]{12}:key\\/[a-z0-9-]+";
const kmsKey = z
  .string()
  .max(2048)
  .refine((text) => /^$|^arn:aws[a-z0-9-]*:kms:[a-z0-9-]+:[0-9]{12}:key\/[a-z0-9-]+$/.test(text), {
    message: `must satisfy regular expression '${kmsKeyPattern}'`,
  });

/** Beside the prefix, what a template says. All of it may be absent. */
export const templateMembers = {
  description: z.string().max(templateLimits.descriptionCharacters).optional(),
  encryptionConfiguration: z
    .object({
      encryptionType: z.enum(["AES256", "KMS", "KMS_DSSE"]),
      kmsKey: kmsKey.optional(),
    })
    .optional(),
  resourceTags: resourceTags.optional(),
  imageTagMutability: imageTagMutability.optional(),
  imageTagMutabilityExclusionFilters: imageTagMutabilityExclusionFilters.optional(),
  repositoryPolicy: policyText.optional(),
  lifecyclePolicy: z.string().max(lifecycleLimits.policyCharacters).optional(),
  customRoleArn: z.string().max(templateLimits.roleArnCharacters).optional(),
};

export const appliedFor = z.array(z.enum(creationEvents)).min(1).max(limits.batchItems);

interface Templated {
  readonly prefix: string;
  readonly repositoryPolicy?: string | undefined;
  readonly lifecyclePolicy?: string | undefined;
  readonly customRoleArn?: string | undefined;
}

/**
 * What a template does that its maker could not do otherwise, on all repositories below its prefix; only
 * identity policies grant it. Source: ECR, "Repository creation templates", permissions.
 */
export function templateActions(input: Templated, caller: Caller): FurtherAction[] {
  const registry = registryOf(caller);
  const { account } = registry;
  const { prefix, repositoryPolicy, lifecyclePolicy, customRoleArn } = input;
  const names = prefix === rootPrefix ? "*" : `${templateKey(prefix)}/*`;
  const resource = {
    ...{ arn: repositoryArn(registry, names), account, registry },
    grants: "identity-only" as const,
  };
  const actions: FurtherAction[] = [{ action: "ecr:CreateRepository", resource }];
  if (lifecyclePolicy) actions.push({ action: "ecr:PutLifecyclePolicy", resource });
  if (repositoryPolicy) actions.push({ action: "ecr:SetRepositoryPolicy", resource });
  if (customRoleArn) {
    const conditions = new Map([["iam:passedtoservice", "ecr.amazonaws.com"]]);
    const role = { arn: customRoleArn, account, grants: "identity-only", conditions } as const;
    actions.push({ action: "iam:PassRole", resource: role });
  }
  return actions;
}
