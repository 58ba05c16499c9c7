import { programOf } from "../../../../registry/scanning/advice/shell/package-installs.ts";
import type { LintRule } from "../lint-finding.ts";

const shells = new Set(["sh", "bash", "ash", "dash", "zsh", "python", "python3", "node", "perl"]);
const fetchers = new Set(["curl", "wget"]);

/** What a server sends is run without anybody looking. */
export const pipedScript: LintRule = {
  id: "piped-script",
  summary: "A script is run as it is downloaded",
  check({ runs }) {
    return runs.flatMap(({ instruction, commands }) => {
      const isPiped = commands.some(
        (command, at) =>
          command.operator === "|" &&
          shells.has(programOf(command)) &&
          fetchers.has(programOf(commands[at - 1]!)),
      );
      if (!isPiped) return [];
      return [
        {
          at: instruction,
          severity: "medium" as const,
          title: "The RUN executes what a server sends",
          reason:
            "Whatever the server, or who took it over, sends on the day of the build becomes part of the image; a broken connection runs half of it.",
          fix: "Download a version, check it, and run it then: `ADD --checksum=sha256:… <url> /tmp/install.sh`, or install a package that is signed.",
        },
      ];
    });
  },
};
