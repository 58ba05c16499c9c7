import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addRule,
  changeRule,
  changeTagList,
  moveRule,
  placedRules,
  removeRule,
} from "../../console/src/pages/repository/lifecycle-rules.ts";
import { parseLifecyclePolicy } from "../../src/registry/lifecycle/parse-lifecycle-policy.ts";

const rule = (rulePriority: number, selection: object = {}, more: object = {}) => ({
  rulePriority,
  selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 5, ...selection },
  action: { type: "expire" },
  ...more,
});
const textOf = (...rules: object[]) => JSON.stringify({ rules });
const rulesOf = (text: string) => (JSON.parse(text) as { rules: object[] }).rules;

describe("the form of lifecycle rules", () => {
  it("keeps what it has no field for, and names it", () => {
    const strange = {
      since: "ever",
      selection: { ...rule(1).selection, era: 3, countUnit: "days" },
    };
    const text = JSON.stringify({ rules: [rule(1, {}, strange)], $schema: "x" });
    const [placed] = placedRules(text) ?? [];
    expect(placed?.hidden).toEqual(["since", "selection.era", "selection.countUnit"]);
    const changed = changeRule(text, 0, { path: "selection.countNumber", value: 9 });
    expect(JSON.parse(changed)).toEqual({
      rules: [rule(1, {}, { ...strange, selection: { ...strange.selection, countNumber: 9 } })],
      $schema: "x",
    });
  });

  it("shows no field for a value of another kind than it knows", () => {
    const odd = rule(1, { countNumber: "5", tagStatus: "some", tagPrefixList: ["a b"] });
    expect(placedRules(textOf(odd))?.[0]?.hidden).toEqual([
      ...["selection.tagStatus", "selection.countNumber", "selection.tagPrefixList"],
    ]);
    expect(placedRules(textOf({ ...odd, selection: "all" }))?.[0]?.hidden).toEqual(["selection"]);
    for (const text of ["", "{", "[]", '{"rules":{}}', '{"rules":[1]}']) {
      expect(placedRules(text)).toBeUndefined();
    }
  });

  it("gives each number to the rule that stands where it was", () => {
    const text = textOf(rule(30, { tagStatus: "any" }), rule(10, { a: 1 }), rule(20, { b: 1 }));
    const moved = rulesOf(moveRule(text, 0, 1));
    expect(moved).toEqual([rule(10, { b: 1 }), rule(20, { a: 1 }), rule(30)]);
  });

  it("adds a rule before those for any image, as they have to be the last", () => {
    const added = addRule(textOf(rule(3)));
    expect(() => parseLifecyclePolicy(added)).not.toThrow();
    expect(rulesOf(added)).toMatchObject([
      { rulePriority: 3, selection: { tagStatus: "untagged" } },
      { rulePriority: 4, selection: { tagStatus: "any" } },
    ]);
    expect(() => parseLifecyclePolicy(addRule('{"rules":[]}'))).not.toThrow();
    expect(rulesOf(removeRule(added, 1))).toHaveLength(1);
  });

  it("sets what has to go with a choice", () => {
    const change = (text: string, path: string, value: unknown) =>
      changeRule(text, 0, { path, value });
    let text = change(textOf(rule(1)), "selection.countType", "sinceImagePushed");
    expect(() => parseLifecyclePolicy(text)).not.toThrow();
    text = change(text, "selection.countType", "sinceImagePulled");
    text = change(text, "action.type", "transition");
    expect(() => parseLifecyclePolicy(text)).not.toThrow();
    text = change(text, "action.type", "expire");
    text = change(text, "selection.countType", "imageCountMoreThan");
    text = change(text, "selection.tagStatus", "tagged");
    text = change(text, "selection.tagPrefixList", ["v"]);
    text = changeTagList(text, 0, "tagPatternList");
    expect(() => parseLifecyclePolicy(text)).not.toThrow();
    expect(rulesOf(text)[0]).toMatchObject({ selection: { tagPatternList: ["v"] } });
    text = change(text, "selection.tagStatus", "any");
    expect(rulesOf(text)).toEqual([rule(1)]);
  });

  it("loses nothing that is not its own, whatever the text holds", () => {
    const object = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 4 });
    fc.assert(
      fc.property(fc.array(object, { minLength: 1, maxLength: 4 }), object, (rules, more) => {
        const policy = { ...(JSON.parse(JSON.stringify(more)) as object), rules };
        const changed = changeRule(JSON.stringify(policy), 0, { path: "description", value: "x" });
        const [first, ...others] = rules;
        const wanted = { ...policy, rules: [{ ...first, description: "x" }, ...others] };
        expect(JSON.parse(changed)).toEqual(JSON.parse(JSON.stringify(wanted)));
      }),
    );
  });
});
