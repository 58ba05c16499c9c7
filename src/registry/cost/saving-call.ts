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
 * What makes the saving. Rules are the repository's as they are now with one more behind them, so that
 * what they do already goes on. Images that nobody pulls are named instead: a rule about all images
 * would leave nothing to those behind it. `undefined` for what only another push can do.
 */
export function savingCall(
  { kind, name, group, digests = [] }: Pick<CostSaving, "kind" | "name" | "group" | "digests">,
  texts: LifecycleTexts,
): SavingCall | undefined {
  switch (kind) {
    case "TRASH":
      return { operation: "entrepot:EmptyTrash", input: { repositoryName: name } };
    case "UNTAGGED":
    case "ARCHIVE":
    case "NO_POLICY": {
      const lifecyclePolicyText = withRule(kind, texts).policy;
      const input = { repositoryName: name, lifecyclePolicyText };
      return { operation: "ecr:PutLifecyclePolicy", input };
    }
    case "UNPULLED": {
      const imageIds = digests.map((imageDigest) => ({ imageDigest }));
      return { operation: "ecr:BatchDeleteImage", input: { repositoryName: name, imageIds } };
    }
    case "ARCHITECTURES":
      return group && indexCall(name, group);
    case "UNCOMPRESSED":
      return undefined;
  }
}

/** Behind all others; each at another place, as policy and extension may have no priority in common. */
const places: Readonly<Record<RuleKind, number>> = {
  ...{ UNTAGGED: 1, NO_POLICY: 1, UNPULLED: 2, ARCHIVE: 3 },
};

/** The rules with one more, and its priority. The one of UNPULLED is only for finding such images. */
export function withRule(
  kind: RuleKind,
  texts: LifecycleTexts,
): LifecycleTexts & { readonly rulePriority: number } {
  const rules = { policy: rulesIn(texts.policy), extension: rulesIn(texts.extension) };
  const priorities = [...rules.policy, ...rules.extension].map(({ rulePriority }) => rulePriority);
  const rulePriority = Math.max(0, ...priorities.map(Number)) + places[kind];
  const rule = { rulePriority, ...ruleOf(kind) };
  return kind === "UNPULLED"
    ? { ...texts, rulePriority, extension: JSON.stringify({ rules: [...rules.extension, rule] }) }
    : { ...texts, rulePriority, policy: JSON.stringify({ rules: [...rules.policy, rule] }) };
}

function ruleOf(kind: RuleKind): object {
  const days = { countUnit: "days" };
  switch (kind) {
    case "UNTAGGED":
    case "NO_POLICY":
      return {
        description: `Untagged images go after ${costLimits.untaggedDays} days`,
        selection: {
          ...{ tagStatus: "untagged", countType: "sinceImagePushed", ...days },
          countNumber: costLimits.untaggedDays,
        },
        action: { type: "expire" },
      };
    case "UNPULLED":
      return {
        description: `Images that nobody pulls go after ${costLimits.unpulledDays} days`,
        selection: {
          ...{ tagStatus: "any", countType: "sinceImagePulled", ...days },
          countNumber: costLimits.unpulledDays,
        },
        action: { type: "expire" },
      };
    case "ARCHIVE":
      return {
        description: `Images that nobody pulls are archived after ${costLimits.archiveDays} days`,
        selection: {
          ...{ tagStatus: "any", countType: "sinceImagePulled", ...days },
          countNumber: costLimits.archiveDays,
        },
        action: { type: "transition", targetStorageClass: "archive" },
      };
  }
}

function rulesIn(text: string | undefined): readonly { readonly rulePriority?: unknown }[] {
  if (text === undefined) return [];
  const { rules } = JSON.parse(text) as { rules?: readonly { readonly rulePriority?: unknown }[] };
  return rules ?? [];
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
