import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventEnvelope } from "./event.ts";
import { parseJsonPath } from "./json-path.ts";
import type { TargetInput } from "./rule.ts";
import { compileInput } from "./target-input.ts";

const event: EventEnvelope = {
  version: "0",
  id: "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
  "detail-type": "ECR Image Action",
  source: "aws.ecr",
  account: "111122223333",
  time: "2026-01-02T03:04:05Z",
  region: "eu-west-1",
  resources: ["arn:one", "arn:two"],
  detail: { "image-tag": 'v"1"\n', list: [1, { a: true }], "a.b": "dotted", size: 3 },
};
const context = {
  ruleArn: "arn:aws:events:eu-west-1:111122223333:rule/pushes",
  ruleName: "pushes",
  ingestionTime: "2026-01-02T03:04:06Z",
};

function render(wanted: TargetInput): unknown {
  return JSON.parse(compileInput("t", wanted)(event, context));
}

function transform(template: string, paths: Record<string, string> = {}): unknown {
  return render({ inputTransformer: { paths, template } });
}

describe("what a target is given", () => {
  it("is the event, a constant, or a part of the event", () => {
    expect(render({})).toEqual(event);
    expect(render({ input: '{"a":1}' })).toEqual({ a: 1 });
    expect(render({ inputPath: "$.detail" })).toEqual(event.detail);
    expect(render({ inputPath: "$.resources[1]" })).toBe("arn:two");
    expect(render({ inputPath: "$.detail['a.b']" })).toBe("dotted");
    expect(render({ inputPath: "$.detail-type" })).toBe("ECR Image Action");
    expect(render({ inputPath: "$.detail.list[1].a" })).toBe(true);
    expect(render({ inputPath: "$.detail.none" })).toBe(null);
    expect(render({ inputPath: "$.detail.constructor" })).toBe(null);
  });

  it("is a template whose variables are escaped as the place demands", () => {
    const paths = {
      tag: "$.detail.image-tag",
      list: "$.detail.list",
      none: "$.x",
      n: "$.detail.size",
    };
    expect(transform('{"text": "pushed <tag> of <list>, <n><none>", "raw": <tag>}', paths)).toEqual(
      {
        text: 'pushed v"1"\n of [1,{"a":true}], 3',
        raw: 'v"1"\n',
      },
    );
    expect(transform('{"list": <list>, "none": <none>, "n": <n>}', paths)).toEqual({
      ...{ list: [1, { a: true }], none: null, n: 3 },
    });
    expect(transform('"<tag>"', paths)).toBe('v"1"\n');
    expect(transform('{"a\\"<tag>": 1}', paths)).toEqual({ 'a"v"1"\n': 1 });
  });

  it("has the variables that are always there", () => {
    const { detail: _, ...rest } = event;
    const template = `{"rule": "<aws.events.rule-name>", "arn": <aws.events.rule-arn>,
      "at": <aws.events.event.ingestion-time>, "head": <aws.events.event>, "all": <aws.events.event.json>,
      "text": "<aws.events.event.json>"}`;
    expect(transform(template)).toEqual({
      ...{ rule: "pushes", arn: context.ruleArn, at: context.ingestionTime, head: rest },
      ...{ all: event, text: JSON.stringify(event) },
    });
  });

  it("is JSON whatever the event holds", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (x) => {
        const wanted = { paths: { x: "$.detail.x" }, template: '{"in": "<x>", "out": <x>}' };
        const text = compileInput("t", { inputTransformer: wanted })(
          { ...event, detail: { x } },
          context,
        );
        const written = typeof x === "string" ? x : JSON.stringify(x);
        expect(JSON.parse(text)).toEqual({ in: written, out: JSON.parse(JSON.stringify(x)) });
      }),
    );
  });

  it("leaves what only looks like a variable", () => {
    expect(transform('"<https://a.example|a> 1 < 2"')).toBe("<https://a.example|a> 1 < 2");
  });

  it.each<[TargetInput, RegExp]>([
    [{ input: "{" }, /JSON syntax error in input for target t/],
    [{ input: "1", inputPath: "$" }, /Only one of Input/],
    [{ inputPath: "detail" }, /Invalid JSON path/],
    [{ inputPath: "$.a..b" }, /Invalid JSON path/],
    [{ inputTransformer: { paths: {}, template: '"<a>"' } }, /<a> is not in InputPathsMap/],
    [{ inputTransformer: { paths: { a: "$" }, template: "pushed <a>" } }, /not JSON/],
    [{ inputTransformer: { paths: { "a b": "$" }, template: "1" } }, /Invalid InputPathsMap key/],
    [{ inputTransformer: { paths: {}, template: `"${"a".repeat(8_192)}"` } }, /too long/],
  ])("refuses %j", (wanted, sentence) => {
    expect(() => compileInput("t", wanted)).toThrow(sentence);
  });

  it("refuses to grow beyond its bound", () => {
    const template = `[${Array.from({ length: 300 }, () => "<aws.events.event.json>").join()}]`;
    const large = { ...event, detail: { x: "x".repeat(50_000) } };
    const wanted = { inputTransformer: { paths: {}, template } };
    expect(() => compileInput("t", wanted)(large, context)).toThrow(/too long/);
  });
});

describe("JSON paths", () => {
  it("are read step by step", () => {
    expect(parseJsonPath("$")).toEqual([]);
    expect(parseJsonPath('$.a-b.c[0]["d.e"]')).toEqual(["a-b", "c", 0, "d.e"]);
    for (const text of ["", "a", "$a", "$.", "$[a]", "$.a[*]", "$..a", "$.a[-1]"]) {
      expect(parseJsonPath(text)).toBeUndefined();
    }
  });
});
