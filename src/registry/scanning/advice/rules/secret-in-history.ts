import type { RuleAdvice } from "../advice.ts";
import type { BuildStep } from "../image-history.ts";
import type { ReviewRule } from "../review-rule.ts";
import { findSecrets } from "../secrets/find-secrets.ts";
import type { FoundSecret } from "../secrets/found-secret.ts";
import { articled } from "./secret-in-environment.ts";

/** The history keeps every line of the Dockerfile and the values that ARG had. */
export const secretInHistory: ReviewRule = {
  id: "secret-in-history",
  review({ config, steps }) {
    // What the environment has is told there.
    const told = new Set(config.env.flatMap((text) => findSecrets(text).map(valueIn(text))));
    return steps.flatMap((step) => {
      const texts = [step.text, ...step.buildArguments];
      for (const text of texts) {
        const isNew = (secret: FoundSecret) => !told.has(valueIn(text)(secret));
        const secrets = findSecrets(text).filter(isNew);
        for (const secret of secrets) told.add(valueIn(text)(secret));
        if (secrets.length > 0) return [adviceOn(step, secrets[0]!, text !== step.text)];
      }
      return [];
    });
  },
};

const valueIn =
  (text: string) =>
  ({ start, end }: FoundSecret): string =>
    text.slice(start, end);

function adviceOn(step: BuildStep, secret: FoundSecret, isArgument: boolean): RuleAdvice {
  const { kind, preview, isCertain, name } = secret;
  const begin = preview === "" ? "" : ` (${preview}…)`;
  const named = name === undefined ? "" : ` as \`${name}\``;
  const where =
    isArgument || step.instruction === "ARG"
      ? "a build argument"
      : `a ${step.instruction || "step"}`;
  const { layerDiffId } = step;
  return {
    severity: isCertain ? "critical" : "high",
    title: `The history holds ${articled(kind)}`,
    reason: `${capital(where)} of the build has ${articled(kind)}${begin}${named}. The history is part of the image: \`docker history --no-trunc\` shows it to whoever can pull.`,
    fix: "Revoke it, and give it to the build as a secret, which leaves no trace: `RUN --mount=type=secret,id=token …`, built with `--secret id=token,src=…`.",
    ...(layerDiffId !== undefined && { layerDiffId }),
  };
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
