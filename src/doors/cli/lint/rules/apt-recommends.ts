import { isInstall } from "../../../../registry/scanning/advice/shell/package-installs.ts";
import type { LintRule } from "../lint-finding.ts";

/** apt installs what packages recommend, too, unless it is told not to. */
export const aptRecommends: LintRule = {
  id: "apt-recommends",
  summary: "apt installs recommended packages",
  check({ keptRuns }) {
    return keptRuns.flatMap(({ instruction, script, packageCommands }) => {
      const isMet = packageCommands.some(
        (command) =>
          command.manager === "apt" &&
          isInstall(command) &&
          !command.options.includes("--no-install-recommends"),
      );
      // Also as an option of the command, or in a file that the RUN writes.
      if (!isMet || /Install-Recommends/i.test(script)) return [];
      return [
        {
          at: instruction,
          severity: "low" as const,
          title: "apt installs what is only recommended",
          reason:
            "Packages come along that nothing needs: more to pull, and more that has vulnerabilities.",
          fix: "`apt-get install -y --no-install-recommends …`; name what is missed then.",
        },
      ];
    });
  },
};
