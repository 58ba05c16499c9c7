import { type ImageFinding, severityChoice } from "../../registry/scanning/image-finding.ts";
import type { Suppression, WeighedFinding } from "../../registry/scanning/weighed-finding.ts";
import { epochSeconds } from "../ecr/wire.ts";

export interface SuppressionAnswer extends Omit<Suppression, "until"> {
  readonly until?: number;
}

/** A finding as our own operations tell it. */
export interface WeighedFindingAnswer {
  readonly findingId: string;
  readonly vulnerabilityId: string;
  readonly aliases: readonly string[];
  readonly advisories: readonly string[];
  readonly title?: string;
  readonly url: string;
  readonly severity: string;
  /** CVSS. */
  readonly score?: number;
  /** From 0 to 100. */
  readonly priority: number;
  /** What the priority is made of, the most first; points add up to it. */
  readonly explanation: readonly { factor: string; points: number; reason: string }[];
  readonly package: {
    readonly type: string;
    readonly name: string;
    readonly version: string;
    readonly architecture?: string;
    readonly places: readonly { path: string; layer: string }[];
  };
  readonly state: string;
  readonly fixedVersion?: string;
  readonly exploited: boolean;
  /** From 0 to 1: how likely it is to be exploited within 30 days. */
  readonly exploitProbability?: number;
  readonly suppression?: SuppressionAnswer;
  readonly firstObservedAt: number;
  readonly lastObservedAt: number;
}

export function weighedFindingAnswer(finding: WeighedFinding): WeighedFindingAnswer {
  const { vulnerabilityId, aliases, advisories, title, sourceUrl, severity, priority } = finding;
  const { fixedVersion, epss, suppression } = finding;
  const { score } = severityChoice(finding);
  return {
    ...{ findingId: finding.id, vulnerabilityId, aliases, advisories },
    ...(title !== undefined && { title }),
    ...{ url: sourceUrl, severity },
    ...(score !== undefined && { score: score.value }),
    ...{ priority: priority.number, explanation: priority.parts.map((part) => ({ ...part })) },
    package: packageAnswer(finding),
    state: finding.state,
    ...(fixedVersion !== undefined && { fixedVersion }),
    exploited: finding.kev !== undefined,
    ...(epss !== undefined && { exploitProbability: epss.score }),
    ...(suppression !== undefined && { suppression: suppressionAnswer(suppression) }),
    firstObservedAt: epochSeconds(finding.firstObservedAt),
    lastObservedAt: epochSeconds(finding.lastObservedAt),
  };
}

function packageAnswer({ package: of }: ImageFinding): WeighedFindingAnswer["package"] {
  const { type, name, version, architecture, places } = of;
  return {
    ...{ type, name, version },
    ...(architecture !== undefined && { architecture }),
    places: places.map(({ path, inside, layerDiffId }) => ({
      path: inside === undefined ? path : `${path}!/${inside}`,
      layer: layerDiffId,
    })),
  };
}

function suppressionAnswer({ kind, id, reason, until }: Suppression): SuppressionAnswer {
  return { kind, id, reason, ...(until !== undefined && { until: epochSeconds(until) }) };
}
