import { describe, expect, it } from "vitest";
import { parseLifecyclePolicy } from "./parse-lifecycle-policy.ts";

const count = { countType: "imageCountMoreThan", countNumber: 1 };
const age = { countType: "sinceImagePushed", countUnit: "days", countNumber: 1 };
const expire = { type: "expire" };
const transition = { type: "transition", targetStorageClass: "archive" };
const archived = {
  storageClass: "archive",
  countType: "sinceImageTransitioned",
  countUnit: "days",
  countNumber: 90,
};
const description = "a".repeat(100);

function rule(selection: object = { tagStatus: "any", ...count }, more: object = {}) {
  return { rulePriority: 1, description, selection, action: expire, ...more };
}

function parse(...rules: readonly object[]) {
  return parseLifecyclePolicy(JSON.stringify({ rules }));
}

function refused(sentence: string) {
  return expect.objectContaining({
    kind: "InvalidParameter",
    message: `Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy validation failure: ${sentence}'`,
  });
}

const noSchema = "instance failed to match exactly one schema (matched 0 out of 2)";
const noJson = "Could not map policyString into LifecyclePolicy.";
const notAllowed = "object instance has properties which are not allowed by the schema";
const missing = "object has missing required properties";
const tooLow = "numeric instance is lower than the required minimum";
const any = { tagStatus: "any" };
const tagged = { tagStatus: "tagged" };

describe("a lifecycle policy", () => {
  it("is read into rules by priority, whatever order they stand in", () => {
    const rules = parse(
      rule({ tagStatus: "any", ...count }, { rulePriority: 20 }),
      rule({ ...tagged, tagPatternList: ["v*", "*-rc"], ...age }, { rulePriority: 3 }),
      rule({ tagStatus: "untagged", ...age }, { rulePriority: 7, action: transition }),
      rule({ ...any, ...archived }, { rulePriority: 1 }),
    );
    expect(rules.map(({ rulePriority }) => rulePriority)).toEqual([1, 3, 7, 20]);
    expect(rules[1]).toEqual({
      rulePriority: 3,
      description,
      tagStatus: "tagged",
      tags: { by: "tagPatternList", entries: ["v*", "*-rc"] },
      storageClass: "standard",
      count: { countType: "sinceImagePushed", countNumber: 1 },
      action: "expire",
      perTag: false,
    });
    expect(rules[2]).toMatchObject({ action: "transition", tags: undefined });
  });

  it("has between 100 and 30,720 characters; a template's may be shorter", () => {
    const short = JSON.stringify({ rules: [rule(undefined, { description: "" })] });
    expect(() => parseLifecyclePolicy(short.slice(0, 99))).toThrow("100 to 30720 characters");
    const bare = JSON.stringify({
      rules: [{ rulePriority: 1, selection: { ...any, ...count }, action: expire }],
    });
    expect(parseLifecyclePolicy(bare, 0)).toHaveLength(1);
    const long = JSON.stringify({ rules: [rule()] });
    expect(parseLifecyclePolicy(long.padEnd(30_720))).toHaveLength(1);
    expect(() => parseLifecyclePolicy(long.padEnd(30_721))).toThrow("100 to 30720 characters");
  });

  it.each<[string, string, string]>([
    ["no JSON", `{"rules": [${" ".repeat(100)}`, noJson],
    ["a key that is given twice", `{"rules":[],"rules":[]${" ".repeat(100)}}`, noJson],
    ["nesting without end", "[".repeat(200), noJson],
    [
      "a list",
      `[${" ".repeat(100)}]`,
      'instance type (array) does not match any allowed primitive type (allowed: ["object"])',
    ],
    ["an empty object", `{${" ".repeat(100)}}`, `${missing} (["rules"])`],
    ["a key that is not known", `{"rules":[],"x":1${" ".repeat(100)}}`, `${notAllowed}: (["x"])`],
    ["a key in another case", `{"Rules":[]${" ".repeat(100)}}`, `${notAllowed}: (["Rules"])`],
    [
      "no rules",
      `{"rules":[]${" ".repeat(100)}}`,
      "array is too short: must have at least 1 elements but instance has 0 elements",
    ],
  ])("is refused as ECR does for %s", (_what, text, sentence) => {
    expect(() => parseLifecyclePolicy(text)).toThrow(refused(sentence));
  });

  it.each<[string, object, string]>([
    ["no action", { ...rule(), action: undefined }, `${missing} (["action"])`],
    ["no tag status", rule({ ...count }), `${missing} (["tagStatus"])`],
    ["a member too many", rule({ ...any, ...count, x: 1 }), `${notAllowed}: (["x"])`],
    ["a member of ours", { ...rule(), perTag: true }, `${notAllowed}: (["perTag"])`],
    ["null", rule({ ...any, ...count, storageClass: null }), noSchema],
    ["null in a list", rule({ ...tagged, tagPrefixList: [null], ...count }), noSchema],
    ["an unknown count", rule({ ...any, ...count, countType: "x" }), noSchema],
    ["days of a count", rule({ ...any, ...count, countUnit: "days" }), noSchema],
    [
      "no unit of an age",
      rule({ ...any, ...age, countUnit: undefined }),
      `${missing} (["countUnit"])`,
    ],
    [
      "another unit",
      rule({ ...any, ...age, countUnit: "hours" }),
      'instance value ("hours") not found in enum (possible values: ["days"])',
    ],
    [
      "a count of 0",
      rule({ ...any, ...count, countNumber: 0 }),
      `${tooLow} (minimum: 1, found: 0)`,
    ],
    ["a priority of 0", rule(undefined, { rulePriority: 0 }), `${tooLow} (minimum: 1, found: 0)`],
    [
      "half an image",
      rule({ ...any, ...count, countNumber: 1.5 }),
      'instance type (number) does not match any allowed primitive type (allowed: ["integer"])',
    ],
    [
      "a text for a number",
      rule({ ...any, ...count, countNumber: "1" }),
      'instance type (string) does not match any allowed primitive type (allowed: ["integer"])',
    ],
    [
      "89 days in the archive",
      rule({ ...any, ...archived, countNumber: 89 }),
      `${tooLow} (minimum: 90, found: 89)`,
    ],
    [
      "a transition to nowhere",
      rule(undefined, { action: { type: "transition" } }),
      `${missing} (["targetStorageClass"])`,
    ],
    [
      "an expiry to somewhere",
      rule(undefined, { action: { type: "expire", targetStorageClass: "archive" } }),
      `${notAllowed}: (["targetStorageClass"])`,
    ],
    [
      "an action of ours",
      rule(undefined, { action: { type: "retain" } }),
      'instance value ("retain") not found in enum (possible values: ["expire","transition"])',
    ],
    [
      "tagged without tags",
      rule({ ...tagged, ...count }),
      "Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED.",
    ],
    [
      "both kinds of lists",
      rule({ ...tagged, tagPrefixList: ["a"], tagPatternList: ["a"], ...count }),
      "Only one of tagPrefixList and tagPatternList can be specified.",
    ],
    [
      "tags of untagged images",
      rule({ tagStatus: "untagged", tagPrefixList: ["a"], ...count }),
      "Cannot specify tagPrefixList unless tagStatus=TAGGED.",
    ],
    [
      "an empty list",
      rule({ ...tagged, tagPrefixList: [], ...count }),
      "array is too short: must have at least 1 elements but instance has 0 elements",
    ],
    [
      "five stars",
      rule({ ...tagged, tagPatternList: ["*a*b*c*d*"], ...count }),
      "A tag pattern can have at most 4 wildcards (*)",
    ],
    [
      "an expiry by pulls",
      rule({ ...any, ...age, countType: "sinceImagePulled" }),
      "countType=sinceImagePulled cannot be used with action type=expire and storageClass=standard",
    ],
    [
      "a transition out of the archive",
      rule({ ...any, ...archived }, { action: transition }),
      "countType=sinceImageTransitioned cannot be used with action type=transition and storageClass=archive",
    ],
    [
      "a count in the archive",
      rule({ ...any, ...count, storageClass: "archive" }),
      "countType=imageCountMoreThan cannot be used with action type=expire and storageClass=archive",
    ],
  ])("is refused for %s", (_what, wrong, sentence) => {
    expect(() => parse(wrong)).toThrow(refused(sentence));
  });

  it("is refused for more than 50 rules", () => {
    const rules = Array.from({ length: 51 }, (_, index) =>
      rule(
        { ...tagged, tagPrefixList: [`${index}`], ...count },
        { rulePriority: index + 1, description: "" },
      ),
    );
    expect(parse(...rules.slice(1))).toHaveLength(50);
    expect(() => parse(...rules)).toThrow(
      refused("array is too long: must have at most 50 elements but instance has 51 elements"),
    );
  });

  it("has each priority once, any last, untagged once and no set of tags twice, per storage class", () => {
    const second = { rulePriority: 2 };
    const both = (one: object, other: object) => () => parse(rule(one), rule(other, second));
    expect(() => parse(rule(), rule({ tagStatus: "untagged", ...age }))).toThrow(
      refused("Each rule must have a unique rulePriority: 1 is used twice."),
    );
    const anyFirst = refused(
      "Rule for tagStatus=ANY must have the lowest priority per storage class.",
    );
    expect(both({ ...any, ...age }, { tagStatus: "untagged", ...age })).toThrow(anyFirst);
    expect(both({ ...any, ...age }, { ...any, ...count })).toThrow(anyFirst);
    expect(both({ ...any, ...age }, { ...any, ...archived })).not.toThrow();
    expect(both({ tagStatus: "untagged", ...age }, { tagStatus: "untagged", ...count })).toThrow(
      refused("Only one rule can select Untagged images per storage class."),
    );
    const tags = (...tagPrefixList: string[]) => ({ ...tagged, tagPrefixList });
    expect(both({ ...tags("a", "b"), ...age }, { ...tags("b", "a", "b"), ...count })).toThrow(
      refused("Two rules have the same tagPrefixList in one storage class."),
    );
    expect(both({ ...tags("a", "b"), ...age }, { ...tags("a"), ...count })).not.toThrow();
    expect(both({ ...tags("a"), ...age }, { ...tags("a"), ...archived })).not.toThrow();
    const asPatterns = { ...tagged, tagPatternList: ["a"] };
    expect(both({ ...tags("a"), ...age }, { ...asPatterns, ...count })).not.toThrow();
  });
});
