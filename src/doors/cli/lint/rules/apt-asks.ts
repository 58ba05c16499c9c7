import { isInstall } from "../../../../registry/scanning/advice/shell/package-installs.ts";
import type { LintRule } from "../lint-finding.ts";

/** A build has nobody to ask: without `-y`, apt gives up. */
export const aptAsks: LintRule = {
  id: "apt-asks",
  summary: "A package manager asks in a build",
  check({ runs }) {
    return runs.flatMap(({ instruction, script, packageCommands }) => {
      const asks = packageCommands.find(
        (command) =>
          isInstall(command) &&
          (command.manager === "apt" || command.manager === "dnf") &&
          !command.options.some((option) =>
            /^(-[a-z]*y[a-z]*|--yes|--assume-yes|-qq+)$/.test(option),
          ) &&
          !command.options.includes("--assumeyes"),
      );
      if (asks === undefined || /Assume-Yes|^yes\b|\byes \|/.test(script)) return [];
      return [
        {
          at: instruction,
          severity: "medium" as const,
          title: `The installation by ${asks.manager} waits for an answer`,
          reason: "A build has nobody who says yes: where there is something to ask, it fails.",
          fix: `Add \`-y\`: \`${asks.manager === "apt" ? "apt-get" : "dnf"} ${asks.verb} -y …\`.`,
        },
      ];
    });
  },
};
