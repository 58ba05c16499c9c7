import { randomInt } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isRegistryError } from "../../src/registry/errors.ts";
import type { LifecycleRule } from "../../src/registry/lifecycle/lifecycle-rule.ts";
import { parseLifecycleExtension } from "../../src/registry/lifecycle/parse-lifecycle-extension.ts";
import { parseLifecyclePolicy } from "../../src/registry/lifecycle/parse-lifecycle-policy.ts";
import { evaluated, patterns } from "./evaluate-plain.ts";
import { now, randomLifecycles } from "./random-lifecycle.ts";
import type { PlainRule } from "./reference-lifecycle.ts";

/** `LIFECYCLE_SEED` repeats a run, `LIFECYCLE_CASES` makes it shorter or longer. */
const cases = Number(process.env.LIFECYCLE_CASES ?? 20_000);
const seed = Number(process.env.LIFECYCLE_SEED ?? randomInt(2 ** 31));

const words = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...["rules", "rulePriority", "description", "selection", "action", "perTag", "tagStatus"],
      ...["tagPatternList", "tagPrefixList", "tagRegularExpression", "tagSemverRange"],
      ...["storageClass", "countType", "countUnit", "countNumber", "type", "targetStorageClass"],
      ...["Rules", "__proto__", "constructor", "toString"],
    ),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 8 }) },
);
const leaves = fc.oneof(
  fc.constantFrom(
    ...["tagged", "untagged", "any", "standard", "archive", "days", "expire", "transition"],
    ...["retain", "imageCountMoreThan", "sinceImagePushed", "sinceImagePulled", "a*b", "[", "(a"],
    ...["sinceImageTransitioned", "*****", "", ">=1.0", "latest", "a".repeat(300), "a{1000}"],
  ),
  fc.constantFrom(0, 1, -1, 1.5, 90, 1e308, 2 ** 31, -0),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof({ maxDepth: 6, withCrossShrink: true }, leaves, tie("object"), tie("list")),
  object: fc.dictionary(words, tie("tree"), { maxKeys: 6 }),
  list: fc.array(tie("tree"), { maxLength: 4 }),
}));

/** Reads the text both ways; what is read can be used. */
function readsOrRefuses(text: string): boolean {
  let isRead = false;
  for (const parse of [
    () => parseLifecyclePolicy(text, 0),
    () => parseLifecycleExtension(text, [], patterns),
  ]) {
    let rules: readonly LifecycleRule[];
    try {
      rules = parse();
    } catch (error) {
      if (!isRegistryError(error, "InvalidParameter")) throw error;
      expect(error.message.length).toBeLessThan(1_000);
      continue;
    }
    isRead = true;
    expect(rules.length).toBeGreaterThan(0);
    evaluated(rules, [], now);
  }
  return isRead;
}

describe(`any text, seed ${seed}`, { timeout: 300_000 }, () => {
  it("is a policy or an extension that can be used, or is refused with a reason", () => {
    const texts = fc.oneof(
      tree.map((value) => JSON.stringify(value)),
      tree.map((value) => JSON.stringify({ rules: [value] })),
      fc.string({ maxLength: 60 }),
    );
    fc.assert(
      fc.property(texts, (text) => void readsOrRefuses(text)),
      { numRuns: cases / 2, seed },
    );
  });

  it("that differs from one by a few places does so too, and often still is one", () => {
    let read = 0;
    let total = 0;
    const edits = fc.array(
      fc.tuple(
        fc.nat(),
        fc.constantFrom("", "", '"', "{", "]", ",", "*", ":", "\\", " ", "0", "null", "é"),
        fc.nat({ max: 1 }),
      ),
      { maxLength: 2 },
    );
    fc.assert(
      fc.property(randomLifecycles, edits, ({ policy, extension }, changes) => {
        const rules = [...policy.slice(0, 2), ...extension.slice(0, 1)];
        let text = JSON.stringify({ rules });
        for (const [place, piece, gone] of changes) {
          const at = place % text.length;
          text = text.slice(0, at) + piece + text.slice(at + gone);
        }
        total++;
        if (readsOrRefuses(text)) read++;
      }),
      { numRuns: cases / 2, seed },
    );
    expect(read).toBeGreaterThan(total / 10);
    expect(read).toBeLessThan(total);
  });

  it("that has a member too many, too few or null anywhere is refused", () => {
    fc.assert(
      fc.property(
        randomLifecycles,
        fc.nat(),
        fc.nat({ max: 2 }),
        ({ policy, extension }, at, how) => {
          const [rule] = [...policy, ...extension];
          fc.pre(rule !== undefined);
          expect(readsOrRefuses(JSON.stringify({ rules: [rule] }))).toBe(true);
          const broken = structuredClone(rule) as unknown as Record<
            string,
            Record<string, unknown>
          >;
          const objects = [broken, broken.selection!, broken.action!] as Record<string, unknown>[];
          const object = objects[at % 3]!;
          const keys = Object.keys(object).filter((key) => !mayBeAbsent.has(key) || how === 1);
          const key = keys[at % keys.length]!;
          if (how === 0) object.x = 1;
          else if (how === 1) object[key] = null;
          else delete object[key];
          expect(readsOrRefuses(JSON.stringify({ rules: [broken] }))).toBe(false);
        },
      ),
      { numRuns: cases / 4, seed },
    );
  });
});

/** Without these it may be another rule that is right. */
const mayBeAbsent = new Set(["perTag", "storageClass", "countType", "countUnit", "countNumber"]);

/** Section by section what ECR asks of rules that stand together. */
function canStandTogether(rules: readonly PlainRule[]): boolean {
  if (rules.length === 0) return false;
  for (const storageClass of ["standard", "archive"]) {
    const own = rules
      .filter(({ selection }) => (selection.storageClass ?? "standard") === storageClass)
      .sort((a, b) => a.rulePriority - b.rulePriority);
    const of = (status: string) => own.filter(({ selection }) => selection.tagStatus === status);
    if (of("untagged").length > 1 || of("any").length > 1) return false;
    if (of("any").length === 1 && own.at(-1) !== of("any")[0]) return false;
    const sets = of("tagged").map(({ selection: { tagPatternList, tagPrefixList } }) =>
      JSON.stringify([tagPrefixList === undefined, [...(tagPatternList ?? tagPrefixList!)].sort()]),
    );
    if (new Set(sets).size < sets.length) return false;
  }
  return true;
}

describe(`a policy of random rules, seed ${seed}`, { timeout: 300_000 }, () => {
  it("is read exactly if ECR lets its rules stand together, and says what they say", () => {
    let read = 0;
    fc.assert(
      fc.property(randomLifecycles, ({ policy }) => {
        const text = JSON.stringify({ rules: policy }, undefined, 3);
        let rules: readonly LifecycleRule[] | undefined;
        try {
          rules = parseLifecyclePolicy(text, 0);
        } catch (error) {
          if (!isRegistryError(error, "InvalidParameter")) throw error;
        }
        expect(rules !== undefined).toBe(canStandTogether(policy));
        if (rules === undefined) return;
        read++;
        const sorted = [...policy].sort((a, b) => a.rulePriority - b.rulePriority);
        expect(rules.map(written)).toEqual(sorted);
        expect(parseLifecyclePolicy(JSON.stringify({ rules: rules.map(written) }), 0)).toEqual(
          rules,
        );
      }),
      { numRuns: cases / 2, seed },
    );
    expect(read).toBeGreaterThan(cases / 20);
  });

  it("and its extension are read to the same rules again from what they were read to", () => {
    fc.assert(
      fc.property(randomLifecycles, ({ extension }) => {
        fc.pre(extension.length > 0);
        const parse = (rules: readonly PlainRule[]) =>
          parseLifecycleExtension(JSON.stringify({ rules }), [], patterns);
        const rules = parse(extension);
        expect(parse(rules.map(written))).toEqual(rules);
        expect(rules).toHaveLength(extension.length);
      }),
      { numRuns: cases / 4, seed },
    );
  });
});

/** A rule in JSON, without what goes without saying. */
function written(rule: LifecycleRule): PlainRule {
  const { rulePriority, tagStatus, tags, storageClass, count, action, perTag } = rule;
  return {
    rulePriority,
    selection: {
      tagStatus,
      ...(tags !== undefined && { [tags.by]: "text" in tags ? tags.text : [...tags.entries] }),
      ...(storageClass === "archive" && { storageClass }),
      ...count,
      ...(count !== undefined && count.countType !== "imageCountMoreThan" && { countUnit: "days" }),
    },
    ...(perTag && { perTag }),
    action: {
      type: action,
      ...(action === "transition" && { targetStorageClass: "archive" }),
    },
  };
}
