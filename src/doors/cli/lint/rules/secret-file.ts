import { secretPath } from "../../../../registry/scanning/advice/secrets/secret-paths.ts";
import type { LintRule } from "../lint-finding.ts";
import { copySource, copyWords } from "../linted-dockerfile.ts";

/** A file is copied into the image by a name that is one of secrets; other stages' layers stay with who builds. */
export const secretFile: LintRule = {
  id: "secret-file",
  summary: "A file with secrets is copied into a layer",
  check({ keptInstructions }) {
    return keptInstructions.flatMap((instruction) => {
      const { name } = instruction;
      if ((name !== "COPY" && name !== "ADD") || copySource(instruction) !== undefined) return [];
      const sources = copyWords(instruction).slice(0, -1);
      const source = sources.find((each) => secretPath(each.replace(/^\.?\//, "")) !== undefined);
      if (source === undefined) return [];
      const { what, isCertain } = secretPath(source.replace(/^\.?\//, ""))!;
      return [
        {
          at: instruction,
          severity: isCertain ? ("high" as const) : ("medium" as const),
          title: `\`${source}\` is copied, ${what}`,
          reason: "The layer keeps it, also where a later RUN deletes it.",
          fix: `Name it in \`.dockerignore\`; where the build needs it, mount it: \`RUN --mount=type=secret,id=file,target=/run/secrets/file …\`.`,
        },
      ];
    });
  },
};
