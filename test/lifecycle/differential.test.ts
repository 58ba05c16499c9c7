import { randomInt } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { explainLifecycle } from "../../src/registry/lifecycle/explain-lifecycle.ts";
import { candidateOf, evaluated, plainVerdict, rulesOf } from "./evaluate-plain.ts";
import { now, randomLifecycles } from "./random-lifecycle.ts";
import { type ReferenceOutcome, referenceLifecycle } from "./reference-lifecycle.ts";

/**
 * The engine against an evaluator that was written from ECR's documents and ADR-0037 alone.
 * `LIFECYCLE_SEED` repeats a run, `LIFECYCLE_CASES` makes it shorter or longer.
 */
const cases = Number(process.env.LIFECYCLE_CASES ?? 20_000);
const seed = Number(process.env.LIFECYCLE_SEED ?? randomInt(2 ** 31));

/** What has to be among the cases, and how often at least in a thousand. */
const outcomes = [
  "expire",
  "transition",
  "untag",
  "expire, whole, per tag",
  "ImageReferencedByManifestList",
  "InUse",
  "Retained",
  "shadowed",
  "shadowed by several",
  "nothing",
] as const;

function outcomesOf(reference: ReferenceOutcome, perTag: ReadonlySet<number>): string[] {
  const { verdicts, blocked, rules } = reference;
  return [
    ...verdicts.map(({ action }) => action),
    ...verdicts.flatMap(({ action, rulePriority }) =>
      action === "expire" && perTag.has(rulePriority) ? ["expire, whole, per tag"] : [],
    ),
    ...blocked.map(({ reason }) => reason!),
    ...rules.flatMap(({ shadowedBy }) => (shadowedBy.length > 0 ? ["shadowed"] : [])),
    ...rules.flatMap(({ shadowedBy }) => (shadowedBy.length > 1 ? ["shadowed by several"] : [])),
    ...(verdicts.length + blocked.length === 0 ? ["nothing"] : []),
  ];
}

describe(`the engine and the reference, seed ${seed}`, { timeout: 300_000 }, () => {
  it("come to the same verdicts in the same order, blocked ones and counts included", () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(randomLifecycles, ({ images, policy, extension }) => {
        const outcome = evaluated(rulesOf(policy, extension), images, now);
        const all = [...policy, ...extension];
        const reference = referenceLifecycle(all, images, now);
        const plain = {
          verdicts: outcome.verdicts.map((verdict) => plainVerdict(outcome, images, verdict)),
          blocked: outcome.blocked.map((verdict) => plainVerdict(outcome, images, verdict)),
          rules: outcome.rules.map(({ rulePriority, matched, marked, shadowedBy }) => ({
            rulePriority,
            matched,
            marked,
            shadowedBy: [...shadowedBy],
          })),
        };
        expect(plain).toEqual(reference);
        for (const { rulePriority, verdicts, blocked } of outcome.rules) {
          const of = (list: readonly { rulePriority: number }[]) =>
            list.filter((verdict) => verdict.rulePriority === rulePriority).length;
          expect([verdicts, blocked]).toEqual([of(reference.verdicts), of(reference.blocked)]);
        }
        const perTag = new Set(all.filter((rule) => rule.perTag).map((rule) => rule.rulePriority));
        for (const name of outcomesOf(reference, perTag)) seen.set(name, (seen.get(name) ?? 0) + 1);
      }),
      { numRuns: cases, seed },
    );
    for (const name of outcomes) {
      expect(seen.get(name) ?? 0, name).toBeGreaterThan(cases / 1_000);
    }
  });

  it("agree on when there will be a verdict that there is not now", () => {
    fc.assert(
      fc.property(randomLifecycles, ({ images, policy, extension }) => {
        const all = [...policy, ...extension];
        const at = (time: number) => referenceLifecycle(all, images, time).verdicts;
        const { nextDueAt } = evaluated(rulesOf(policy, extension), images, now);
        if (nextDueAt === undefined) {
          expect(at(now + 1_000 * 24 * 3_600_000)).toEqual(at(now));
        } else {
          expect(nextDueAt).toBeGreaterThan(now);
          expect(at(nextDueAt - 1)).toEqual(at(now));
          expect(at(nextDueAt).length).toBeGreaterThan(at(now).length);
        }
      }),
      { numRuns: cases / 4, seed },
    );
  });

  it("agree with what is explained of every image, and order does not matter", () => {
    fc.assert(
      fc.property(randomLifecycles, fc.infiniteStream(fc.nat()), (random, numbers) => {
        const { images, policy, extension } = random;
        const shuffled = images
          .map((image) => ({ image, at: numbers.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ image }) => image);
        const outcome = evaluated(rulesOf(policy, extension), shuffled, now);
        const all = [...policy, ...extension];
        const reference = referenceLifecycle(all, images, now);
        const marked = new Map<number, number>();
        const matched = new Map<number, number>();
        for (const image of images) {
          const told = explainLifecycle(outcome, candidateOf(image));
          const verdict = [...reference.verdicts, ...reference.blocked].find(
            ({ digest }) => digest === image.digest,
          );
          expect(told.action).toBe(verdict?.action ?? "none");
          expect(told.rulePriority).toBe(verdict?.rulePriority);
          expect(told.reason).toBe(verdict?.reason);
          expect(told.sentence).not.toMatch(/undefined|NaN|Infinity/);
          for (const rule of told.rules) {
            expect(rule.sentence).not.toMatch(/undefined|NaN|Infinity/);
            const { rulePriority } = rule;
            if (rule.matches) matched.set(rulePriority, (matched.get(rulePriority) ?? 0) + 1);
            if (rule.marked) marked.set(rulePriority, (marked.get(rulePriority) ?? 0) + 1);
          }
        }
        for (const rule of reference.rules) {
          expect(matched.get(rule.rulePriority) ?? 0).toBe(rule.matched);
          expect(marked.get(rule.rulePriority) ?? 0).toBe(rule.marked);
        }
      }),
      { numRuns: cases / 4, seed },
    );
  });
});
