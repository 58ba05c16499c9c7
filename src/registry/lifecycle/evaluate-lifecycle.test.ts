import { describe, expect, it } from "vitest";
import { PackageTagPatterns } from "../../adapters/patterns/package-tag-patterns.ts";
import type { CandidateImage } from "./candidate-image.ts";
import { compileLifecycle } from "./compile-lifecycle.ts";
import { type EvaluatedLifecycle, LifecycleEvaluation } from "./evaluate-lifecycle.ts";
import { parseLifecycleExtension } from "./parse-lifecycle-extension.ts";
import { parseLifecyclePolicy } from "./parse-lifecycle-policy.ts";

const now = 1_700_000_000_000;
const dayMs = 24 * 3_600_000;
const patterns = new PackageTagPatterns();

function image(
  digest: string,
  days: number,
  tags: string[] = [],
  more: Partial<CandidateImage> = {},
) {
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
    isReferrerOfLive: false,
    inUse: false,
    ...more,
  } satisfies CandidateImage as CandidateImage;
}

type Selection = Record<string, unknown>;
const tagged = (...tagPatternList: string[]) => ({ tagStatus: "tagged", tagPatternList });
const untagged = { tagStatus: "untagged" };
const any = { tagStatus: "any" };
const more = (countNumber: number) => ({ countType: "imageCountMoreThan", countNumber });
const since = (countType: string, countNumber: number) => ({
  countType,
  countUnit: "days",
  countNumber,
});
const pushed = (countNumber: number) => since("sinceImagePushed", countNumber);
const expire = { type: "expire" };
const transition = { type: "transition", targetStorageClass: "archive" };
const retain = { type: "retain" };

function rule(rulePriority: number, selection: Selection, action: object = expire, rest = {}) {
  return { rulePriority, selection, action, ...rest };
}

function run(
  images: readonly CandidateImage[],
  policy: readonly object[],
  extension: readonly object[] = [],
): EvaluatedLifecycle {
  const own = policy.length === 0 ? [] : parseLifecyclePolicy(JSON.stringify({ rules: policy }), 0);
  const ours =
    extension.length === 0
      ? []
      : parseLifecycleExtension(JSON.stringify({ rules: extension }), own, patterns);
  const rules = compileLifecycle([...own, ...ours], patterns);
  const evaluation = new LifecycleEvaluation(rules, now);
  for (const each of images) evaluation.add(each);
  return evaluation.finish();
}

/** `A1`: A goes by rule 1. */
const verdictsOf = ({ verdicts }: EvaluatedLifecycle) =>
  verdicts.map(({ digest, rulePriority }) => `${digest}${rulePriority}`).join(" ");

describe("the cases that ECR's user guide works through", () => {
  const overlapping = [
    image("A", 10, ["beta-1", "prod-1"]),
    image("B", 9, ["beta-2", "prod-2"]),
    image("C", 8, ["beta-3"]),
  ];

  it("an image with the tags of a rule is out of reach of the rules after it, marked or not", () => {
    const rules = [
      rule(1, { ...tagged("prod*"), ...more(1) }),
      rule(2, { ...tagged("beta*"), ...more(1) }),
    ];
    const outcome = run(overlapping, rules);
    expect(verdictsOf(outcome)).toBe("A1");
    // Rule 2 has marked both as well: it looks at all images.
    expect(outcome.rules[1]).toMatchObject({ matched: 3, marked: 2, verdicts: 0, shadowedBy: [] });
  });

  it("the same rules the other way round take other images", () => {
    const rules = [
      rule(1, { ...tagged("beta*"), ...more(1) }),
      rule(2, { ...tagged("prod*"), ...more(1) }),
    ];
    const outcome = run(overlapping, rules);
    expect(verdictsOf(outcome)).toBe("A1 B1");
    expect(outcome.rules[1]?.shadowedBy).toEqual([1]);
  });

  it("each entry of a list has to match, by age", () => {
    const images = [
      image("A", 12, ["alpha-1"]),
      image("B", 11, ["beta-1"]),
      image("C", 10, ["alpha-2", "beta-2"]),
      image("D", 4, ["alpha-3"]),
      image("E", 3, ["beta-3"]),
      image("F", 2, ["alpha-4", "beta-4"]),
    ];
    expect(verdictsOf(run(images, [rule(1, { ...tagged("alpha*", "beta*"), ...pushed(5) })]))).toBe(
      "C1",
    );
  });

  it("each entry of a list has to match, by count, and further tags go along", () => {
    const images = [
      image("A", 10, ["alpha-1", "beta-1", "gamma-1"]),
      image("B", 9, ["alpha-2", "beta-2"]),
      image("C", 8, ["alpha-3", "beta-3", "gamma-2"]),
    ];
    expect(verdictsOf(run(images, [rule(1, { ...tagged("alpha*", "beta*"), ...more(1) })]))).toBe(
      "A1 B1",
    );
  });

  it("any is every image, with tags and without", () => {
    const images = [
      image("A", 4, ["x"]),
      image("B", 3, ["y"]),
      image("C", 2),
      image("D", 1, ["z"]),
    ];
    expect(verdictsOf(run(images, [rule(1, { ...any, ...more(1) })]))).toBe("A1 B1 C1");
  });

  it("a rule counts what rules before it have to themselves", () => {
    const images = [
      image("A", 4, ["alpha-1", "beta-1"]),
      image("B", 3),
      image("C", 2, ["alpha-2"]),
      image("D", 1, ["0a1b2c3"]),
      image("E", 1),
    ];
    const rules = [
      rule(1, { ...tagged("alpha*"), ...more(1) }),
      rule(2, { ...untagged, ...pushed(1) }),
      rule(3, { ...any, ...more(1) }),
    ];
    expect(verdictsOf(run(images, rules))).toBe("A1 B2 D3");
  });
});

describe("what ECR documents beside them", () => {
  it("an image that is archived is for other rules than one that is not, also behind any", () => {
    const archived = { storageClass: "archive", archivedAt: now - 91 * dayMs } as const;
    const images = [image("A", 400, [], archived), image("B", 40), image("C", 4)];
    const outcome = run(images, [
      rule(1, { ...any, ...since("sinceImagePulled", 30) }, transition),
      rule(2, { ...any, ...since("sinceImageTransitioned", 90), storageClass: "archive" }),
    ]);
    expect(outcome.verdicts).toMatchObject([
      { digest: "B", action: "transition" },
      { digest: "A", action: "expire" },
    ]);
  });

  it("an age of exactly so many days is not older, and a millisecond more is", () => {
    const images = [image("A", 5, [], { pushedAt: now - 5 * dayMs - 1 }), image("B", 5)];
    expect(verdictsOf(run(images, [rule(1, { ...any, ...pushed(5) })]))).toBe("A1");
  });

  it("an image that was restored is as old as that", () => {
    const restored = { activatedAt: now - dayMs, pulledAt: now - 50 * dayMs };
    const images = [image("A", 90, ["x"], restored), image("B", 60, ["x"]), image("C", 2, ["x"])];
    expect(verdictsOf(run(images, [rule(1, { ...any, ...pushed(30) })]))).toBe("B1");
    expect(verdictsOf(run(images, [rule(1, { ...any, ...more(1) })]))).toBe("B1 C1");
    const unpulled = rule(1, { ...any, ...since("sinceImagePulled", 30) }, transition);
    expect(verdictsOf(run(images, [unpulled]))).toBe("B1");
  });

  it("what an index lists is counted and left alone, and so is what is in use", () => {
    const images = [
      image("A", 5, [], { isReferencedByIndex: true }),
      image("B", 4, [], { inUse: true }),
      image("C", 3, [], { isReferrerOfLive: true }),
      image("D", 2),
      image("E", 1),
    ];
    const outcome = run(images, [rule(1, { ...any, ...more(1) })]);
    expect(verdictsOf(outcome)).toBe("D1");
    expect(outcome.blocked).toMatchObject([
      { digest: "A", reason: "ImageReferencedByManifestList" },
      { digest: "B", reason: "InUse" },
    ]);
    expect(outcome.rules).toEqual([
      { rulePriority: 1, matched: 4, marked: 3, verdicts: 1, blocked: 2, shadowedBy: [] },
    ]);
  });

  it("what only an archived index lists may follow it there, and not go", () => {
    const images = [image("A", 50, [], { isReferencedByArchivedIndex: true })];
    const follow = run(images, [rule(1, { ...any, ...pushed(30) }, transition)]);
    expect(verdictsOf(follow)).toBe("A1");
    expect(run(images, [rule(1, { ...any, ...pushed(30) })]).blocked).toHaveLength(1);
  });

  it("of images of one time, the one that sorts first by digest is the oldest", () => {
    const images = [image("B", 1), image("C", 1), image("A", 1)];
    expect(verdictsOf(run(images, [rule(1, { ...any, ...more(1) })]))).toBe("A1 B1");
  });

  it("a rule that matches nothing says so, and is not called shadowed", () => {
    const outcome = run([image("A", 1)], [rule(1, { ...tagged("x*"), ...more(1) })]);
    expect(outcome.rules[0]).toMatchObject({ matched: 0, shadowedBy: [] });
  });
});

describe("what ECR has no words for", () => {
  it("a rule that retains keeps images from all rules, wherever it stands, and counting them goes on", () => {
    const images = [3, 2, 1].map((days) => image(`${days}`, days, [`v${days}`, "stable"]));
    const rules = [rule(5, { ...tagged("v*"), ...more(1) })];
    for (const retainedBy of [9, 1]) {
      const keep = rule(retainedBy, { ...tagged("stable"), ...more(2) }, retain);
      const outcome = run(images, rules, [keep]);
      expect(verdictsOf(outcome)).toBe("35");
      expect(outcome.blocked).toMatchObject([{ digest: "2", reason: "Retained", retainedBy }]);
    }
  });

  it("a rule that retains is in nobody's way: what it does not retain is for the rules after it", () => {
    const images = [image("A", 40, ["v1"]), image("B", 20, ["v2"])];
    const keep = rule(1, { ...tagged("v*"), ...pushed(30) }, retain);
    const outcome = run(images, [rule(2, { ...any, ...pushed(10) })], [keep]);
    expect(verdictsOf(outcome)).toBe("A2");
    expect(outcome.rules[0]).toMatchObject({ matched: 2, marked: 1, verdicts: 0, shadowedBy: [] });
  });

  it("images expire that nobody has pulled for so long", () => {
    const images = [
      image("A", 90, ["x"], { pulledAt: now - 31 * dayMs }),
      image("B", 90, ["x"], { pulledAt: now - 29 * dayMs }),
      image("C", 31, ["x"]),
    ];
    const unpulled = rule(1, { ...any, ...since("sinceImagePulled", 30) });
    expect(verdictsOf(run(images, [], [unpulled]))).toBe("A1 C1");
  });

  it("tags are selected by regular expression and by version, and one match is enough", () => {
    const images = [
      image("A", 9, ["pr-12", "other"]),
      image("B", 8, ["xpr-12"]),
      image("C", 7, ["v1.4.2"]),
      image("D", 6, ["2.0.0"]),
    ];
    const byExpression = { tagStatus: "tagged", tagRegularExpression: "pr-[0-9]+" };
    const byRange = { tagStatus: "tagged", tagSemverRange: "<2.0.0" };
    const rules = [
      rule(1, { ...byExpression, ...pushed(1) }),
      rule(2, { ...byRange, ...pushed(1) }),
    ];
    expect(verdictsOf(run(images, [], rules))).toBe("A1 C2");
  });

  it("per tag, only tags that are marked go, and the image with its last one", () => {
    const images = [
      image("A", 9, ["pr-1", "pr-2"]),
      image("B", 8, ["pr-3", "prod"]),
      image("C", 1, ["pr-4"]),
    ];
    const rules = [rule(1, { ...tagged("pr-*"), ...pushed(5) }, expire, { perTag: true })];
    const outcome = run(images, [], rules);
    expect(outcome.verdicts).toMatchObject([
      { digest: "A", action: "expire" },
      { digest: "B", action: "untag" },
    ]);
    expect(outcome.markedTags(outcome.verdicts[1]!, images[1]!.tags)).toEqual(["pr-3"]);
  });

  it("per tag, tags are counted: those of younger images, and of one image those that sort later, stay", () => {
    const images = [
      image("A", 9, ["pr-1"]),
      image("B", 8, ["pr-4", "pr-3", "pr-2"]),
      image("C", 1, ["pr-5"]),
    ];
    const rules = [rule(1, { ...tagged("pr-*"), ...more(2) }, expire, { perTag: true })];
    const outcome = run(images, [], rules);
    expect(outcome.verdicts).toMatchObject([
      { digest: "A", action: "expire" },
      { digest: "B", action: "untag", keptTags: 1 },
    ]);
    expect(outcome.markedTags(outcome.verdicts[1]!, images[1]!.tags)).toEqual(["pr-2", "pr-3"]);
    // A tag that has come since is the younger one or goes, and never takes one more along.
    expect(outcome.markedTags(outcome.verdicts[1]!, ["pr-4", "pr-6"])).toEqual(["pr-4"]);
  });
});

describe("the next time to look", () => {
  it("is when the next image gets too old, by a millisecond, if nothing shields or blocks it", () => {
    const images = [
      image("A", 9, ["a"]),
      image("B", 4, ["a"]),
      image("C", 4.5, ["a"], { inUse: true }),
      image("D", 4.6, ["b"]),
    ];
    const rules = [rule(1, { ...tagged("b"), ...more(5) }), rule(2, { ...any, ...pushed(5) })];
    expect(run(images, rules).nextDueAt).toBe(now + dayMs + 1);
  });

  it("is when a rule that retains by age lets go of what is marked", () => {
    const images = [image("A", 9, ["a"], { pulledAt: now - 6 * dayMs }), image("B", 1, ["a"])];
    const keep = rule(2, { ...any, ...since("sinceImagePulled", 7) }, retain);
    expect(run(images, [rule(1, { ...any, ...more(1) })], [keep]).nextDueAt).toBe(now + dayMs + 1);
  });

  it("is when the last of several rules that retain lets go", () => {
    const images = [image("A", 9, ["a"], { pulledAt: now - 6 * dayMs }), image("B", 1, ["a"])];
    for (const [first, second] of [
      [8, 7],
      [7, 8],
    ] as const) {
      const keep = [first, second].map((days, index) =>
        rule(2 + index, { ...any, ...since("sinceImagePulled", days) }, retain),
      );
      const { nextDueAt } = run(images, [rule(1, { ...any, ...more(1) })], keep);
      expect(nextDueAt).toBe(now + 2 * dayMs + 1);
    }
  });

  it("is never where only a push could change what is marked", () => {
    expect(run([image("A", 9)], [rule(1, { ...any, ...more(1) })]).nextDueAt).toBeUndefined();
  });
});
