import type { z } from "zod";
import type { TemplateWish } from "../../registry/creation-templates/change-templates.ts";
import type { CreationEvent } from "../../registry/creation-templates/creation-template.ts";
import type { templateMembers } from "./template-shapes.ts";
import { wantedEncryption } from "./wanted-encryption.ts";

type Said = {
  readonly [Member in keyof typeof templateMembers]?:
    | z.output<(typeof templateMembers)[Member]>
    | undefined;
} & { readonly prefix: string; readonly appliedFor?: readonly CreationEvent[] | undefined };

/**
 * What an input says of a template.
 * @throws InvalidParameter for a key beside AES256
 */
export function templateWish(input: Said): TemplateWish {
  const { encryptionConfiguration: encryption } = input;
  return {
    prefix: input.prefix,
    description: input.description,
    tagMutability: input.imageTagMutability,
    exclusionFilters: input.imageTagMutabilityExclusionFilters?.map(({ filter }) => filter),
    // An empty key is as good as none: it stands for AWS's own.
    encryption:
      encryption && wantedEncryption({ ...encryption, kmsKey: encryption.kmsKey || undefined }),
    resourceTags: input.resourceTags,
    repositoryPolicy: input.repositoryPolicy,
    lifecyclePolicy: input.lifecyclePolicy,
    appliedFor: input.appliedFor,
    customRoleArn: input.customRoleArn,
  };
}
