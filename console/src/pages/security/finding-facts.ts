import type { Finding } from "../../api/findings.ts";
import { shortDigest } from "../../components/values.tsx";

/** What Inspector says instead of a version. */
const noFix = "NotAvailable";

export interface FindingFacts {
  readonly severity: string;
  readonly vulnerabilityId: string;
  readonly packageName: string;
  readonly installed: string;
  readonly fixedIn: string | undefined;
  readonly isExploited: boolean;
  readonly repository: string;
  readonly digest: string;
  readonly tags: readonly string[];
  /** `team/app:1.0`, or with the beginning of the digest where it has no tag. */
  readonly imageName: string;
}

/** What a row is made of: of Inspector's shape nearly everything may be absent. */
export function factsOf(finding: Finding): FindingFacts {
  const { packageVulnerabilityDetails: details, resources } = finding;
  const [found] = details?.vulnerablePackages ?? [];
  const image = resources?.[0]?.details?.awsEcrContainerImage;
  const {
    repositoryName: repository = "",
    imageHash: digest = "",
    imageTags: tags = [],
  } = image ?? {};
  const [tag] = tags;
  const epoch = found?.epoch ? `${found.epoch}:` : "";
  const release = found?.release ? `-${found.release}` : "";
  return {
    severity: finding.severity ?? "UNTRIAGED",
    vulnerabilityId: details?.vulnerabilityId ?? "",
    packageName: found?.name ?? "",
    installed: `${epoch}${found?.version ?? ""}${release}`,
    fixedIn: found?.fixedInVersion === noFix ? undefined : found?.fixedInVersion,
    isExploited: finding.exploitAvailable === "YES",
    ...{ repository, digest, tags },
    imageName: tag === undefined ? `${repository}@${shortDigest(digest)}` : `${repository}:${tag}`,
  };
}
