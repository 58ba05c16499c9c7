import { z } from "zod";
import { replicationLimits } from "../../registry/replication/replication-limits.ts";
import {
  carriedSettings,
  type ReplicationOption,
} from "../../registry/replication/replication-options.ts";
import {
  destinationAnswer,
  destinationOf,
  replicationDestination,
  repositoryPrefix,
} from "../ecr/replication-shapes.ts";

export interface ReplicationOptionAnswer {
  readonly destination: { readonly region: string; readonly registryId: string };
  /** How the names of repositories begin that it is for; absent: all. */
  readonly repositoryPrefix?: string;
  readonly deletes: boolean;
  readonly chain: boolean;
  readonly settings: readonly string[];
  /** Absent: all. */
  readonly platforms?: readonly string[];
}

// Source: OCI image specification 1.1, "Image Index": os, architecture, variant.
const platform = z
  .string()
  .max(replicationLimits.platformCharacters)
  .regex(/^[a-z0-9]+\/[a-z0-9_]+(\/[a-z0-9.]+)?$/);

const option = z
  .strictObject({
    destination: replicationDestination,
    repositoryPrefix: repositoryPrefix.optional(),
    deletes: z.boolean().default(false),
    chain: z.boolean().default(false),
    settings: z.array(z.enum(carriedSettings)).max(carriedSettings.length).default([]),
    platforms: z.array(platform).max(replicationLimits.platforms).default([]),
  })
  .transform(
    ({ destination, repositoryPrefix: prefix = "", ...rest }): ReplicationOption => ({
      destination: destinationOf(destination),
      prefix,
      ...rest,
    }),
  );

export const replicationOptionsInput = z.array(option).max(replicationLimits.options);

export function optionAnswer({
  destination,
  prefix,
  platforms,
  ...rest
}: ReplicationOption): ReplicationOptionAnswer {
  return {
    destination: destinationAnswer(destination),
    ...(prefix === "" ? {} : { repositoryPrefix: prefix }),
    ...(platforms.length === 0 ? {} : { platforms }),
    ...rest,
  };
}
