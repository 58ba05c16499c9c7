import { articled } from "../../../../registry/scanning/advice/rules/secret-in-environment.ts";
import { findSecrets } from "../../../../registry/scanning/advice/secrets/find-secrets.ts";
import type { LintRule } from "../lint-finding.ts";

const elsewhere = new Set(["ENV", "ARG"]);

/** Every other line with a secret in it: the history of the image has it word for word. */
export const secretInHistory: LintRule = {
  id: "secret-in-history",
  summary: "An instruction has a secret in it",
  check({ dockerfile }) {
    return dockerfile.instructions.flatMap((instruction) => {
      if (elsewhere.has(instruction.name)) return [];
      const texts = [instruction.text, ...instruction.heredocs.map(({ content }) => content)];
      const secret = texts.flatMap(findSecrets)[0];
      if (secret === undefined) return [];
      return [
        {
          at: instruction,
          severity: secret.isCertain ? ("critical" as const) : ("high" as const),
          title: `${instruction.name} has ${articled(secret.kind)} in it`,
          reason: "The history of the image has the line word for word, for whoever can pull it.",
          fix: "Revoke it, and give it to the build as a secret, which leaves no trace: `RUN --mount=type=secret,id=token …`, built with `--secret id=token,src=…`.",
        },
      ];
    });
  },
};
