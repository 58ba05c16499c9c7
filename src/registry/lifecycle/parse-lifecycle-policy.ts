import { invalidParameter, type RegistryError } from "../errors.ts";
import { lifecycleLimits } from "./lifecycle-limits.ts";
import { LifecycleMembers, type Refusals } from "./lifecycle-members.ts";
import {
  byPriority,
  type LifecycleRule,
  sharedPriority,
  type TagSelection,
} from "./lifecycle-rule.ts";
import {
  type CountTypesOf,
  countTypes,
  lifecycleMembers,
  readAction,
  readCount,
  readStorageClass,
  readTagLists,
  tagStatuses,
} from "./read-lifecycle-rule.ts";

const ruleMembers = {
  required: ["rulePriority", "selection", "action"],
  optional: ["description"],
} as const;
const selectionMembers = {
  required: ["tagStatus", "countType", "countNumber"],
  optional: ["tagPatternList", "tagPrefixList", "storageClass", "countUnit"],
} as const;

const noSchema = "instance failed to match exactly one schema (matched 0 out of 2)";

const refusals: Refusals = {
  refuse: (sentence) => lifecyclePolicyRefusal(sentence),
  notJson: () => "Could not map policyString into LifecyclePolicy.",
  isNull: noSchema,
};

/** ECR's refusal of a lifecycle policy: InvalidParameter. */
export function lifecyclePolicyRefusal(sentence: string): RegistryError {
  const constraint = `Lifecycle policy validation failure: ${sentence}`;
  return invalidParameter("LifecyclePolicyText", constraint);
}

/** What each action may count in each storage class. Source: ECR, "Lifecycle policy properties". */
export const policyCountTypes = {
  expire: {
    standard: ["imageCountMoreThan", "sinceImagePushed"],
    archive: ["sinceImageTransitioned"],
  },
  transition: {
    standard: ["imageCountMoreThan", "sinceImagePushed", "sinceImagePulled"],
    archive: [],
  },
} as const satisfies CountTypesOf;

/**
 * The rules of a lifecycle policy as ECR takes it, by priority.
 * @param minimumCharacters of the text; a template's may be shorter
 * @throws InvalidParameter in ECR's words where they are known. Source: ECR, "Lifecycle policy
 * properties"; `LifecyclePolicyText` of the API model.
 */
export function parseLifecyclePolicy(
  text: string,
  minimumCharacters: number = lifecycleLimits.policyMinimumCharacters,
): readonly LifecycleRule[] {
  const most = lifecycleLimits.policyCharacters;
  if (text.length < minimumCharacters || text.length > most) {
    throw lifecyclePolicyRefusal(`The text must have ${minimumCharacters} to ${most} characters`);
  }
  const policy = LifecycleMembers.read(text, lifecycleMembers.text, refusals);
  const rules = policy.objects("rules", lifecycleLimits.rules, ruleMembers).map(readRule);
  checkTogether(rules);
  return byPriority(rules);
}

function readRule(members: LifecycleMembers): LifecycleRule {
  const rulePriority = members.integer("rulePriority", 1)!;
  const description = members.text("description");
  const selection = members.object("selection", selectionMembers);
  const action = readAction(members.object("action", lifecycleMembers.action), [
    "expire",
    "transition",
  ]);
  const tagStatus = selection.word("tagStatus", tagStatuses)!;
  const lists = readTagLists(selection);
  if (lists.length > 1) {
    throw selection.refusal("Only one of tagPrefixList and tagPatternList can be specified.");
  }
  if (tagStatus === "tagged" && lists.length === 0) {
    const sentence = "Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED.";
    throw selection.refusal(sentence);
  }
  if (tagStatus !== "tagged" && lists.length > 0) {
    throw selection.refusal(`Cannot specify ${lists[0]!.by} unless tagStatus=TAGGED.`);
  }
  const storageClass = readStorageClass(selection);
  const countType = selection.word("countType", countTypes, noSchema)!;
  if (countType === "imageCountMoreThan" && selection.has("countUnit")) {
    throw selection.refusal(noSchema);
  }
  const count = readCount(selection, countType, { action, storageClass }, policyCountTypes);
  const tags = lists[0];
  const perTag = false;
  return { rulePriority, description, tagStatus, tags, storageClass, count, action, perTag };
}

function checkTogether(rules: readonly LifecycleRule[]): void {
  const twice = sharedPriority(rules);
  if (twice !== undefined) {
    throw lifecyclePolicyRefusal(
      `Each rule must have a unique rulePriority: ${twice} is used twice.`,
    );
  }
  for (const storageClass of ["standard", "archive"]) {
    checkStorageClass(byPriority(rules.filter((rule) => rule.storageClass === storageClass)));
  }
}

/** @param rules of one storage class, by priority */
function checkStorageClass(rules: readonly LifecycleRule[]): void {
  if (rules.slice(0, -1).some(({ tagStatus }) => tagStatus === "any")) {
    const sentence = "Rule for tagStatus=ANY must have the lowest priority per storage class.";
    throw lifecyclePolicyRefusal(sentence);
  }
  if (rules.filter(({ tagStatus }) => tagStatus === "untagged").length > 1) {
    throw lifecyclePolicyRefusal("Only one rule can select Untagged images per storage class.");
  }
  const seen = new Set<string>();
  for (const { tags } of rules) {
    if (tags === undefined) continue;
    const key = setOf(tags);
    if (seen.has(key)) {
      const sentence = `Two rules have the same ${tags.by} in one storage class.`;
      throw lifecyclePolicyRefusal(sentence);
    }
    seen.add(key);
  }
}

/** Equal for equal sets, in whatever order, whatever is repeated. */
function setOf(tags: TagSelection): string {
  const entries = "entries" in tags ? tags.entries : [tags.text];
  return JSON.stringify([tags.by, ...new Set(entries.toSorted())]);
}
