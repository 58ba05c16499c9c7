import { describe, expect, it } from "vitest";
import { PackageTagPatterns } from "../../adapters/patterns/package-tag-patterns.ts";
import { parseLifecycleExtension } from "./parse-lifecycle-extension.ts";
import { parseLifecyclePolicy } from "./parse-lifecycle-policy.ts";

const patterns = new PackageTagPatterns();
const count = { countType: "imageCountMoreThan", countNumber: 1 };
const age = { countType: "sinceImagePushed", countUnit: "days", countNumber: 1 };
const any = { tagStatus: "any" };
const tagged = { tagStatus: "tagged" };
const expire = { type: "expire" };
const retain = { type: "retain" };

function rule(selection: object, action: object = expire, more: object = {}) {
  return { rulePriority: 2, selection, action, ...more };
}

const policy = parseLifecyclePolicy(
  JSON.stringify({ rules: [rule({ ...any, ...count }, expire, { rulePriority: 1 })] }),
  0,
);

function parse(...rules: readonly object[]) {
  return parseLifecycleExtension(JSON.stringify({ rules }), policy, patterns);
}

describe("a lifecycle extension", () => {
  it("takes what ECR has no words for", () => {
    const pulled = { countType: "sinceImagePulled", countUnit: "days", countNumber: 30 };
    const rules = parse(
      rule({ ...tagged, tagRegularExpression: "pr-[0-9]+", ...age }, expire, { perTag: true }),
      rule({ ...any, ...pulled }, expire, { rulePriority: 9 }),
      rule({ ...tagged, tagSemverRange: ">=1.0.0" }, retain, { rulePriority: 7 }),
      rule({ ...any, ...count, storageClass: "archive" }, retain, { rulePriority: 8 }),
      rule({ ...tagged, tagPatternList: ["a*"], ...age }, expire, {
        rulePriority: 4,
        perTag: false,
      }),
    );
    expect(rules).toMatchObject([
      { rulePriority: 2, perTag: true, tags: { by: "tagRegularExpression", text: "pr-[0-9]+" } },
      { rulePriority: 4, perTag: false },
      { rulePriority: 7, action: "retain", count: undefined, tags: { by: "tagSemverRange" } },
      { rulePriority: 8, storageClass: "archive" },
      { rulePriority: 9, count: { countType: "sinceImagePulled", countNumber: 30 } },
    ]);
  });

  it.each<[string, object, string]>([
    [
      "a member too many",
      rule({ ...any, ...count, x: 1 }),
      'selection: object instance has properties which are not allowed by the schema: (["x"])',
    ],
    [
      "null",
      rule({ ...any, ...count, storageClass: null }),
      "selection.storageClass: null is no value",
    ],
    [
      "a priority of the policy",
      rule({ ...any, ...count }, expire, { rulePriority: 1 }),
      "two rules of policy and extension have the rulePriority 1",
    ],
    [
      "tagged without tags",
      rule({ ...tagged, ...count }),
      "selection: images that are tagged are selected by exactly one of tagPatternList, tagPrefixList, tagRegularExpression or tagSemverRange",
    ],
    [
      "two kinds of tags",
      rule({ ...tagged, tagPrefixList: ["a"], tagSemverRange: "1", ...count }),
      "selection: images that are tagged are selected by exactly one of tagPatternList, tagPrefixList, tagRegularExpression or tagSemverRange",
    ],
    [
      "tags of any image",
      rule({ ...any, tagSemverRange: "1", ...count }),
      "selection.tagSemverRange: only images that are tagged can be selected by tag",
    ],
    [
      "no expression",
      rule({ ...tagged, tagRegularExpression: "a[", ...count }),
      "selection.tagRegularExpression: error parsing regexp: missing closing ]: `[`",
    ],
    [
      "no range",
      rule({ ...tagged, tagSemverRange: "latest", ...count }),
      "selection.tagSemverRange: it is no range of semantic versions: Invalid comparator: latest",
    ],
    [
      "an expiry of nothing counted",
      rule(any),
      "selection: only a rule that retains can be without a countType",
    ],
    [
      "a number of nothing",
      rule({ ...any, countNumber: 3 }, retain),
      'selection: object instance has properties which are not allowed by the schema: (["countNumber"])',
    ],
    [
      "days of a count",
      rule({ ...any, ...count, countUnit: "days" }),
      "selection.countUnit: images are counted, not days",
    ],
    [
      "no number",
      rule({ ...any, countType: "imageCountMoreThan" }),
      'selection: object has missing required properties (["countNumber"])',
    ],
    [
      "retention since the archive",
      rule({ ...any, ...age, countType: "sinceImageTransitioned" }, retain),
      "selection: countType=sinceImageTransitioned cannot be used with action type=retain and storageClass=standard",
    ],
    [
      "retention elsewhere",
      rule(any, { type: "retain", targetStorageClass: "archive" }),
      'action: object instance has properties which are not allowed by the schema: (["targetStorageClass"])',
    ],
    [
      "per tag without tags",
      rule({ ...any, ...count }, expire, { perTag: true }),
      "perTag: only a rule that expires and whose tagStatus is tagged can be per tag",
    ],
    [
      "per tag that retains",
      rule({ ...tagged, tagPrefixList: ["a"] }, retain, { perTag: true }),
      "perTag: only a rule that expires and whose tagStatus is tagged can be per tag",
    ],
    [
      "per tag in words",
      rule({ ...any, ...count }, expire, { perTag: "yes" }),
      'perTag: instance type (string) does not match any allowed primitive type (allowed: ["boolean"])',
    ],
  ])("is refused for %s, with the place", (_what, wrong, sentence) => {
    const path = sentence.startsWith("two rules") ? "" : "rules[0].";
    expect(() => parse(wrong)).toThrow(
      expect.objectContaining({
        kind: "InvalidParameter",
        message: `Invalid parameter at 'extensionText' failed to satisfy constraint: '${path}${sentence}'`,
      }),
    );
  });

  it("is refused for expressions that are too large together", () => {
    const large = (rulePriority: number) =>
      rule({ ...tagged, tagRegularExpression: "[a-z]{200}", ...age }, expire, { rulePriority });
    expect(parse(large(2), large(3))).toHaveLength(2);
    expect(() => parse(large(2), large(3), large(4))).toThrow(
      "rules[2].selection.tagRegularExpression: all regular expressions up to here have 606 instructions, more than 500",
    );
  });

  it("is refused as a whole where it is too long, no JSON, or has no rules", () => {
    const parseText = (text: string) => () => parseLifecycleExtension(text, policy, patterns);
    expect(parseText(" ".repeat(30_721))).toThrow("the text has more than 30720 characters");
    expect(parseText("{")).toThrow("'Invalid JSON syntax'");
    expect(parseText('{"rules":[],"rules":[]}')).toThrow("the key 'rules' is given twice");
    expect(parseText('{"rules":[]}')).toThrow("rules: array is too short");
    expect(parse(rule({ ...any, ...count }))).toHaveLength(1);
  });
});
