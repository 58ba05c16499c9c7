import { tagOf } from "../../../../registry/scanning/advice/base-image.ts";
import type { LintRule, RuleFinding } from "../lint-finding.ts";
import { foreignBase } from "../linted-dockerfile.ts";

/** FROM without version, or without the digest that makes one the same tomorrow. */
export const unpinnedBase: LintRule = {
  id: "unpinned-base",
  summary: "A base image is not pinned",
  check({ dockerfile }) {
    return dockerfile.stages.flatMap((stage): RuleFinding[] => {
      const base = foreignBase(stage);
      if (base === undefined || base === "" || base.includes("@")) return [];
      const tag = tagOf(base);
      if (tag === undefined || tag === "latest") {
        return [
          {
            at: stage.from,
            severity: "medium",
            title: `\`${base}\` is whatever is newest`,
            reason:
              "A build on another day is on another major version, without anybody deciding so.",
            fix: `Name a version: \`FROM ${base.replace(/:latest$/, "")}:<version>\`, best with its digest.`,
          },
        ];
      }
      return [
        {
          at: stage.from,
          severity: "info",
          title: `\`${base}\` is not pinned by a digest`,
          reason:
            "The tag may lead to another image tomorrow, and the same file then builds something else.",
          fix: `Add the digest, \`FROM ${base}@sha256:…\`, and have Renovate or the like keep it up to date.`,
        },
      ];
    });
  },
};
