import { expect, it } from "vitest";
import { loadConfig, SettingsError } from "../config.ts";
import { trailPlace } from "./trail-settings.ts";

const targets = (value: string) =>
  loadConfig({ environment: { ENTREPOT_TRAIL_TARGETS: value }, directory: "/none" }).trailTargets;

it("reads directories and buckets by their names, and says what is wrong with a list", () => {
  expect([...targets("")]).toEqual([]);
  const s3 = "s3://bucket/logs?endpoint=http://127.0.0.1:9000&region=eu-west-1";
  expect([...targets(`audit-logs=file:///srv/audit%20logs, other=${s3}`)]).toEqual([
    ["audit-logs", { kind: "directory", path: "/srv/audit logs" }],
    [
      "other",
      {
        kind: "bucket",
        address: expect.objectContaining({
          ...{ bucket: "bucket", prefix: "logs/", region: "eu-west-1" },
          endpoint: "http://127.0.0.1:9000",
        }),
      },
    ],
  ]);
  for (const [value, sentence] of [
    ["file:///srv", "must be a list like"],
    ["Upper=file:///srv", "must be a list like"],
    ["one=file:///a,one=file:///b", 'names "one" twice'],
    ["one=/srv", "has to be file:///directory"],
    ["one=file://host/srv", "has to be file:///directory"],
    ["one=s3://x", "has to be like s3://"],
    ["one=s3://bucket/a?archiveClass=GLACIER_IR", "archiveClass, which is not for trails"],
  ] as const) {
    expect(() => targets(value), value).toThrow(SettingsError);
    expect(() => targets(value), value).toThrow(sentence);
  }
  expect(trailPlace("file:///a%2fb")).toMatch(/has to be/);
});
