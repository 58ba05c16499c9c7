import type { Waiver } from "../../registry/scanning/suppressions/waiver.ts";
import { epochSeconds } from "../ecr/wire.ts";

export interface WaiverAnswer {
  readonly waiverName: string;
  readonly status: "ACTIVE" | "ENDED";
  readonly vulnerabilityId?: string;
  readonly packageName?: string;
  readonly packageVersion?: string;
  readonly repositoryFilter: string;
  readonly imageDigest?: string;
  readonly reason: string;
  readonly owner: string;
  readonly expiresAt: number;
  readonly putBy: string;
  readonly putAt: number;
}

export function waiverAnswer(waiver: Waiver, now: number): WaiverAnswer {
  const { name, vulnerabilityId, packageName, packageVersion, imageDigest, expiresAt } = waiver;
  return {
    ...{ waiverName: name, status: expiresAt > now ? "ACTIVE" : "ENDED" },
    ...(vulnerabilityId !== undefined && { vulnerabilityId }),
    ...(packageName !== undefined && { packageName }),
    ...(packageVersion !== undefined && { packageVersion }),
    repositoryFilter: waiver.repositoryFilter,
    ...(imageDigest !== undefined && { imageDigest }),
    ...{ reason: waiver.reason, owner: waiver.owner, expiresAt: epochSeconds(expiresAt) },
    ...{ putBy: waiver.putBy, putAt: epochSeconds(waiver.putAt) },
  };
}
