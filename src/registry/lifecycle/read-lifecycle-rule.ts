import { lifecycleLimits } from "./lifecycle-limits.ts";
import { type LifecycleMembers, missingMembers, unknownMembers } from "./lifecycle-members.ts";
import type {
  LifecycleActionType,
  LifecycleCount,
  LifecycleCountType,
  LifecycleStorageClass,
  LifecycleTagStatus,
  TagSelection,
} from "./lifecycle-rule.ts";

/** Members that rules of policies and extensions read alike. */
export const lifecycleMembers = {
  text: { required: ["rules"], optional: [] },
  action: { required: ["type"], optional: ["targetStorageClass"] },
} as const;

export const countTypes: readonly LifecycleCountType[] = [
  "imageCountMoreThan",
  "sinceImagePushed",
  "sinceImagePulled",
  "sinceImageTransitioned",
];
export const tagStatuses: readonly LifecycleTagStatus[] = ["tagged", "untagged", "any"];
const storageClasses: readonly LifecycleStorageClass[] = ["standard", "archive"];

/** What an action may count. Source: ECR, "Lifecycle policy properties"; `retain` is ours. */
export type CountTypesOf = Readonly<
  Partial<
    Record<
      LifecycleActionType,
      Readonly<Record<LifecycleStorageClass, readonly LifecycleCountType[]>>
    >
  >
>;

export function readStorageClass(selection: LifecycleMembers): LifecycleStorageClass {
  return selection.word("storageClass", storageClasses) ?? "standard";
}

/** ECR's two kinds of lists, or neither. */
export function readTagLists(selection: LifecycleMembers): TagSelection[] {
  return (["tagPatternList", "tagPrefixList"] as const).flatMap((by) => {
    const entries = selection.texts(by);
    if (entries === undefined) return [];
    const most = lifecycleLimits.patternStars;
    for (const entry of by === "tagPatternList" ? entries : []) {
      if (entry.split("*").length - 1 <= most) continue;
      throw selection.refusal(`A tag pattern can have at most ${most} wildcards (*)`, by);
    }
    return [{ by, entries }];
  });
}

/** @param allowed what may be counted; a combination that is not there is refused */
export function readCount(
  selection: LifecycleMembers,
  countType: LifecycleCountType,
  rule: { action: LifecycleActionType; storageClass: LifecycleStorageClass },
  allowed: CountTypesOf,
): LifecycleCount {
  const { action, storageClass } = rule;
  if (!allowed[action]?.[storageClass].includes(countType)) {
    const sentence = `countType=${countType} cannot be used with action type=${action}`;
    throw selection.refusal(`${sentence} and storageClass=${storageClass}`);
  }
  const inDays = countType !== "imageCountMoreThan";
  const unit = selection.word("countUnit", ["days"]);
  if (inDays && unit === undefined) throw selection.refusal(missingMembers(["countUnit"]));
  const minimum = countType === "sinceImageTransitioned" ? lifecycleLimits.archiveMinimumDays : 1;
  const countNumber = selection.integer("countNumber", minimum);
  if (countNumber === undefined) throw selection.refusal(missingMembers(["countNumber"]));
  return { countType, countNumber };
}

export function readAction<Type extends LifecycleActionType>(
  members: LifecycleMembers,
  types: readonly Type[],
): Type {
  const type = members.word("type", types)!;
  const target = members.word("targetStorageClass", ["archive"]);
  if (type === "transition" && target === undefined) {
    throw members.refusal(missingMembers(["targetStorageClass"]));
  }
  if (type !== "transition" && target !== undefined) {
    throw members.refusal(unknownMembers(["targetStorageClass"]));
  }
  return type;
}
