import type { RuleAdvice } from "../advice.ts";
import type { ReviewRule } from "../review-rule.ts";
import { findSecrets } from "../secrets/find-secrets.ts";

/** A variable of the config is in every container, in what `inspect` prints, and with whoever pulls the image. */
export const secretInEnvironment: ReviewRule = {
  id: "secret-in-environment",
  review: ({ config }) => config.env.flatMap(adviceOn),
};

function adviceOn(variable: string): RuleAdvice[] {
  const [secret] = findSecrets(variable);
  if (secret === undefined) return [];
  const equals = variable.indexOf("=");
  const name = equals > 0 && secret.start > equals ? variable.slice(0, equals) : "a variable";
  const begin = secret.preview === "" ? "" : ` (${secret.preview}…)`;
  return [
    {
      severity: secret.isCertain ? "critical" : "high",
      title: `\`${name}\` holds a secret`,
      reason: `The image's environment has ${articled(secret.kind)}${begin} in \`${name}\`. Whoever can pull the image has it.`,
      fix: `Revoke it, take it out of the Dockerfile, and give it to containers when they start: as a mounted file, or as a variable of the deployment. Rebuild: the old image still has it.`,
    },
  ];
}

/** `a password`, `an AWS access key id` */
export function articled(kind: string): string {
  return `${/^[aeiouAEIOU]/.test(kind) || kind.startsWith("npm") ? "an" : "a"} ${kind}`;
}
