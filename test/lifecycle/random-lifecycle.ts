import fc from "fast-check";
import {
  type PlainImage,
  type PlainRule,
  plainExpressions,
  plainRanges,
} from "./reference-lifecycle.ts";

const dayMs = 24 * 3_600_000;
export const now = 1_700_000_000_000;

/** Few tags and few times, so that rules overlap and clocks tie. */
const tags = ["a-1", "a-2", "b-1", "b-2", "c-1", "ab", "v1.2.3", "1.0.0", "v2.0.1", "0.9.9", "x"];
const patterns = ["a*", "b*", "c-1", "*-1", "*", "v*.*", "a*1", "*b*", "zz*", "*.*.*"];
const prefixes = ["a", "b", "v", "a-", "zz", "x"];

/** Whole and half days ago, now and then a millisecond off. */
const ago = fc
  .tuple(fc.integer({ min: 0, max: 12 }), fc.constantFrom(0, 0, 0, 1, -1))
  .map(([halves, off]) => now - halves * (dayMs / 2) - off);
const maybeAgo = fc.option(ago, { nil: undefined });
const seldom = fc.integer({ min: 0, max: 7 }).map((chance) => chance === 0);

const images: fc.Arbitrary<PlainImage[]> = fc
  .array(
    fc.record({
      storageClass: fc.constantFrom("standard", "standard", "standard", "archive"),
      pushedAt: ago,
      pulledAt: maybeAgo,
      activatedAt: fc.option(ago, { nil: undefined, freq: 2 }),
      archivedAt: fc.integer({ min: 88, max: 93 }).map((days) => now - days * dayMs),
      sizeBytes: fc.integer({ min: 0, max: 1_000 }),
      isReferencedByIndex: seldom,
      isReferencedByArchivedIndex: seldom,
      isReferrerOfLive: seldom,
      inUse: seldom,
      wanted: fc.subarray(tags, { maxLength: 3 }),
      name: fc.integer({ min: 0, max: 255 }),
    }),
    { maxLength: 9 },
  )
  .map((drafts) => {
    const free = new Set(tags);
    return drafts.map(({ wanted, name, archivedAt, ...draft }, index) => {
      // A tag names one image.
      const own = wanted.filter((tag) => free.delete(tag));
      const digest = `sha256:${name.toString(16).padStart(2, "0")}${index}`;
      const isArchived = draft.storageClass === "archive";
      const image = { ...draft, digest, tags: own, ...(isArchived && { archivedAt }) };
      return image as PlainImage;
    });
  });

const someOf = { minLength: 1, maxLength: 2 };
const tagSelections = fc.oneof(
  fc.record({ tagPatternList: fc.uniqueArray(fc.constantFrom(...patterns), someOf) }),
  fc.record({ tagPrefixList: fc.uniqueArray(fc.constantFrom(...prefixes), someOf) }),
);
const ownTagSelections = fc.oneof(
  tagSelections,
  fc.record({ tagRegularExpression: fc.constantFrom(...Object.keys(plainExpressions)) }),
  fc.record({ tagSemverRange: fc.constantFrom(...Object.keys(plainRanges)) }),
);
const small = fc.integer({ min: 1, max: 4 });
const archiveCount = fc.integer({ min: 90, max: 92 }).map((countNumber) => ({
  storageClass: "archive",
  countType: "sinceImageTransitioned",
  countUnit: "days",
  countNumber,
}));

function counts(...types: string[]): fc.Arbitrary<object> {
  return fc.tuple(fc.constantFrom(...types), small).map(([countType, countNumber]) => ({
    countType,
    countNumber,
    ...(countType !== "imageCountMoreThan" && { countUnit: "days" }),
  }));
}

function status(selections: fc.Arbitrary<object>): fc.Arbitrary<object> {
  return fc.oneof(
    { weight: 4, arbitrary: selections.map((tagged) => ({ tagStatus: "tagged", ...tagged })) },
    { weight: 1, arbitrary: fc.constant({ tagStatus: "untagged" }) },
    { weight: 1, arbitrary: fc.constant({ tagStatus: "any" }) },
  );
}

const expire = { type: "expire" };
const transition = { type: "transition", targetStorageClass: "archive" };
type Draft = Omit<PlainRule, "rulePriority">;

function drafts(
  selections: fc.Arbitrary<object>,
  count: fc.Arbitrary<object>,
  action: object,
): fc.Arbitrary<Draft> {
  return fc
    .tuple(status(selections), count)
    .map(([tagged, counted]) => ({ selection: { ...tagged, ...counted }, action }) as Draft);
}

export const policyRules = fc.oneof(
  {
    weight: 4,
    arbitrary: drafts(tagSelections, counts("imageCountMoreThan", "sinceImagePushed"), expire),
  },
  {
    weight: 2,
    arbitrary: drafts(
      tagSelections,
      counts("imageCountMoreThan", "sinceImagePushed", "sinceImagePulled"),
      transition,
    ),
  },
  { weight: 1, arbitrary: drafts(tagSelections, archiveCount, expire) },
);

const pushCounts = ["imageCountMoreThan", "sinceImagePushed", "sinceImagePulled"];
const retains = fc
  .tuple(
    status(ownTagSelections),
    fc.option(counts(...pushCounts), { nil: {} }),
    fc.constantFrom({}, {}, { storageClass: "standard" }, { storageClass: "archive" }),
  )
  .map(
    ([tagged, count, storage]) =>
      ({ selection: { ...tagged, ...count, ...storage }, action: { type: "retain" } }) as Draft,
  );
const perTag = fc.tuple(ownTagSelections, fc.oneof(counts(...pushCounts), archiveCount)).map(
  ([tagged, count]) =>
    ({
      selection: { tagStatus: "tagged", ...tagged, ...count },
      perTag: true,
      action: expire,
    }) as Draft,
);
export const extensionRules = fc.oneof(
  { weight: 2, arbitrary: drafts(ownTagSelections, counts(...pushCounts), expire) },
  { weight: 1, arbitrary: drafts(ownTagSelections, counts(...pushCounts), transition) },
  { weight: 1, arbitrary: drafts(ownTagSelections, archiveCount, expire) },
  { weight: 3, arbitrary: perTag },
  { weight: 3, arbitrary: retains },
);

export interface RandomLifecycle {
  readonly images: PlainImage[];
  /** What ECR's grammar has words for; together they may be more than ECR lets stand side by side. */
  readonly policy: PlainRule[];
  readonly extension: PlainRule[];
}

/** Repositories and rules with priorities in no order, from one number space. */
export const randomLifecycles: fc.Arbitrary<RandomLifecycle> = fc
  .record({
    images,
    policy: fc.array(policyRules, { maxLength: 5 }),
    extension: fc.array(extensionRules, { maxLength: 4 }),
    order: fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 9, maxLength: 9 }),
  })
  .map(({ images: all, policy, extension, order }) => ({
    images: all,
    policy: policy.map((rule, index) => ({ rulePriority: order[index]!, ...rule })),
    extension: extension.map((rule, index) => ({ rulePriority: order[5 + index]!, ...rule })),
  }));
