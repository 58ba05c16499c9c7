import { articled } from "../../../../registry/scanning/advice/rules/secret-in-environment.ts";
import { findSecrets } from "../../../../registry/scanning/advice/secrets/find-secrets.ts";
import { namedSecret } from "../../../../registry/scanning/advice/secrets/telling-names.ts";
import type { Instruction } from "../dockerfile.ts";
import type { LintRule, RuleFinding } from "../lint-finding.ts";

const mount =
  "give it to the build as a secret, which leaves no trace: `RUN --mount=type=secret,id=token …`, built with `--secret id=token,src=…`";

/** Values of ENV and ARG are in the image's config and history. */
export const secretInEnvironment: LintRule = {
  id: "secret-in-environment",
  summary: "ENV or ARG has a secret",
  check: ({ dockerfile, keptInstructions }) =>
    dockerfile.instructions
      .filter(({ name }) => name === "ENV" || name === "ARG")
      .flatMap((instruction) => {
        const values = valueFindings(instruction);
        // The history of other stages is not the image's.
        const isKept = keptInstructions.includes(instruction);
        return values ?? (isKept ? nameFindings(instruction) : []);
      }),
};

function valueFindings(instruction: Instruction): RuleFinding[] | undefined {
  const { name, text } = instruction;
  // `ENV NAME value` is a pair as well.
  const pair = /^(\w+)\s+(?!\w+=)(.*)$/s.exec(text);
  const written = pair === null || name === "ARG" ? text : `${pair[1]}=${pair[2]}`;
  const [secret] = findSecrets(written);
  if (secret === undefined) return undefined;
  const named = secret.name === undefined ? "" : ` in \`${secret.name}\``;
  return [
    {
      at: instruction,
      severity: secret.isCertain ? "critical" : "high",
      title: `${name} has ${articled(secret.kind)}${named}`,
      reason: `It is in the ${name === "ENV" ? "environment of every container" : "history of the image"}, for whoever can pull, and in this file.`,
      fix: `Revoke it, and ${mount}; or to containers when they start.`,
    },
  ];
}

/** What is given with `--build-arg` is in the history, whatever stands here. */
function nameFindings(instruction: Instruction): RuleFinding[] {
  if (instruction.name !== "ARG") return [];
  const names = instruction.text.split(/\s+/).map((word) => word.split("=")[0]!);
  const telling = names.find((name) => namedSecret(name) !== undefined);
  if (telling === undefined) return [];
  return [
    {
      at: instruction,
      severity: "medium",
      title: `The build is given \`${telling}\` as an argument`,
      reason:
        "The history of the image has the values of its build arguments: `docker history --no-trunc` shows them.",
      fix: `Leave the argument out, and ${mount}.`,
    },
  ];
}
