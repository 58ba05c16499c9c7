import type { RepositoryCreationTemplate } from "@aws-sdk/client-ecr";
import type { Ports } from "../../ports/ports.ts";
import type { CreationTemplate } from "../../registry/creation-templates/creation-template.ts";
import { shownPolicyText } from "../../registry/policy/resource-policy-text.ts";
import { mutabilityAnswer } from "./repository-answer.ts";
import { epochSeconds, type Wire } from "./wire.ts";

/** A template as ECR shows it. */
export async function templateAnswer(
  ports: Pick<Ports, "metadata">,
  { settings, createdAt, updatedAt }: CreationTemplate,
): Promise<Wire<RepositoryCreationTemplate>> {
  const { encryption, repositoryPolicy: policy } = settings;
  const { type: encryptionType, key: kmsKey } = encryption;
  return {
    prefix: settings.prefix,
    description: settings.description,
    encryptionConfiguration: kmsKey === undefined ? { encryptionType } : { encryptionType, kmsKey },
    resourceTags: settings.resourceTags.map(({ key: Key, value: Value }) => ({ Key, Value })),
    ...mutabilityAnswer(settings.tagMutability),
    repositoryPolicy: policy && (await shownPolicyText(ports, policy)),
    lifecyclePolicy: settings.lifecyclePolicy,
    appliedFor: settings.appliedFor,
    customRoleArn: settings.customRoleArn,
    createdAt: epochSeconds(createdAt),
    updatedAt: epochSeconds(updatedAt),
  };
}
