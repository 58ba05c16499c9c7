import { randomInt } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EvaluatedLifecycle } from "../../src/registry/lifecycle/evaluate-lifecycle.ts";
import { evaluated, rulesOf } from "./evaluate-plain.ts";
import { now, type RandomLifecycle, randomLifecycles } from "./random-lifecycle.ts";
import type { PlainImage, PlainRule } from "./reference-lifecycle.ts";

/** `LIFECYCLE_SEED` repeats a run, `LIFECYCLE_CASES` makes it shorter or longer. */
const cases = Number(process.env.LIFECYCLE_CASES ?? 20_000) / 4;
const seed = Number(process.env.LIFECYCLE_SEED ?? randomInt(2 ** 31));

/** Images of which some are indexes: what they list is computed, as a repository does it. */
interface Repository {
  readonly images: readonly PlainImage[];
  /** Digests of the indexes that list an image. */
  readonly listedBy: ReadonlyMap<string, readonly string[]>;
}

const repositories = fc
  .tuple(randomLifecycles, fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 4 }))
  .map(([random, links]) => {
    const { images } = random;
    const listedBy = new Map<string, string[]>();
    for (const [from, to] of links) {
      if (images.length < 2 || from % images.length >= to % images.length) continue;
      const child = images[to % images.length]!.digest;
      listedBy.set(child, [...(listedBy.get(child) ?? []), images[from % images.length]!.digest]);
    }
    return { random, repository: { images, listedBy } };
  });

function withIndexes({ images, listedBy }: Repository): PlainImage[] {
  const classOf = new Map(images.map(({ digest, storageClass }) => [digest, storageClass]));
  return images.map((image) => {
    const classes = (listedBy.get(image.digest) ?? []).map((digest) => classOf.get(digest));
    return {
      ...image,
      isReferencedByIndex: classes.includes("standard"),
      isReferencedByArchivedIndex: classes.includes("archive"),
    };
  });
}

function evaluate({ policy, extension }: RandomLifecycle, repository: Repository) {
  const images = withIndexes(repository);
  return { images, outcome: evaluated(rulesOf(policy, extension), images, now) };
}

/** What a repository is after all that was to be done has been done. */
function applied(repository: Repository, outcome: EvaluatedLifecycle): Repository {
  const verdicts = new Map(outcome.verdicts.map((verdict) => [verdict.digest, verdict]));
  const images = repository.images.flatMap((image): PlainImage[] => {
    const verdict = verdicts.get(image.digest);
    if (verdict === undefined) return [image];
    if (verdict.action === "expire") return [];
    if (verdict.action === "transition") {
      return [{ ...image, storageClass: "archive", archivedAt: now }];
    }
    const gone = outcome.markedTags(verdict, image.tags);
    return [{ ...image, tags: image.tags.filter((tag) => !gone.includes(tag)) }];
  });
  return { ...repository, images };
}

const digestsOf = (verdicts: readonly { digest: string }[]) => verdicts.map(({ digest }) => digest);

function countsInArchive(rules: readonly PlainRule[]): boolean {
  return rules.some(
    ({ action, selection }) =>
      action.type === "retain" &&
      selection.storageClass === "archive" &&
      selection.countType === "imageCountMoreThan",
  );
}

describe(`an evaluation, seed ${seed}`, { timeout: 300_000 }, () => {
  it("acts on no image that an index lists, that is in use or retained, and on none twice", () => {
    fc.assert(
      fc.property(repositories, ({ random, repository }) => {
        const { images, outcome } = evaluate(random, repository);
        const acted = new Map(outcome.verdicts.map((verdict) => [verdict.digest, verdict]));
        expect(acted.size).toBe(outcome.verdicts.length);
        const all = digestsOf([...outcome.verdicts, ...outcome.blocked]);
        expect(new Set(all).size).toBe(all.length);
        const retaining = random.extension.filter(({ action }) => action.type === "retain");
        for (const image of images) {
          const verdict = acted.get(image.digest);
          if (verdict === undefined) continue;
          expect(image.inUse || image.isReferrerOfLive || image.isReferencedByIndex).toBe(false);
          if (verdict.action !== "transition")
            expect(image.isReferencedByArchivedIndex).toBe(false);
          if (verdict.action !== "untag") continue;
          const gone = outcome.markedTags(verdict, image.tags);
          expect(gone.length).toBeGreaterThan(0);
          expect(gone.length).toBeLessThan(image.tags.length);
        }
        // What every rule that retains is left with, it retained before: none of it goes.
        for (const rule of retaining) {
          const alone = evaluated(
            rulesOf(
              [{ rulePriority: 1, ...everything(rule.selection.storageClass) }],
              [{ ...rule, rulePriority: 2 }],
            ),
            images,
            now,
          );
          for (const { digest, reason } of alone.blocked) {
            if (reason === "Retained") expect(acted.has(digest)).toBe(false);
          }
        }
      }),
      { numRuns: cases, seed },
    );
  });

  it("done and made again at the same time, acts only on what the first one set free", () => {
    let again = 0;
    fc.assert(
      fc.property(repositories, ({ random, repository }) => {
        const first = evaluate(random, repository).outcome;
        const second = evaluate(random, applied(repository, first)).outcome;
        // An index that went, or went to the archive, sets free what it listed.
        const listed = first.blocked.filter(
          ({ reason }) => reason === "ImageReferencedByManifestList",
        );
        // An image that lost a tag may be the next rule's, which the tag kept it from.
        const untagged = first.verdicts.filter(({ action }) => action === "untag");
        // What came into the archive may be younger than what a rule retained there.
        const archived = repository.images.filter(({ storageClass }) => storageClass === "archive");
        const retained = first.blocked.filter(
          ({ digest, reason }) => reason === "Retained" && digestsOf(archived).includes(digest),
        );
        const free = new Set(digestsOf([...listed, ...untagged, ...retained]));
        for (const digest of digestsOf(second.verdicts)) expect(free.has(digest)).toBe(true);
        if (second.verdicts.length > 0) again++;
      }),
      { numRuns: cases, seed },
    );
    expect(again).toBeGreaterThan(0);
  });

  it("done and made again at the same time, acts on nothing, if nothing was set free", () => {
    let done = 0;
    fc.assert(
      fc.property(repositories, ({ random, repository }) => {
        const first = evaluate(random, repository).outcome;
        const acted = new Set(digestsOf(first.verdicts));
        const indexes = new Set([...repository.listedBy.values()].flat());
        fc.pre(first.verdicts.every(({ action }) => action !== "untag"));
        fc.pre([...acted].every((digest) => !indexes.has(digest)));
        fc.pre(!countsInArchive(random.extension));
        const second = evaluate(random, applied(repository, first)).outcome;
        expect(second.verdicts).toEqual([]);
        // Counts have fewer images to count, so that of what was blocked, less may be marked.
        const before = new Set(digestsOf(first.blocked));
        for (const digest of digestsOf(second.blocked)) expect(before.has(digest)).toBe(true);
        if (acted.size > 0) done++;
      }),
      { numRuns: cases, seed },
    );
    expect(done).toBeGreaterThan(cases / 20);
  });

  it("done again and again at the same time, comes to an end", () => {
    fc.assert(
      fc.property(repositories, ({ random, repository }) => {
        let state: Repository = repository;
        const tags = repository.images.reduce((count, image) => count + image.tags.length, 0);
        // Each round takes a tag or an image, or moves one to the archive.
        for (let round = 2 * repository.images.length + tags; ; round--) {
          const { outcome } = evaluate(random, state);
          if (outcome.verdicts.length === 0) break;
          expect(round).toBeGreaterThan(0);
          state = applied(state, outcome);
        }
      }),
      { numRuns: cases / 4, seed },
    );
  });
});

/** A rule that would act on every image of a storage class. */
function everything(storageClass = "standard"): Omit<PlainRule, "rulePriority"> {
  const counted =
    storageClass === "standard"
      ? { countType: "imageCountMoreThan", countNumber: 1 }
      : {
          storageClass,
          countType: "sinceImageTransitioned",
          countUnit: "days",
          countNumber: 90,
        };
  return { selection: { tagStatus: "any", ...counted }, action: { type: "expire" } };
}
