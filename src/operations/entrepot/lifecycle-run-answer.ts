import type { LifecycleRun } from "../../registry/lifecycle/stored-lifecycle.ts";
import { epochSeconds } from "../ecr/wire.ts";

/** A run without its rules. Times are epoch seconds, with the milliseconds as fraction. */
export interface LifecycleRunAnswer {
  readonly runId: string;
  readonly repositoryName: string;
  readonly startedAt: number;
  /** Absent: it was cut off, and another one went on. */
  readonly finishedAt?: number;
  readonly policyVersion: number;
  /** When the rules were looked at before. */
  readonly previousEvaluationAt?: number;
  readonly expired: number;
  readonly archived: number;
  readonly untagged: number;
  /** Images that a rule had marked, and that stayed. */
  readonly failed: number;
  readonly freedBytes: number;
}

export function lifecycleRunAnswer(run: LifecycleRun): LifecycleRunAnswer {
  const { expired, archived, untagged, failed, freedBytes, finishedAt, previousAt } = run;
  return {
    ...{ runId: run.id, repositoryName: run.name, startedAt: epochSeconds(run.at) },
    ...(finishedAt === undefined ? {} : { finishedAt: epochSeconds(finishedAt) }),
    policyVersion: run.policyVersion,
    ...(previousAt === undefined ? {} : { previousEvaluationAt: epochSeconds(previousAt) }),
    ...{ expired, archived, untagged, failed, freedBytes },
  };
}
