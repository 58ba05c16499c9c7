import type { ListPublicKeysRequest, ListPublicKeysResponse } from "@aws-sdk/client-cloudtrail";
import { z } from "zod";
import { RegistryError } from "../../registry/errors.ts";
import { trailLimits } from "../../registry/trails/trail-limits.ts";
import { request } from "../ecr/shapes.ts";
import { epochSeconds, type Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { requireNoToken } from "./page.ts";
import { nextToken } from "./shapes.ts";
import { anyTrail, ownRegistry } from "./trail-resource.ts";

const time = z.number().min(0).max(253_402_300_799).optional();

/**
 * Keys that signed digests about the region between two times, the newest first; without any, those that
 * sign now. They fit on one page.
 */
export const listPublicKeys = operation("cloudtrail:ListPublicKeys", {
  input: request({
    ...{ StartTime: time, EndTime: time, NextToken: nextToken },
  } satisfies Members<ListPublicKeysRequest>),
  resource: anyTrail,
  access: "Read",
  errors: ["InvalidNextToken", "InvalidTimeRange"],
  async handle(input, { ports, caller }): Promise<Wire<ListPublicKeysResponse>> {
    requireNoToken(input.NextToken);
    const now = ports.clock.now();
    const end = input.EndTime === undefined ? now : input.EndTime * 1000;
    const start = input.StartTime === undefined ? Math.min(now, end) : input.StartTime * 1000;
    if (start > end) {
      throw new RegistryError("InvalidTimeRange", "The start time is after the end time.");
    }
    const keys = await ports.metadata.trails.keys.list(ownRegistry(caller), trailLimits.keysListed);
    return {
      PublicKeyList: keys
        .map((key) => ({ ...key, until: key.createdAt + trailLimits.keyLifeMs }))
        .filter(({ createdAt, until }) => createdAt <= end && until >= start)
        .map(({ publicKey, fingerprint, createdAt, until }) => ({
          ...{ Value: publicKey, Fingerprint: fingerprint },
          ValidityStartTime: epochSeconds(createdAt),
          ValidityEndTime: epochSeconds(until),
        })),
    };
  },
});
