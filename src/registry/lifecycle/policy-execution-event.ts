import type { Digest, RepositoryName, Tag } from "../names.ts";
import { lifecycleLimits } from "./lifecycle-limits.ts";
import type { LifecycleRule, LifecycleTagStatus, TagSelection } from "./lifecycle-rule.ts";
import type { LifecycleBlock, LifecycleRun, LifecycleRunImage } from "./stored-lifecycle.ts";

/** A rule as the event tells of it. What is ours bears the extension's names. */
export interface LifecycleEventRule {
  readonly rulePriority: number;
  readonly description?: string;
  readonly lifecycleEventSelection: {
    readonly tagStatus: "Any" | "Tagged" | "Untagged";
    readonly tagPrefixList: readonly string[];
    readonly tagPatternList?: readonly string[];
    readonly tagRegularExpression?: string;
    readonly tagSemverRange?: string;
    readonly storageClass?: "Archive";
    readonly countType?: string;
    readonly countUnit?: "days";
    readonly countNumber?: number;
  };
  readonly action: LifecycleRule["action"];
  readonly perTag?: true;
}

export interface LifecycleEventImage {
  readonly digest: Digest;
  readonly tagStatus: "Tagged" | "Untagged";
  readonly tagList: readonly Tag[];
  /** Milliseconds since the epoch. */
  readonly pushedAt: number;
}

/** What ECR calls `serviceEventDetails`. */
export interface PolicyExecutionEvent {
  readonly repositoryName: RepositoryName;
  readonly lifecycleEventPolicy: {
    readonly lifecycleEventRules: readonly LifecycleEventRule[];
    /** Milliseconds since the epoch; 0 at the first time. */
    readonly lastEvaluatedAt: number;
    readonly policyVersion: number;
    readonly policyId: string;
  };
  readonly lifecycleEventImageActions: readonly {
    readonly lifecycleEventImage: LifecycleEventImage;
    readonly rulePriority: number;
    /** Ours: the tags alone were taken, and the image stays. */
    readonly action?: "untag";
  }[];
  readonly lifecycleEventFailureDetails: readonly {
    readonly lifecycleEventImage: LifecycleEventImage;
    readonly rulePriority: number;
    readonly failureCode: LifecycleBlock;
    readonly failureReason: string;
  }[];
}

/**
 * What a run did as ECR tells an audit trail of it, in as many events as it takes: each has so many
 * images at most, in the order of the run. None where there are no images.
 * Source: ECR, "Logging Amazon ECR actions with AWS CloudTrail", PolicyExecutionEvent.
 * @param rules those of the run's texts, by `lifecycleRules`
 * @param images the run's, or some of them
 */
export function policyExecutionEvents(
  run: LifecycleRun,
  rules: readonly LifecycleRule[],
  images: readonly LifecycleRunImage[],
): PolicyExecutionEvent[] {
  const lifecycleEventPolicy = {
    lifecycleEventRules: rules.toSorted((a, b) => a.rulePriority - b.rulePriority).map(toEventRule),
    lastEvaluatedAt: run.previousAt ?? 0,
    policyVersion: run.policyVersion,
    // A repository has one policy, which ECR knows by an id of its own.
    policyId: run.repository.id,
  };
  const events: PolicyExecutionEvent[] = [];
  for (let start = 0; start < images.length; start += lifecycleLimits.eventImages) {
    const some = images.slice(start, start + lifecycleLimits.eventImages);
    events.push({
      repositoryName: run.name,
      lifecycleEventPolicy,
      lifecycleEventImageActions: some.filter(({ failure }) => failure === undefined).map(toAction),
      lifecycleEventFailureDetails: some.flatMap(toFailure),
    });
  }
  return events;
}

const tagStatuses = {
  any: "Any",
  tagged: "Tagged",
  untagged: "Untagged",
} as const satisfies Record<LifecycleTagStatus, string>;

const countTypes = {
  imageCountMoreThan: "Image count more than",
  sinceImagePushed: "Since image pushed",
  sinceImagePulled: "Since image pulled",
  sinceImageTransitioned: "Since image transitioned",
} as const;

function toEventRule(rule: LifecycleRule): LifecycleEventRule {
  const { rulePriority, description, count, action } = rule;
  return {
    rulePriority,
    ...(description === undefined ? {} : { description }),
    lifecycleEventSelection: {
      tagStatus: tagStatuses[rule.tagStatus],
      ...toEventTags(rule.tags),
      ...(rule.storageClass === "archive" ? { storageClass: "Archive" } : {}),
      ...(count === undefined ? {} : toEventCount(count)),
    },
    action,
    ...(rule.perTag ? { perTag: true } : {}),
  };
}

function toEventTags(tags: TagSelection | undefined) {
  if (tags === undefined) return { tagPrefixList: [] };
  if (tags.by === "tagPrefixList") return { tagPrefixList: tags.entries };
  const selected = "text" in tags ? tags.text : tags.entries;
  return { tagPrefixList: [], [tags.by]: selected };
}

function toEventCount({ countType, countNumber }: NonNullable<LifecycleRule["count"]>) {
  const inDays = countType !== "imageCountMoreThan";
  return {
    countType: countTypes[countType],
    ...(inDays ? { countUnit: "days" as const } : {}),
    countNumber,
  };
}

function toAction(image: LifecycleRunImage) {
  return {
    lifecycleEventImage: toEventImage(image),
    rulePriority: image.rulePriority,
    ...(image.action === "untag" ? { action: image.action } : {}),
  };
}

function toFailure(image: LifecycleRunImage) {
  const { rulePriority, failure } = image;
  if (failure === undefined) return [];
  const { code: failureCode, reason: failureReason } = failure;
  return [{ lifecycleEventImage: toEventImage(image), rulePriority, failureCode, failureReason }];
}

function toEventImage({ digest, tags, pushedAt }: LifecycleRunImage): LifecycleEventImage {
  const tagList = tags.slice(0, lifecycleLimits.tagsNamed);
  return { digest, tagStatus: tagList.length > 0 ? "Tagged" : "Untagged", tagList, pushedAt };
}
