import type { Finding } from "../finding.ts";
import type { ImageConfig } from "../image-config.ts";
import { type ImageFinding, severityChoice, worstFirst } from "../image-finding.ts";
import { hashOf } from "../sbom/sbom-subject.ts";
import { priorityOf } from "../severity/priority.ts";
import type { Suppression, Suppressor } from "../suppressor.ts";
import { configFacts, findingFacts, type WeighedFinding } from "../weighed-finding.ts";

/** Of where an image runs, and who pulls it, nothing is known outside of the registry. */
const unused = { hasProductionTag: false, isInUse: false } as const;

/**
 * Findings in an image that is not in the registry, the worst first, with what suppresses each. Their ids are the
 * same from one build of the image to the next.
 */
export function weighOutside(
  findings: readonly Finding[],
  config: ImageConfig,
  suppressors: readonly Suppressor[],
  now: number,
): readonly WeighedFinding[] {
  const facts = { ...configFacts(config), ...unused };
  const observed = findings.map((finding): ImageFinding => {
    const { severity } = severityChoice(finding);
    const times = { firstObservedAt: now, lastObservedAt: now, changedAt: now };
    return { ...finding, id: idOf(finding), severity, ...times };
  });
  return observed.toSorted(worstFirst).map((finding) => ({
    ...finding,
    priority: priorityOf({ ...findingFacts(finding), ...facts }),
    suppression: suppressionOf(finding, suppressors),
  }));
}

function suppressionOf(
  finding: ImageFinding,
  suppressors: readonly Suppressor[],
): Suppression | undefined {
  for (const suppressor of suppressors) {
    const suppression = suppressor(finding);
    if (suppression !== undefined) return suppression;
  }
  return undefined;
}

function idOf({ vulnerabilityId, package: { type, name, version, architecture } }: Finding) {
  return hashOf(vulnerabilityId, type, name, version, architecture ?? "").slice(0, 32);
}
