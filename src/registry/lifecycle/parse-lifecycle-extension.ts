import type { TagPatterns } from "../../ports/tag-patterns.ts";
import { invalidParameter, isRegistryError, RegistryError } from "../errors.ts";
import { lifecycleLimits } from "./lifecycle-limits.ts";
import { LifecycleMembers, type Refusals, unknownMembers } from "./lifecycle-members.ts";
import {
  byPriority,
  type LifecycleActionType,
  type LifecycleCount,
  type LifecycleRule,
  type LifecycleStorageClass,
  type LifecycleTagStatus,
  sharedPriority,
  type TagSelection,
} from "./lifecycle-rule.ts";
import { policyCountTypes } from "./parse-lifecycle-policy.ts";
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
  optional: ["description", "perTag"],
} as const;
const selectionMembers = {
  required: ["tagStatus"],
  optional: [
    "tagPatternList",
    "tagPrefixList",
    "tagRegularExpression",
    "tagSemverRange",
    "storageClass",
    "countType",
    "countUnit",
    "countNumber",
  ],
} as const;

const refusals: Refusals = {
  refuse: (sentence, path) => refusal(path === "" ? sentence : `${path}: ${sentence}`),
  notJson: (reason) => reason,
  isNull: "null is no value",
};

function refusal(sentence: string): RegistryError {
  return invalidParameter("extensionText", sentence);
}

const retained = ["imageCountMoreThan", "sinceImagePushed", "sinceImagePulled"] as const;

const extensionCountTypes: CountTypesOf = {
  ...policyCountTypes,
  expire: {
    standard: [...policyCountTypes.expire.standard, "sinceImagePulled"],
    archive: policyCountTypes.expire.archive,
  },
  retain: { standard: retained, archive: retained },
};

/**
 * The rules that stand beside a lifecycle policy, by priority: what ECR has no words for.
 * @param policy the rules of the policy, with which priorities are shared
 * @throws InvalidParameter with what is wrong, and where
 */
export function parseLifecycleExtension(
  text: string,
  policy: readonly LifecycleRule[],
  patterns: TagPatterns,
): readonly LifecycleRule[] {
  const most = lifecycleLimits.policyCharacters;
  if (text.length > most) throw refusal(`the text has more than ${most} characters`);
  const extension = LifecycleMembers.read(text, lifecycleMembers.text, refusals);
  const counted = countingSteps(patterns);
  const rules = extension
    .objects("rules", lifecycleLimits.rules, ruleMembers)
    .map((members) => readRule(members, counted));
  const twice = sharedPriority([...policy, ...rules]);
  if (twice !== undefined) {
    const sentence = `two rules of policy and extension have the rulePriority ${twice}`;
    throw refusal(sentence);
  }
  return byPriority(rules);
}

/** Each rule looks at each tag: what all expressions take together is bounded as well. */
function countingSteps(patterns: TagPatterns): TagPatterns {
  let all = 0;
  return {
    regularExpression: (text) => {
      const matcher = patterns.regularExpression(text);
      all += matcher.steps;
      const most = lifecycleLimits.patternSteps;
      if (all <= most) return matcher;
      const sentence = `all regular expressions up to here have ${all} instructions, more than ${most}`;
      throw new RegistryError("InvalidParameter", sentence);
    },
    semverRange: (text) => patterns.semverRange(text),
  };
}

function readRule(members: LifecycleMembers, patterns: TagPatterns): LifecycleRule {
  const rulePriority = members.integer("rulePriority", 1)!;
  const description = members.text("description");
  const selection = members.object("selection", selectionMembers);
  const action = readAction(members.object("action", lifecycleMembers.action), [
    "expire",
    "transition",
    "retain",
  ]);
  const tagStatus = selection.word("tagStatus", tagStatuses)!;
  const tags = readTags(selection, tagStatus, patterns);
  const storageClass = readStorageClass(selection);
  const count = readOptionalCount(selection, action, storageClass);
  const perTag = members.boolean("perTag") ?? false;
  if (perTag && (tagStatus !== "tagged" || action !== "expire")) {
    const sentence = "only a rule that expires and whose tagStatus is tagged can be per tag";
    throw members.refusal(sentence, "perTag");
  }
  return { rulePriority, description, tagStatus, tags, storageClass, count, action, perTag };
}

function readTags(
  selection: LifecycleMembers,
  tagStatus: LifecycleTagStatus,
  patterns: TagPatterns,
): TagSelection | undefined {
  const found = readTagLists(selection);
  for (const by of ["tagRegularExpression", "tagSemverRange"] as const) {
    const text = selection.text(by);
    if (text === undefined) continue;
    checkPattern(selection, by, text, patterns);
    found.push({ by, text });
  }
  if (tagStatus !== "tagged" && found.length > 0) {
    throw selection.refusal("only images that are tagged can be selected by tag", found[0]!.by);
  }
  if (tagStatus === "tagged" && found.length !== 1) {
    const kinds = "tagPatternList, tagPrefixList, tagRegularExpression or tagSemverRange";
    throw selection.refusal(`images that are tagged are selected by exactly one of ${kinds}`);
  }
  return found[0];
}

function checkPattern(
  selection: LifecycleMembers,
  by: "tagRegularExpression" | "tagSemverRange",
  text: string,
  patterns: TagPatterns,
): void {
  try {
    if (by === "tagRegularExpression") patterns.regularExpression(text);
    else patterns.semverRange(text);
  } catch (error) {
    if (!isRegistryError(error)) throw error;
    throw selection.refusal(error.message, by);
  }
}

function readOptionalCount(
  selection: LifecycleMembers,
  action: LifecycleActionType,
  storageClass: LifecycleStorageClass,
): LifecycleCount | undefined {
  const countType = selection.word("countType", countTypes);
  if (countType !== undefined) {
    if (countType === "imageCountMoreThan" && selection.has("countUnit")) {
      throw selection.refusal("images are counted, not days", "countUnit");
    }
    return readCount(selection, countType, { action, storageClass }, extensionCountTypes);
  }
  if (action !== "retain")
    throw selection.refusal("only a rule that retains can be without a countType");
  for (const key of ["countUnit", "countNumber"]) {
    if (selection.has(key)) throw selection.refusal(unknownMembers([key]));
  }
  return undefined;
}
