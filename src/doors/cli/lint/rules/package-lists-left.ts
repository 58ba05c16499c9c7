import {
  isInstall,
  type PackageManager,
} from "../../../../registry/scanning/advice/shell/package-installs.ts";
import type { LintRule, RuleFinding } from "../lint-finding.ts";
import { hasCacheAt, type RunStep } from "../linted-dockerfile.ts";

interface Manager {
  readonly cache: string;
  /** Whether the RUN leaves nothing. */
  isClean(step: RunStep): boolean;
  readonly what: string;
  readonly fix: string;
}

const cleans = ({ packageCommands }: RunStep) =>
  packageCommands.some(({ verb, packages }) => verb === "clean" || packages.includes("clean"));
const removes = ({ commands }: RunStep, path: string) =>
  commands.some(({ words }) => words.includes("rm") && words.some((word) => word.startsWith(path)));

const managers: Readonly<Record<PackageManager, Manager>> = {
  apt: {
    cache: "/var/lib/apt/lists",
    isClean: (step) => removes(step, "/var/lib/apt/lists") || removes(step, "/var/lib/apt/"),
    what: "apt's lists of packages",
    fix: "End the same RUN with `&& rm -rf /var/lib/apt/lists/*`; in a later one it saves nothing.",
  },
  apk: {
    cache: "/var/cache/apk",
    isClean: (step) =>
      removes(step, "/var/cache/apk") ||
      step.packageCommands.every(
        ({ verb, options }) => !["add", "update"].includes(verb) || options.includes("--no-cache"),
      ),
    what: "apk's index",
    fix: "Install with `apk add --no-cache …`, and leave `apk update` out.",
  },
  dnf: {
    cache: "/var/cache",
    isClean: (step) => cleans(step) || removes(step, "/var/cache"),
    what: "the cache of dnf or yum",
    fix: "End the same RUN with `&& dnf clean all` (or `yum`, `microdnf`).",
  },
  zypper: {
    cache: "/var/cache",
    isClean: (step) => cleans(step) || removes(step, "/var/cache"),
    what: "zypper's cache",
    fix: "End the same RUN with `&& zypper clean -a`.",
  },
};

/** A RUN of the image that fetches lists of packages, or archives of them, and leaves them in its layer. */
export const packageListsLeft: LintRule = {
  id: "package-lists-left",
  summary: "Lists and archives of a package manager are left in a layer",
  check: ({ keptRuns }) => keptRuns.flatMap(findingsOf),
};

function findingsOf(step: RunStep): RuleFinding[] {
  const asked = step.packageCommands.filter(
    (command) => isInstall(command) || command.verb === "update" || command.verb === "upgrade",
  );
  return [...new Set(asked.map(({ manager }) => manager))].flatMap((name) => {
    const { cache, isClean, what, fix } = managers[name];
    const isMounted =
      hasCacheAt(step.instruction, cache) ||
      (name === "dnf" && hasCacheAt(step.instruction, "/var/cache/dnf"));
    if (isMounted || isClean(step)) return [];
    return [
      {
        at: step.instruction,
        severity: "medium" as const,
        title: `The layer keeps ${what}`,
        reason:
          "They are tens of megabytes that are pulled with the image, and out of date with the next day.",
        fix,
      },
    ];
  });
}
