import { z } from "zod";
import {
  type Gate,
  type GateRule,
  gateModes,
  gateSeverities,
  reviewStates,
  unsupportedOptions,
  type Verdict,
  type VerdictReason,
  verdictStates,
} from "../../registry/gates/gate.ts";
import { gateLimits } from "../../registry/gates/gate-limits.ts";
import type { RepositoryName } from "../../registry/names.ts";
import { epochSeconds } from "../ecr/wire.ts";

const nameShape = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

export const gateName = z.string().min(1).max(gateLimits.nameCharacters).regex(nameShape);

const filter = z
  .string()
  .min(1)
  .max(gateLimits.filterCharacters)
  .regex(/^[A-Za-z0-9._/*-]+$/);
/** Names of trusted signers, with `*` in them. */
export const signerFilter = z
  .string()
  .min(1)
  .max(gateLimits.nameCharacters)
  .regex(/^[A-Za-z0-9._*-]+$/);
const value = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const values = z.union([value.transform((one) => [one]), z.array(value)]);

/** As IAM writes conditions: one value may stand without brackets, and numbers without quotes. */
const condition = z.record(z.string().max(64), z.record(z.string().max(64), values));

/** The members of a rule; what is absent asks for nothing. */
export const gateRule = {
  repositories: z.array(filter).min(1).max(gateLimits.filters),
  tags: z.array(filter).max(gateLimits.filters).default([]),
  mode: z.enum(gateModes).default("enforce"),
  requireScan: z.boolean().default(false),
  unsupported: z.enum(unsupportedOptions).default("allow"),
  blockAtSeverity: z.enum(gateSeverities).optional(),
  blockAtPriority: z.number().min(0).max(100).optional(),
  blockKnownExploited: z.boolean().default(false),
  onlyFixable: z.boolean().default(false),
  blockWhen: z.array(condition).max(gateLimits.conditionBlocks).default([]),
  graceDays: z.int().min(0).max(gateLimits.graceDays).default(0),
  requireReview: z.boolean().default(false),
  requireApproval: z.string().min(1).max(gateLimits.nameCharacters).regex(nameShape).optional(),
  signedBy: z.array(signerFilter).max(gateLimits.filters).default([]),
};

export const verdictState = z.enum(verdictStates);
export const reviewState = z.enum(reviewStates);
export const comment = z.string().trim().min(1).max(gateLimits.commentCharacters);

/** A gate as it is told of. Times are epoch seconds, with the milliseconds as fraction. */
export interface GateAnswer extends GateRule {
  readonly name: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Whether all images have been judged by it as it is now. */
  readonly applied: boolean;
}

export function gateAnswer({ name, rule, createdAt, updatedAt, appliedAt }: Gate): GateAnswer {
  const times = { createdAt: epochSeconds(createdAt), updatedAt: epochSeconds(updatedAt) };
  return { name, ...rule, ...times, applied: appliedAt !== undefined };
}

/** A verdict as it is told of. */
export interface VerdictAnswer {
  readonly repositoryName: string;
  readonly imageDigest: string;
  readonly state: Verdict["state"];
  readonly reasons: readonly VerdictReason[];
  /** Absent where no gate asks for a review. */
  readonly review?: Verdict["review"];
  readonly changedAt: number;
  /** Absent while it is only known that a gate speaks of the image. */
  readonly judgedAt?: number;
}

export function verdictAnswer(name: RepositoryName, verdict: Verdict): VerdictAnswer {
  const { digest, state, reasons, review, changedAt, judgedAt } = verdict;
  return {
    ...{ repositoryName: name, imageDigest: digest, state, reasons },
    ...(review === undefined ? {} : { review }),
    changedAt: epochSeconds(changedAt),
    ...(judgedAt === undefined ? {} : { judgedAt: epochSeconds(judgedAt) }),
  };
}
