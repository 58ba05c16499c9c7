import type { AdvisoryIndex } from "../../ports/advisories.ts";
import { cveNumber } from "./advisories/vulnerability-names.ts";
import type { ImageFinding } from "./image-finding.ts";

/** The findings with the likelihoods of exploitation that an index has, in the order that they are in. */
export async function withPredictions(
  index: AdvisoryIndex,
  findings: readonly ImageFinding[],
): Promise<readonly ImageFinding[]> {
  const names = findings.flatMap(({ vulnerabilityId, aliases }) => [vulnerabilityId, ...aliases]);
  const cves = new Set(names.filter((name) => cveNumber(name) !== undefined));
  const facts = await index.facts([...cves]);
  return findings.map((finding): ImageFinding => {
    const { vulnerabilityId, aliases } = finding;
    const known = [vulnerabilityId, ...aliases].find((name) => facts.get(name)?.epss !== undefined);
    const epss = known === undefined ? undefined : facts.get(known)?.epss;
    return epss === undefined ? finding : { ...finding, epss };
  });
}
