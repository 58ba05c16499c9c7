import { isInstall } from "../../../../registry/scanning/advice/shell/package-installs.ts";
import type { LintRule } from "../lint-finding.ts";

/** The builder remembers a RUN by its text: lists that one RUN fetched are old when a later one is changed. */
export const aptUpdateAlone: LintRule = {
  id: "apt-update-alone",
  summary: "apt-get update is in another RUN than the installation",
  check({ runs }) {
    return runs.flatMap(({ instruction, packageCommands }) => {
      const apt = packageCommands.filter(({ manager }) => manager === "apt");
      const isAlone =
        apt.some(({ verb }) => verb === "update") &&
        !apt.some((command) => isInstall(command) || /upgrade|build-dep/.test(command.verb));
      if (!isAlone) return [];
      return [
        {
          at: instruction,
          severity: "medium" as const,
          title: "The lists of packages are fetched in a RUN of their own",
          reason:
            "The builder remembers this RUN: a package that is added to a later one is looked up in lists of the past, and is old or not found.",
          fix: "Bring both into one: `RUN apt-get update && apt-get install -y --no-install-recommends … && rm -rf /var/lib/apt/lists/*`.",
        },
      ];
    });
  },
};
