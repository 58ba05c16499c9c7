import { hideSecrets } from "../../../registry/scanning/advice/secrets/find-secrets.ts";
import type { LintFinding } from "./lint-finding.ts";
import { lintRules } from "./lint-rules.ts";
import { LintedDockerfile } from "./linted-dockerfile.ts";
import { parseDockerfile } from "./parse-dockerfile.ts";

/**
 * What a reviewer would say of a Dockerfile, in the order of its lines. No secret is told.
 * @param ignored ids of rules that are not looked at
 * @throws DockerfileError when it is none
 */
export function lintDockerfile(
  text: string,
  ignored: ReadonlySet<string> = new Set(),
): LintFinding[] {
  const linted = new LintedDockerfile(parseDockerfile(text));
  const rules = lintRules.filter(({ id }) => !ignored.has(id));
  const findings = rules.flatMap(({ id, check }) =>
    check(linted)
      .filter(({ at }) => !at.ignored.has(id))
      .map(({ at, severity, title, reason, fix }) => ({
        ...{ id, severity, line: at.line, endLine: at.endLine },
        ...{ title: hideSecrets(title), reason: hideSecrets(reason), fix: hideSecrets(fix) },
      })),
  );
  return findings.sort((a, b) => a.line - b.line);
}
