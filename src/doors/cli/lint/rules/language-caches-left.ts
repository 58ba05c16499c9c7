import {
  programOf,
  programWords,
} from "../../../../registry/scanning/advice/shell/package-installs.ts";
import type { LintRule } from "../lint-finding.ts";
import { hasCacheAt } from "../linted-dockerfile.ts";

/** pip keeps what it downloads, unless it is told not to. */
export const languageCachesLeft: LintRule = {
  id: "language-caches-left",
  summary: "pip's cache is left in a layer",
  check({ keptRuns, keptInstructions }) {
    const isOff = keptInstructions.some(
      ({ name, text }) => name === "ENV" && text.includes("PIP_NO_CACHE_DIR"),
    );
    if (isOff) return [];
    return keptRuns.flatMap(({ instruction, script, commands }) => {
      const installs = commands.some((command) => {
        const words = programWords(command);
        const isModule = programOf(command).startsWith("python") && words[1] === "-m";
        const [program = "", verb] = isModule ? words.slice(2) : [programOf(command), words[1]];
        const isPip = /^pip[0-9.]*$/.test(program) && verb === "install";
        return isPip && !words.includes("--no-cache-dir");
      });
      const isGone =
        hasCacheAt(instruction, "/root/.cache/pip") ||
        /\.cache|PIP_NO_CACHE_DIR|pip cache purge/.test(script);
      if (!installs || isGone) return [];
      return [
        {
          at: instruction,
          severity: "low" as const,
          title: "The layer keeps pip's cache",
          reason: "What was downloaded stays beside what was installed from it.",
          fix: "`pip install --no-cache-dir …`, or keep the cache outside of the image: `RUN --mount=type=cache,target=/root/.cache/pip pip install …`.",
        },
      ];
    });
  },
};
