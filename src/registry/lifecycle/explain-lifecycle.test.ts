import { describe, expect, it } from "vitest";
import { PackageTagPatterns } from "../../adapters/patterns/package-tag-patterns.ts";
import type { CandidateImage } from "./candidate-image.ts";
import { compileLifecycle } from "./compile-lifecycle.ts";
import { LifecycleEvaluation } from "./evaluate-lifecycle.ts";
import { explainLifecycle } from "./explain-lifecycle.ts";
import { parseLifecycleExtension } from "./parse-lifecycle-extension.ts";
import { parseLifecyclePolicy } from "./parse-lifecycle-policy.ts";

const now = 1_700_000_000_000;
const dayMs = 24 * 3_600_000;
const patterns = new PackageTagPatterns();

function image(digest: string, days: number, tags: string[], inUse = false): CandidateImage {
  return {
    digest,
    tags,
    storageClass: "standard",
    pushedAt: now - days * dayMs,
    pulledAt: undefined,
    archivedAt: undefined,
    activatedAt: undefined,
    sizeBytes: 1,
    isReferencedByIndex: false,
    isReferencedByArchivedIndex: false,
    isReferrerOfLive: digest === "R",
    inUse,
  };
}

const images = [
  image("A", 10, ["beta-1", "prod-1"]),
  image("B", 9, ["beta-2", "prod-2"]),
  image("C", 8, ["beta-3"]),
  image("D", 7, ["pr-1", "keep"]),
  image("E", 40, [], true),
  image("F", 41, []),
  image("R", 50, []),
];
const policy = parseLifecyclePolicy(
  JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        selection: {
          tagStatus: "tagged",
          tagPatternList: ["prod*"],
          countType: "imageCountMoreThan",
          countNumber: 1,
        },
        action: { type: "expire" },
      },
      {
        rulePriority: 2,
        selection: {
          tagStatus: "tagged",
          tagPrefixList: ["beta"],
          countType: "imageCountMoreThan",
          countNumber: 1,
        },
        action: { type: "expire" },
      },
      {
        rulePriority: 3,
        selection: {
          tagStatus: "untagged",
          countType: "sinceImagePushed",
          countUnit: "days",
          countNumber: 30,
        },
        action: { type: "transition", targetStorageClass: "archive" },
      },
    ],
  }),
);
const extension = parseLifecycleExtension(
  JSON.stringify({
    rules: [
      {
        rulePriority: 4,
        selection: {
          tagStatus: "tagged",
          tagRegularExpression: "pr-.*",
          countType: "sinceImagePushed",
          countUnit: "days",
          countNumber: 5,
        },
        perTag: true,
        action: { type: "expire" },
      },
      {
        rulePriority: 5,
        selection: { tagStatus: "tagged", tagPatternList: ["prod-1"] },
        action: { type: "retain" },
      },
    ],
  }),
  policy,
  patterns,
);
const evaluation = new LifecycleEvaluation(
  compileLifecycle([...policy, ...extension], patterns),
  now,
);
for (const each of images) evaluation.add(each);
const evaluated = evaluation.finish();

function explained(digest: string) {
  return explainLifecycle(evaluated, images.find((each) => each.digest === digest)!);
}

describe("an explanation", () => {
  it("says of each rule whether it matches, marks, and may act", () => {
    expect(explained("B").rules).toMatchObject([
      { matches: true, marked: false, shieldedBy: undefined },
      { matches: true, marked: true, shieldedBy: 1 },
      { matches: false, marked: false },
      { matches: false, marked: false },
      { matches: false, marked: false },
    ]);
    expect(explained("B").rules.map(({ sentence }) => sentence)).toEqual([
      "Of 2 that match, the rule keeps the 1 youngest: this is one of them.",
      "Of 3 that match, the rule keeps the 1 youngest: this is an older one. Rule 1 comes first and asks for tags that it has, so that this rule never acts on it.",
      "It has tags, and the rule is about images that have none.",
      "It has no tags for tagRegularExpression 'pr-.*'.",
      "It has no tags for tagPatternList 'prod-1'.",
    ]);
  });

  it.each([
    ["A", "Rule 1 would expire it, but rule 5 retains it."],
    [
      "B",
      "Rule 1 has it to itself and does not mark it, and keeps it from the rules after it that do.",
    ],
    ["C", "Rule 2 has it to itself and does not mark it."],
    ["D", "Rule 4 takes these tags from it: pr-1."],
    ["E", "Rule 3 would move it to the archive, but it is in use."],
    ["F", "Rule 3 moves it to the archive."],
    ["R", "It refers to an image that is here, and goes when that one goes."],
  ])("says of %s: %s", (digest, sentence) => {
    expect(explained(digest).sentence).toBe(sentence);
  });
});
