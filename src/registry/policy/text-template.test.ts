import { describe, expect, it } from "vitest";
import type { ConditionValues } from "./condition-values.ts";
import { expandTemplate, parseTemplate, variableEnd, variableKeys } from "./text-template.ts";

const context: ConditionValues = new Map<string, string | readonly string[]>([
  ["aws:username", "alice"],
  ["aws:principaltag/cost center", "12"],
  ["aws:tagkeys", ["one"]],
]);

function expand(source: string, variables = true): string | undefined {
  return expandTemplate(parseTemplate(source, { variables, wildcards: false }), context);
}

describe("policy variables", () => {
  it.each([
    ["home/${aws:username}", "home/alice"],
    ["${AWS:UserName}${aws:username}", "alicealice"],
    ["${aws:PrincipalTag/cost center}", "12"],
    ["${aws:PrincipalTag/team, 'none'}", "none"],
    ["${aws:PrincipalTag/team,'a}b'}", "a}b"],
    ["${aws:username, 'none'}", "alice"],
    ["${aws:PrincipalTag/team, ''}", ""],
    ["${*}${?}${$}{x}", "*?${x}"],
    ["$aws:username}", "$aws:username}"],
    ["${aws:username", "${aws:username"],
  ])("in %j make %j", (source, text) => {
    expect(expand(source)).toBe(text);
  });

  it.each(["${aws:PrincipalTag/team}", "a${}b", "${'x'}", "${a, b}", "${aws:TagKeys}"])(
    "in %j have no value",
    (source) => {
      expect(expand(source)).toBeUndefined();
    },
  );

  it("are text in a policy of 2008", () => {
    expect(expand("${aws:username}", false)).toBe("${aws:username}");
  });

  it("tell the keys that they need, in lower case", () => {
    const parts = parseTemplate("${aws:A/B}-${*}-${c:d, 'x'}", {
      variables: true,
      wildcards: true,
    });
    expect(variableKeys(parts)).toEqual(["aws:a/b", "c:d"]);
  });

  it("end within a bounded number of characters", () => {
    expect(variableEnd(`\${${"a".repeat(2_000)}}`, 0)).toBe(-1);
  });
});
