import { expect, it } from "vitest";
import { PackageTagPatterns } from "../../adapters/patterns/package-tag-patterns.ts";
import type { AccountId, Digest, Region, RepositoryName, Tag } from "../names.ts";
import { lifecycleRules } from "./lifecycle-rules.ts";
import { policyExecutionEvents } from "./policy-execution-event.ts";
import type { LifecycleRun, LifecycleRunImage } from "./stored-lifecycle.ts";

const registry = { account: "123456789012" as AccountId, region: "us-west-2" as Region };
const digestOf = (n: number) => `sha256:${String(n).padStart(64, "0")}` as Digest;

const policy = JSON.stringify({
  rules: [
    {
      ...{ rulePriority: 2, description: "remove all images > 2" },
      selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 2 },
      action: { type: "expire" },
    },
    {
      rulePriority: 1,
      selection: {
        ...{ tagStatus: "tagged", tagPrefixList: ["v"] },
        ...{ countType: "sinceImagePushed", countUnit: "days", countNumber: 30 },
      },
      action: { type: "transition", targetStorageClass: "archive" },
    },
  ],
});
const extension = JSON.stringify({
  rules: [
    {
      ...{ rulePriority: 3, perTag: true },
      selection: {
        ...{ tagStatus: "tagged", tagSemverRange: "<1" },
        ...{ countType: "imageCountMoreThan", countNumber: 5 },
      },
      action: { type: "expire" },
    },
    {
      rulePriority: 4,
      selection: { tagStatus: "tagged", tagPatternList: ["keep*"], storageClass: "archive" },
      action: { type: "retain" },
    },
  ],
});

const run: LifecycleRun = {
  repository: { registry, id: "ceb86829-58e7-9498-920c-aa042e33037b" },
  id: "1584042000000-9354dd7f-9aac-4e9d-956d-12561a4923aa",
  name: "testrepo" as RepositoryName,
  at: 1_584_042_000_000,
  policy,
  extension,
  policyVersion: 1,
  previousAt: undefined,
  ...{ expired: 1, archived: 0, untagged: 0, failed: 1, freedBytes: 0 },
  finishedAt: 1_584_042_000_001,
};

function image(n: number, changes: Partial<LifecycleRunImage> = {}): LifecycleRunImage {
  return {
    ...{ digest: digestOf(n), tags: [], pushedAt: 1_584_042_813_000 + n },
    ...{ rulePriority: 2, action: "expire", sizeBytes: 10 },
    ...changes,
  };
}

const eventsOf = (images: readonly LifecycleRunImage[], of = run) =>
  policyExecutionEvents(of, lifecycleRules(of, new PackageTagPatterns()), images);

it("tells of a run in the words of ECR's documented example", () => {
  const reason = "The image is referenced by a manifest list.";
  const failure = { code: "ImageReferencedByManifestList", reason } as const;
  const events = eventsOf([image(1, { tags: ["alpine" as Tag] }), image(2, { failure })]);
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({
    repositoryName: "testrepo",
    lifecycleEventPolicy: { lastEvaluatedAt: 0, policyVersion: 1, policyId: run.repository.id },
    lifecycleEventImageActions: [
      {
        lifecycleEventImage: {
          ...{ digest: digestOf(1), tagStatus: "Tagged", tagList: ["alpine"] },
          pushedAt: 1_584_042_813_001,
        },
        rulePriority: 2,
      },
    ],
    lifecycleEventFailureDetails: [
      {
        lifecycleEventImage: {
          ...{ digest: digestOf(2), tagStatus: "Untagged", tagList: [] },
          pushedAt: 1_584_042_813_002,
        },
        ...{ rulePriority: 2, failureCode: failure.code, failureReason: reason },
      },
    ],
  });
  expect(events[0]?.lifecycleEventPolicy.lifecycleEventRules).toEqual([
    {
      rulePriority: 1,
      lifecycleEventSelection: {
        ...{ tagStatus: "Tagged", tagPrefixList: ["v"], countType: "Since image pushed" },
        ...{ countUnit: "days", countNumber: 30 },
      },
      action: "transition",
    },
    {
      ...{ rulePriority: 2, description: "remove all images > 2" },
      lifecycleEventSelection: {
        ...{ tagStatus: "Any", tagPrefixList: [] },
        ...{ countType: "Image count more than", countNumber: 2 },
      },
      action: "expire",
    },
    {
      rulePriority: 3,
      lifecycleEventSelection: {
        ...{ tagStatus: "Tagged", tagPrefixList: [], tagSemverRange: "<1" },
        ...{ countType: "Image count more than", countNumber: 5 },
      },
      ...{ action: "expire", perTag: true },
    },
    {
      rulePriority: 4,
      lifecycleEventSelection: {
        ...{ tagStatus: "Tagged", tagPrefixList: [], tagPatternList: ["keep*"] },
        storageClass: "Archive",
      },
      action: "retain",
    },
  ]);
});

it("has ten images in an event at most, in the run's order, and a hundred tags of an image", () => {
  const images = Array.from({ length: 21 }, (_, n) => image(n));
  const events = eventsOf(images, { ...run, previousAt: 5 });
  expect(events.map((event) => event.lifecycleEventImageActions.length)).toEqual([10, 10, 1]);
  const digests = events.flatMap((event) =>
    event.lifecycleEventImageActions.map(({ lifecycleEventImage: { digest } }) => digest),
  );
  expect(digests).toEqual(images.map(({ digest }) => digest));
  expect(events[2]?.lifecycleEventPolicy.lastEvaluatedAt).toBe(5);
  const tags = Array.from({ length: 150 }, (_, n) => `t${n}` as Tag);
  const [many] = eventsOf([image(1, { tags })]);
  expect(many?.lifecycleEventImageActions[0]?.lifecycleEventImage.tagList).toHaveLength(100);
  expect(eventsOf([])).toEqual([]);
});

it("says of an image that stays that only its tags were taken", () => {
  const [event] = eventsOf([
    image(1, { action: "untag", rulePriority: 3, tags: ["0.1.0" as Tag] }),
  ]);
  expect(event?.lifecycleEventImageActions).toMatchObject([{ rulePriority: 3, action: "untag" }]);
});
