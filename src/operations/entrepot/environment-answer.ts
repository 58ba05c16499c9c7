import { z } from "zod";
import type { Environment, EnvironmentRule } from "../../registry/approvals/approval.ts";
import { approvalLimits } from "../../registry/approvals/approval-limits.ts";
import { gateSeverities } from "../../registry/gates/gate.ts";
import { limits } from "../../registry/limits.ts";
import { isTag, type Region, repositoryNamePattern } from "../../registry/names.ts";
import { accountId, principalArn } from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { signerFilter } from "./gate-answer.ts";

const bounds = approvalLimits;
export const environmentName = z
  .string()
  .max(bounds.nameCharacters)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/);
export const approvalComment = z.string().trim().min(1).max(bounds.commentCharacters);
export const approvalRequestId = z.string().regex(/^[0-9a-f]{28}$/);

const profileArn = z
  .string()
  .max(limits.principalArnCharacters)
  .regex(/^arn:aws:signer:[a-z0-9-]+:[0-9]{12}:\/signing-profiles\/[A-Za-z0-9_]+$/);
const checks = z
  .object({
    requireScan: z.boolean().default(false),
    blockAtSeverity: z.enum(gateSeverities).optional(),
    blockAtPriority: z.number().min(0).max(100).optional(),
    blockKnownExploited: z.boolean().default(false),
    onlyFixable: z.boolean().default(false),
    signedBy: z
      .array(z.union([profileArn, signerFilter]))
      .max(bounds.signers)
      .default([]),
    requireSbom: z.boolean().default(false),
    maxAgeDays: z.int().min(1).max(bounds.ageDays).optional(),
  })
  .prefault({});

// A name of a repository in which `*` may stand for another one.
const targetRepository = z
  .string()
  .max(limits.repositoryNameCharacters)
  .refine((name) => new RegExp(`^${repositoryNamePattern}$`).test(name.replace("*", "a")), {
    error: "must be the name of a repository, and may have one '*'",
  });
const targetTag = z
  .string()
  .max(128)
  .refine((tag) => isTag(tag.replace("*", "a")), { error: "must be a tag, and may have one '*'" });

const otherRegistry = z.object({
  registryId: accountId,
  region: z
    .string()
    .regex(/^[0-9a-z-]{2,25}$/)
    .transform((region) => region as Region),
});

/** The members of a rule; what is absent asks for nothing. */
export const environmentRule = {
  approvals: z.int().min(1).max(bounds.approvalsNeeded).default(1),
  reviewers: z.array(principalArn).max(bounds.reviewers).default([]),
  days: z.int().min(1).max(bounds.approvalDays).default(bounds.usualApprovalDays),
  checks,
  promote: z
    .object({
      destination: otherRegistry.optional(),
      repository: targetRepository.optional(),
      tag: targetTag.optional(),
    })
    .prefault({}),
  acceptFrom: z.array(otherRegistry).max(bounds.acceptedRegistries).default([]),
  emergencyHours: z.int().min(0).max(bounds.emergencyHours).default(0),
};

/** An environment as it is told of. Times are epoch seconds. */
export interface EnvironmentAnswer extends EnvironmentRule {
  readonly name: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export function environmentAnswer({ name, rule, ...times }: Environment): EnvironmentAnswer {
  const { createdAt, updatedAt } = times;
  return {
    ...{ name, ...rule, createdAt: epochSeconds(createdAt), updatedAt: epochSeconds(updatedAt) },
  };
}
