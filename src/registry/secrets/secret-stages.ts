import { RegistryError } from "../errors.ts";
import { currentStage, previousStage, type Secret } from "./secret.ts";
import { secretLimits } from "./secret-limits.ts";

type Stages = Secret["stages"];

/**
 * The labels with one of them at that version. What AWSCURRENT leaves becomes AWSPREVIOUS. Source:
 * Secrets Manager, "Secret versions" and UpdateSecretVersionStage.
 * @throws LimitExceeded
 */
export function withStage(stages: Stages, stage: string, version: string): Stages {
  const next = new Map(stages);
  const before = next.get(stage);
  if (before === version) return stages;
  next.set(stage, version);
  if (stage === currentStage && before !== undefined) next.set(previousStage, before);
  if (next.size <= secretLimits.stages) return next;
  throw new RegistryError(
    "LimitExceeded",
    `A secret can have at most ${secretLimits.stages} staging labels.`,
  );
}

/** The labels that a new version takes; the first one is the current one whatever it is called. */
export function withNewVersion(stages: Stages, wanted: readonly string[], version: string): Stages {
  const isFirst = !stages.has(currentStage) && !wanted.includes(currentStage);
  let next = stages;
  for (const stage of isFirst ? [...wanted, currentStage] : wanted) {
    next = withStage(next, stage, version);
  }
  return next;
}

/** A label that is taken from one version, given to another, or both. */
export interface StageMove {
  readonly stage: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/**
 * @throws InvalidParameter where the label is not where the request says, and for AWSCURRENT without a
 *   version to go to
 */
export function movedStage(stages: Stages, { stage, from, to }: StageMove): Stages {
  const at = stages.get(stage);
  if (from === undefined && to === undefined) {
    throw invalid("You must specify RemoveFromVersionId, MoveToVersionId or both.");
  }
  if (from !== undefined && at !== from) {
    throw invalid(`The staging label ${stage} is not attached to version ${from}.`);
  }
  if (to !== undefined && at !== undefined && at !== to && from === undefined) {
    throw invalid(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${at}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  }
  if (to !== undefined) return withStage(stages, stage, to);
  if (stage === currentStage) {
    throw invalid(`You can only move staging label ${stage} to a different secret version.`);
  }
  const next = new Map(stages);
  next.delete(stage);
  return next;
}

function invalid(sentence: string): RegistryError {
  return new RegistryError("InvalidParameter", sentence);
}
