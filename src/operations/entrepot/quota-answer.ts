import { z } from "zod";
import { limits } from "../../registry/limits.ts";
import {
  isOverHard,
  isOverSoft,
  type Quota,
  type QuotaStanding,
  type QuotaUnit,
  quotaUnits,
} from "../../registry/quotas/quota.ts";
import { epochSeconds } from "../ecr/wire.ts";

/** May end in a slash; empty for the whole registry. */
export const quotaPrefix = z.string().max(limits.repositoryNameCharacters);
export const quotaUnit = z.enum(quotaUnits);

/** A quota as it is told of. Times are epoch seconds, with the milliseconds as fraction. */
export interface QuotaAnswer {
  readonly prefix: string;
  readonly unit: QuotaUnit;
  /** Absent where there is none. */
  readonly soft?: number;
  readonly hard?: number;
  /** While COUNTING, of the repositories that are counted so far. */
  readonly used: number;
  readonly state: Quota["state"];
  readonly overSoft: boolean;
  readonly overHard: boolean;
  readonly createdAt: number;
}

export function quotaAnswer(standing: QuotaStanding): QuotaAnswer {
  const { quota, used } = standing;
  const { prefix, unit, soft, hard, state } = quota;
  return {
    ...{ prefix, unit },
    ...(soft === undefined ? {} : { soft }),
    ...(hard === undefined ? {} : { hard }),
    ...{ used, state, overSoft: isOverSoft(standing), overHard: isOverHard(standing) },
    createdAt: epochSeconds(quota.createdAt),
  };
}
