import type { LintRule } from "../lint-finding.ts";

const upgrades = new Set(["upgrade", "dist-upgrade", "full-upgrade", "distro-sync", "dup"]);

/** Everything newer, whatever that is on the day, in a layer above the base that has it all already. */
export const packageUpgrade: LintRule = {
  id: "package-upgrade",
  summary: "All packages of the base image are upgraded",
  check({ keptRuns }) {
    return keptRuns.flatMap(({ instruction, packageCommands }) => {
      const upgrade = packageCommands.find(
        ({ manager, verb, packages }) =>
          packages.length === 0 &&
          (upgrades.has(verb) ||
            (verb === "update" && (manager === "dnf" || manager === "zypper"))),
      );
      if (upgrade === undefined) return [];
      return [
        {
          at: instruction,
          severity: "low" as const,
          title: "The build upgrades the whole base image",
          reason:
            "What it changes lies in the image twice, two builds of one file differ, and while the builder remembers the RUN nothing is upgraded at all.",
          fix: "Take a newer base image instead, and build again when there is one: `docker build --pull`. Where one fix cannot wait, install that package by name.",
        },
      ];
    });
  },
};
