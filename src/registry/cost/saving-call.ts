import type { TagPatterns } from "../../ports/tag-patterns.ts";
import { isRegistryError } from "../errors.ts";
import type { LifecycleRule } from "../lifecycle/lifecycle-rule.ts";
import { lifecycleRules } from "../lifecycle/lifecycle-rules.ts";
import type { LifecycleTexts } from "../lifecycle/stored-lifecycle.ts";
import type { RepositoryName } from "../names.ts";
import { costLimits } from "./cost-limits.ts";
import type { ArchitectureGroup, CostSaving, SavingKind } from "./cost-saving.ts";

/** An operation of the API with its input, ready to be asked. */
export interface SavingCall {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Findings that a lifecycle rule finds. */
export type RuleKind = Extract<SavingKind, "UNTAGGED" | "UNPULLED" | "ARCHIVE" | "NO_POLICY">;

/**
 * What makes the saving. Rules are the repository's as they are now with one more, so that what they do
 * already goes on. Images that nobody pulls are named instead: a rule about all images would leave
 * nothing to those behind it. `undefined` for what no one call can do, and where the rules leave
 * no room for one more.
 */
export function savingCall(
  { kind, name, group, digests = [] }: Pick<CostSaving, "kind" | "name" | "group" | "digests">,
  texts: LifecycleTexts,
  patterns: TagPatterns,
): SavingCall | undefined {
  switch (kind) {
    case "TRASH":
      return { operation: "entrepot:EmptyTrash", input: { repositoryName: name } };
    case "UNTAGGED":
    case "NO_POLICY": {
      const extensionText = withRule(kind, texts, patterns)?.extension;
      if (extensionText === undefined) return undefined;
      const input = { repositoryName: name, extensionText };
      return { operation: "entrepot:PutLifecycleExtension", input };
    }
    case "ARCHIVE": {
      const lifecyclePolicyText = withRule(kind, texts, patterns)?.policy;
      if (lifecyclePolicyText === undefined) return undefined;
      const input = { repositoryName: name, lifecyclePolicyText };
      return { operation: "ecr:PutLifecyclePolicy", input };
    }
    case "UNPULLED": {
      const imageIds = digests.map((imageDigest) => ({ imageDigest }));
      return { operation: "ecr:BatchDeleteImage", input: { repositoryName: name, imageIds } };
    }
    case "ARCHITECTURES":
      return group && indexCall(name, group);
    case "ARCHITECTURE_REPOSITORIES":
    case "UNCOMPRESSED":
    case "RECOMPRESSION":
      return undefined;
  }
}

/** Rules with one more, and its priority. */
export interface ExtendedRules extends LifecycleTexts {
  readonly rulePriority: number;
  readonly rules: readonly LifecycleRule[];
}

/**
 * The rules with one more; `undefined` where they leave nothing to it, as its like does, or are refused
 * with it. The one of UNPULLED is only for finding such images. ECR's policies expire nothing by the
 * last pull, so that all but the one of ARCHIVE stand beside the policy.
 */
export function withRule(
  kind: RuleKind,
  texts: LifecycleTexts,
  patterns: TagPatterns,
): ExtendedRules | undefined {
  const where = kind === "ARCHIVE" ? "policy" : "extension";
  try {
    const rulePriority = placeOf(kind, lifecycleRules(texts, patterns));
    if (rulePriority === undefined) return undefined;
    const rules = [...rulesIn(texts[where]), { rulePriority, ...ruleOf(kind) }];
    const next = { ...texts, [where]: JSON.stringify({ rules }) };
    return { ...next, rulePriority, rules: lifecycleRules(next, patterns) };
  } catch (error) {
    if (isRegistryError(error, "InvalidParameter")) return undefined;
    throw error;
  }
}

/** Behind all others; each at another place, as policy and extension may have no priority in common. */
const places: Readonly<Record<RuleKind, number>> = {
  ...{ UNTAGGED: 1, NO_POLICY: 1, UNPULLED: 2, ARCHIVE: 3 },
};

/**
 * Behind all others, but one about untagged images before one about any: that leaves nothing to rules
 * behind it. Between these two there are only rules about tagged images, so that nothing is taken from
 * them. `undefined` where there is no such place.
 */
function placeOf(kind: RuleKind, rules: readonly LifecycleRule[]): number | undefined {
  const acting = rules.filter(
    ({ action, storageClass }) => action !== "retain" && storageClass === "standard",
  );
  const taken = new Set(rules.map(({ rulePriority }) => rulePriority));
  const any = acting.find(({ tagStatus }) => tagStatus === "any")?.rulePriority;
  if (kind === "UNTAGGED" || kind === "NO_POLICY") {
    if (acting.some(({ tagStatus }) => tagStatus === "untagged")) return undefined;
    for (let place = (any ?? 0) - 1; place > 0; place--) if (!taken.has(place)) return place;
  }
  return any === undefined ? Math.max(0, ...taken) + places[kind] : undefined;
}

function ruleOf(kind: RuleKind): object {
  const pulled = { countType: "sinceImagePulled", countUnit: "days" };
  switch (kind) {
    case "UNTAGGED":
    case "NO_POLICY":
      return {
        description: `Untagged images that nobody pulls go after ${costLimits.untaggedDays} days`,
        selection: { tagStatus: "untagged", ...pulled, countNumber: costLimits.untaggedDays },
        action: { type: "expire" },
      };
    case "UNPULLED":
      return {
        description: `Images that nobody pulls go after ${costLimits.unpulledDays} days`,
        selection: { tagStatus: "any", ...pulled, countNumber: costLimits.unpulledDays },
        action: { type: "expire" },
      };
    case "ARCHIVE":
      return {
        description: `Images that nobody pulls are archived after ${costLimits.archiveDays} days`,
        selection: { tagStatus: "any", ...pulled, countNumber: costLimits.archiveDays },
        action: { type: "transition", targetStorageClass: "archive" },
      };
  }
}

function rulesIn(text: string | undefined): readonly unknown[] {
  return text === undefined ? [] : (JSON.parse(text) as { rules: readonly unknown[] }).rules;
}

const indexMediaType = "application/vnd.oci.image.index.v1+json";

function indexCall(repositoryName: RepositoryName, { tag, images }: ArchitectureGroup): SavingCall {
  const manifests = images.map(({ digest, architecture, mediaType, sizeBytes }) => ({
    ...{ mediaType, digest, size: sizeBytes },
    platform: { architecture, os: "linux" },
  }));
  const imageManifest = JSON.stringify({ schemaVersion: 2, mediaType: indexMediaType, manifests });
  const input = { repositoryName, imageManifest, imageTag: tag };
  return { operation: "ecr:PutImage", input };
}
