import { invalidParameter } from "../../registry/errors.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { type ExplainedImage, explainImage } from "../../registry/lifecycle/explain-image.ts";
import type { RuleExplanation } from "../../registry/lifecycle/explain-lifecycle.ts";
import type { LifecycleBlock } from "../../registry/lifecycle/stored-lifecycle.ts";
import { parseTag } from "../../registry/names.ts";
import { imageTagConditions, repositoryResource } from "../ecr/resource.ts";
import { imageTag, registryId, repositoryName, request, storedDigest } from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { type WireAction, wireAction, wireStorageClass } from "./lifecycle-words.ts";

interface RuleAnswer {
  readonly rulePriority: number;
  /** Whether storage class and tags are the rule's. */
  readonly matches: boolean;
  /** Whether the rule would act on the image by itself, or retains it. */
  readonly marked: boolean;
  /** The rule before it that has the image to itself. */
  readonly shieldedBy?: number;
  readonly sentence: string;
}

/** What rules go by. Times are epoch seconds, with the milliseconds as fraction. */
interface ImageFacts {
  readonly imageDigest: string;
  readonly imageTags: readonly string[];
  readonly imageStatus: string;
  readonly storageClass: "STANDARD" | "ARCHIVE";
  readonly imageSizeInBytes: number;
  readonly imagePushedAt: number;
  readonly lastRecordedPullTime?: number;
  readonly lastArchivedAt?: number;
  readonly lastActivatedAt?: number;
  readonly inUse: boolean;
  readonly referencedByIndex: boolean;
  readonly referencedByArchivedIndex: boolean;
  /** Whether what it refers to is here: then it goes when that goes. */
  readonly hasSubject: boolean;
}

interface Explanation {
  readonly registryId: string;
  readonly repositoryName: string;
  /** Absent while it is on its way back from the archive. */
  readonly image?: ImageFacts;
  /** What is done to it, or would be if it were not for `blockedBy`. */
  readonly action: "NONE" | WireAction;
  readonly rulePriority?: number;
  readonly blockedBy?: LifecycleBlock;
  readonly sentence: string;
  /** By priority. */
  readonly rules: readonly RuleAnswer[];
}

/** Why the rules of a repository do to an image what they do, or nothing. Changes nothing. */
export const explainLifecycle = operation("entrepot:ExplainLifecycle", {
  input: request({
    registryId,
    repositoryName,
    imageDigest: storedDigest.optional(),
    imageTag: imageTag.optional(),
  }),
  resource: repositoryResource,
  conditions: ({ imageTag: tag }) => imageTagConditions([tag]),
  access: "Read",
  errors: ["InvalidParameter", "RepositoryNotFound", "LifecyclePolicyNotFound", "ImageNotFound"],
  async handle(input, { ports, caller }): Promise<Explanation> {
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name, imageDigest: digest } = input;
    if (digest === undefined && input.imageTag === undefined) {
      throw invalidParameter("imageDigest", "imageDigest or imageTag must be set");
    }
    const tag = input.imageTag === undefined ? undefined : parseTag(input.imageTag);
    const explained = await explainImage(ports, registry, name, { digest, tag });
    const { action, rulePriority, reason, sentence, rules } = explained.explanation;
    const image = factsOf(explained);
    return {
      ...{ registryId: registry.account, repositoryName: name },
      ...(image === undefined ? {} : { image }),
      action: action === "none" ? "NONE" : wireAction(action),
      ...(rulePriority === undefined ? {} : { rulePriority }),
      ...(reason === undefined ? {} : { blockedBy: reason }),
      sentence,
      rules: rules.map(ruleAnswerOf),
    };
  },
});

function ruleAnswerOf({ shieldedBy, ...rule }: RuleExplanation): RuleAnswer {
  return { ...rule, ...(shieldedBy === undefined ? {} : { shieldedBy }) };
}

function factsOf({ image, candidate }: ExplainedImage): ImageFacts | undefined {
  if (candidate === undefined) return undefined;
  const { pulledAt, archivedAt, activatedAt } = candidate;
  return {
    imageDigest: candidate.digest,
    imageTags: candidate.tags,
    imageStatus: image.state,
    storageClass: wireStorageClass(candidate.storageClass),
    imageSizeInBytes: candidate.sizeBytes,
    imagePushedAt: epochSeconds(candidate.pushedAt),
    ...(pulledAt === undefined ? {} : { lastRecordedPullTime: epochSeconds(pulledAt) }),
    ...(archivedAt === undefined ? {} : { lastArchivedAt: epochSeconds(archivedAt) }),
    ...(activatedAt === undefined ? {} : { lastActivatedAt: epochSeconds(activatedAt) }),
    inUse: candidate.inUse,
    referencedByIndex: candidate.isReferencedByIndex,
    referencedByArchivedIndex: candidate.isReferencedByArchivedIndex,
    hasSubject: candidate.isReferrerOfLive,
  };
}
