import { baseImage, tagOf } from "../base-image.ts";
import type { ReviewRule } from "../review-rule.ts";

/** What a tag leads to changes: without a digest, nobody can say what the image was built on. */
export const unpinnedBase: ReviewRule = {
  id: "unpinned-base",
  review(image) {
    const base = baseImage(image.config, image.subject.annotations);
    if (base === undefined) return [];
    const tag = tagOf(base.name);
    const isLatest = tag === undefined || tag === "latest";
    if (isLatest) {
      const pinned = base.digest === undefined ? "" : ` This one was built on ${base.digest}.`;
      return [
        {
          severity: base.digest === undefined ? "medium" : "low",
          title: `The base image is \`${base.name}\`, whatever is newest`,
          reason: `A build on another day is on another major version, without anybody deciding so.${pinned}`,
          fix: "Name a version, and the digest that goes with it: `FROM debian:12.8@sha256:…`. Tools such as Renovate keep both up to date.",
        },
      ];
    }
    if (base.digest !== undefined) return [];
    return [
      {
        severity: "low",
        title: `The base image \`${base.name}\` is not pinned by a digest`,
        reason:
          "The tag may lead to another image tomorrow, and the same Dockerfile then builds something else.",
        fix: `Add the digest: \`FROM ${base.name}@sha256:…\`.`,
      },
    ];
  },
};
